"""Events and scans become reads, moves and deletions of the store's files."""

import pytest

from muserd.engine.sync.roots import PathsChanged
from tests.unit.engine.bench import Bench


@pytest.fixture
def watched(bench: Bench) -> Bench:
    """A root with one note that is on the map; its watcher is off: tests say what changed."""
    bench.write("a.txt")
    bench.parts.roots.add(bench.config)
    bench.rest()
    bench.finish()
    bench.parts.roots.watcher.stop()
    bench.rest()
    return bench


def changed(bench: Bench, *names: str) -> None:
    for name in names:
        change = PathsChanged(bench.raw, bytes(bench.root / name), closed=True)
        bench.parts.reconciler.paths_changed(change)


def test_a_new_file_is_read_when_it_has_come_to_rest(watched: Bench) -> None:
    watched.write("b.txt")
    changed(watched, "b.txt")
    assert watched.parts.reconciler.busy
    assert watched.parts.pipeline.count() == 0
    watched.rest()
    assert watched.parts.pipeline.count() == 1


def test_a_renamed_file_is_the_same_item_and_is_not_read(watched: Bench) -> None:
    before = watched.item("a.txt")
    (watched.root / "a.txt").rename(watched.root / "b.txt")
    changed(watched, "a.txt", "b.txt")
    watched.rest()
    assert watched.parts.pipeline.count() == 0
    assert watched.file("a.txt") is None
    assert watched.item("b.txt").id == before.id


def test_a_deleted_file_leaves_the_map_and_its_item_is_kept(watched: Bench) -> None:
    item = watched.item("a.txt")
    (watched.root / "a.txt").unlink()
    changed(watched, "a.txt")
    watched.rest()
    assert watched.file("a.txt") is None
    assert not watched.parts.models["text"].slots.present[item.slot]
    with watched.parts.store.read() as reader:
        kept = reader.item(item.id)
    assert kept is not None
    assert kept.gone_at_ms is not None


def test_a_scan_finds_what_no_event_named(watched: Bench) -> None:
    watched.write("b.txt")
    (watched.root / "a.txt").unlink()
    watched.parts.roots.want_scan(None, "asked")
    watched.rest()
    assert watched.parts.pipeline.count() == 1
    assert watched.file("a.txt") is None


def test_a_forced_scan_reads_everything_again(watched: Bench) -> None:
    watched.parts.roots.want_scan(None, "asked", force=True)
    watched.rest()
    assert watched.parts.pipeline.count() == 1


def test_an_event_of_a_root_that_is_not_watched_is_no_news(watched: Bench) -> None:
    watched.parts.reconciler.paths_changed(PathsChanged(b"/other", b"/other/a.txt", closed=True))
    assert not watched.parts.reconciler.busy
