"""When a failed file is queued again: by itself, or because somebody says so."""

from dataclasses import replace

import pytest

from muserd.engine.ingest.apply import LONGEST_RETRY_MS
from muserd.engine.sync.retries import Retries, stat_or_none
from muserd.ground.records import Failure
from tests.unit.engine.bench import Bench


@pytest.fixture
def failed(bench: Bench) -> Bench:
    """A root that is watched, and no file yet."""
    bench.parts.root_changes.add(bench.config)
    bench.rest()
    return bench


def fail(bench: Bench, name: str, in_ms: int | None, **changes: object) -> Failure:
    """A file that is to be tried again in so many milliseconds; None: never by itself."""
    seen = bench.write(name)
    now = bench.clock.now_ms()
    failure = Failure(
        path=seen.path,
        kind=seen.kind,
        cause="truncated",
        message="it ends early",
        hint="",
        at_ms=now,
        attempts=1,
        next_try_at_ms=None if in_ms is None else now + in_ms,
        stat=seen.stat,
        decoder=retries(bench)._decoder,
    )
    failure = replace(failure, **changes)  # type: ignore[arg-type]
    with bench.parts.store.write() as writer:
        writer.put_failure(failure)
    return failure


def retries(bench: Bench) -> Retries:
    return bench.parts.retries


def queued(bench: Bench) -> list[str]:
    """The names of the files in work, by name."""
    raw = bench.raw + b"/"
    return sorted(
        file.seen.path.removeprefix(raw).decode() for file in bench.parts.pipeline._ledger
    )


def look(bench: Bench) -> list[str]:
    retries(bench).soon()
    bench.wait()
    return queued(bench)


def test_a_file_is_queued_when_its_time_has_come(failed: Bench) -> None:
    """To the millisecond, and not before; one that waits for people is not."""
    fail(failed, "soon.txt", 5_000)
    fail(failed, "never.txt", None)
    assert look(failed) == []
    failed.wait(4.9)
    assert queued(failed) == []
    failed.wait(0.1)
    assert queued(failed) == ["soon.txt"]


def test_it_is_looked_when_the_soonest_is_due(failed: Bench) -> None:
    """No sooner than in a second, and once an hour at least."""
    now = failed.clock.monotonic_s()
    look(failed)
    assert retries(failed)._timer.due_s == now + 3_600.0
    fail(failed, "late.txt", 40_000)
    fail(failed, "soon.txt", 30_000)
    look(failed)
    assert retries(failed)._timer.due_s == now + 30.0
    fail(failed, "at-once.txt", 200)
    look(failed)
    assert retries(failed)._timer.due_s == now + 1.0


def test_a_newer_reader_tries_at_once_what_an_older_one_could_not(failed: Bench) -> None:
    fail(failed, "old.txt", None, decoder="of an older release")
    fail(failed, "new.txt", None)
    assert look(failed) == ["old.txt"]


def test_a_time_that_lies_too_far_ahead_is_now(failed: Bench) -> None:
    """The clock was set back: no pause is longer than the longest."""
    fail(failed, "longest.txt", LONGEST_RETRY_MS)
    fail(failed, "beyond.txt", LONGEST_RETRY_MS + 1)
    assert look(failed) == ["beyond.txt"]


def test_only_what_can_be_read_is_queued(failed: Bench) -> None:
    """A file of no root is nobody's; one that was never looked at waits for people."""
    fail(failed, "a.txt", -1, path=b"/elsewhere/a.txt")
    fail(failed, "b.txt", -1, stat=None)
    assert look(failed) == []
    assert retries(failed).queue_now(None) == 1
    assert queued(failed) == ["b.txt"]


def test_people_try_one_file_or_all_of_them(failed: Bench) -> None:
    """Whatever its time; a file that is gone is nothing to try."""
    one = fail(failed, "a.txt", None)
    fail(failed, "b.txt", 50_000)
    gone = fail(failed, "c.txt", None, stat=None)
    (failed.root / "c.txt").unlink()
    assert retries(failed).queue_now(one.path) == 1
    assert queued(failed) == ["a.txt"]
    assert retries(failed).queue_now(gone.path) == 0
    assert retries(failed).queue_now(b"/r/unknown") == 0
    assert retries(failed).queue_now(None) == 2
    assert queued(failed) == ["a.txt", "b.txt"]


def test_what_may_not_be_looked_at_is_as_good_as_gone(
    failed: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = failed.write("a.txt")
    assert stat_or_none(seen.path) == seen.stat
    assert stat_or_none(seen.path + b"x") is None

    def refuse(_: bytes) -> None:
        raise PermissionError

    monkeypatch.setattr("muserd.engine.sync.retries.look", refuse)
    assert stat_or_none(seen.path) is None
