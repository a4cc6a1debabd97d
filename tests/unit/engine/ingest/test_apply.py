"""A file that failed is tried again after pauses that grow, and not for ever."""

from pathlib import Path

from muserd.engine.ingest.apply import Applier, Changes
from muserd.ground.clock import SystemClock
from muserd.ground.records import FileStat
from muserd.store.environment import Store
from muserd.workers.encode.outcomes import FileFailed, FileTask

PATH, STAT = b"/r/a.jpg", FileStat(5, 1, 1, 7, 1)


def pauses_s(tmp_path: Path, *, retry: bool, times: int) -> list[float | None]:
    """What is waited after each of so many failures."""
    store, intake = Store(tmp_path / "store", map_size_bytes=2**22), Applier(SystemClock(), "1")
    outcome = FileFailed(FileTask(PATH, "image"), "truncated", "it ends early", "", retry, STAT)
    found: list[float | None] = []
    for _ in range(times):
        with store.write() as writer:
            intake.failed(writer, b"/r", STAT, outcome, Changes())
            failure = writer.failure(PATH)
        assert failure is not None
        again = failure.next_try_at_ms
        found.append(None if again is None else (again - failure.at_ms) / 1000)
    store.close()
    return found


def test_pauses_grow_and_end(tmp_path: Path) -> None:
    """From five seconds to an hour; after twelve attempts only people, or a change, try again."""
    doubling = [5.0 * 2**number for number in range(10)]
    assert pauses_s(tmp_path, retry=True, times=14) == [*doubling, 3_600.0, 3_600.0, None, None]


def test_what_cannot_get_better_waits_for_a_change(tmp_path: Path) -> None:
    assert pauses_s(tmp_path, retry=False, times=2) == [None, None]
