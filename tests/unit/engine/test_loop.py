"""The loop's thread: when it counts as alive, and which part each message reaches."""

import threading

import pytest

from muserd.engine.ingest.pipeline import FileOutcome
from muserd.engine.loop import LATE_S, LOADING_S
from muserd.engine.mailbox import Command, Wake
from muserd.engine.sync.roots import RescanWanted
from muserd.ground.errors import StoreFullError
from muserd.workers.encode.outcomes import FileFailed, FileTask, Interrupted
from tests.unit.engine.bench import Bench


@pytest.fixture
def thread(bench: Bench) -> threading.Event:
    """A thread in the place of the loop's, that lives until the event is set."""
    ended = threading.Event()
    bench.parts.loop._thread = threading.Thread(target=ended.wait, daemon=True)
    return ended


def test_a_loop_is_alive_while_its_rounds_are_not_late(
    bench: Bench, thread: threading.Event
) -> None:
    """It may take longer while the maps are loaded; a thread that ended is not alive at all."""
    loop, clock = bench.parts.loop, bench.clock
    clock.advance(100_000.0)
    loop._last_round_s = clock.monotonic_s()
    assert not loop.alive  # it was not started
    loop._thread.start()
    clock.advance(LOADING_S)
    assert loop.alive
    clock.advance(0.1)
    assert not loop.alive
    loop.loaded = True
    loop._last_round_s = clock.monotonic_s() - LATE_S
    assert loop.alive
    loop._last_round_s -= 0.1
    assert not loop.alive
    loop._last_round_s = clock.monotonic_s()
    thread.set()
    loop._thread.join()
    assert not loop.alive


def test_rounds_go_on_until_it_is_stopped(bench: Bench) -> None:
    loop, rounds = bench.parts.loop, list[int]()
    bench.parts.mailbox.call(lambda: rounds.append(1))
    loop.start()
    second = threading.Event()
    bench.parts.mailbox.call(second.set)
    assert second.wait(60)
    assert (loop.loaded, loop.alive, rounds) == (True, True, [1])
    loop.stop(60)
    assert not loop.alive


def test_what_the_workers_say_reaches_the_pipeline(bench: Bench) -> None:
    """An outcome is committed in time; what a child died over is read again."""
    loop, pipeline = bench.parts.loop, bench.parts.pipeline
    pipeline.add(bench.raw, [bench.write("a.txt"), bench.write("b.txt")])
    first, second = pipeline._ledger.take("text", 9)
    tasks = [FileTask(one.seen.path, "note", attempt=one.attempt) for one in (first, second)]
    loop._handle(Interrupted(suspects=(tasks[0],), others=()))
    assert (first.stage, second.stage) == ("suspected", "reading")
    loop._handle(FileOutcome(FileFailed(tasks[1], "corrupt", "", "", False, second.seen.stat)))
    assert second.stage == "read"
    assert loop._commit_timer.due_s == pipeline.due_s()


def test_other_messages_reach_their_part(bench: Bench) -> None:
    loop, done = bench.parts.loop, list[int]()
    root = bench.parts.roots.add(bench.config)
    root.wanted = ""
    loop._handle(RescanWanted(root.raw, "events were lost"))
    assert root.wanted == "events were lost"
    loop._handle(Command(lambda: done.append(1)))
    loop._handle(Wake())
    assert done == [1]


def test_a_store_without_room_closes_the_gate_and_ends_nothing(bench: Bench) -> None:
    def full() -> None:
        raise StoreFullError("no room")

    bench.parts.loop._guarded(full)
    assert bench.parts.gate.reasons == {"map"}


def test_refits_and_site_are_told_when_files_begin_to_come_in(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And when all of them are stored: once each."""
    told: list[bool] = []
    monkeypatch.setattr(
        bench.parts.refits, "importing_turned", lambda *, importing: told.append(importing)
    )
    bench.parts.loop._ingest()
    bench.parts.pipeline.add(bench.raw, [bench.write("a.txt")])
    bench.parts.loop._ingest()
    bench.parts.loop._ingest()
    bench.finish()
    bench.parts.loop._ingest()
    assert told == [True, False]
