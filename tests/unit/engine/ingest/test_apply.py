"""A file that failed is tried again after pauses that grow, and not for ever."""

from pathlib import Path
from unittest import mock

from muserd.engine.ingest.apply import Applier, Changes
from muserd.engine.operations import Forget, Operation
from muserd.ground.clock import SystemClock
from muserd.ground.records import FileStat, ItemId, ItemRecord
from muserd.store.environment import Store
from muserd.workers.encode.outcomes import FileFailed, FileTask
from tests.unit.engine.bench import Bench

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


def test_an_item_without_files_is_gone_since_it_lost_the_last(bench: Bench) -> None:
    """Not since it was last looked at; with a file it is not gone at all."""
    bench.ingest("a.txt", "b.txt")
    item, record = bench.item("a.txt"), bench.file("a.txt")
    assert record is not None
    apply(bench, Forget(record))
    lost_ms = bench.clock.now_ms()
    assert stored(bench, item.id).gone_at_ms == lost_ms
    bench.clock.advance(60)
    with bench.parts.store.write() as writer:
        bench.parts.pipeline._applier._freshen(writer, item.id, Changes())
    assert stored(bench, item.id).gone_at_ms == lost_ms
    bench.ingest("a.txt")
    assert stored(bench, item.id).gone_at_ms is None


def test_an_item_that_is_as_it_was_is_not_written(bench: Bench) -> None:
    """Though whoever shows it is told: a path may have changed."""
    bench.ingest("a.txt")
    item, changes = bench.item("a.txt"), Changes()
    with bench.parts.store.write() as writer:
        with mock.patch.object(type(writer), "put_item") as written:
            bench.parts.pipeline._applier._freshen(writer, item.id, changes)
        assert not written.called
    assert changes.touched == {("text", item.slot)}


def test_an_item_is_called_by_a_file_that_it_has(bench: Bench) -> None:
    """When the one that gave it its name goes, another gives it; a title of its own stays."""
    for name in ("a.txt", "b.txt"):
        bench.parts.pipeline.add(bench.raw, [bench.write(name, "the same")])
    bench.finish()
    item, record = bench.item("a.txt"), bench.file(bench.item("a.txt").name)
    assert record is not None
    apply(bench, Forget(record))
    other = {"a.txt": "b.txt", "b.txt": "a.txt"}[item.name]
    assert (stored(bench, item.id).name, stored(bench, item.id).gone_at_ms) == (other, None)


def apply(bench: Bench, *operations: Operation) -> Changes:
    changes = Changes()
    with bench.parts.store.write() as writer:
        bench.parts.pipeline._applier.apply(writer, bench.raw, operations, changes)
    return changes


def stored(bench: Bench, item: ItemId) -> ItemRecord:
    with bench.parts.store.read() as reader:
        record = reader.item(item)
    assert record is not None
    return record
