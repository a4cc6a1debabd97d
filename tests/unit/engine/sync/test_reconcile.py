"""Events and scans become reads, moves and deletions of the store's files."""

from dataclasses import replace

import pytest

from muserd.engine.operations import Forget, Move, Operation, Read
from muserd.engine.sync.plan import RACY_MS
from muserd.engine.sync.reconcile import is_led
from muserd.engine.sync.roots import PathsChanged, WatchedRoot
from muserd.ground.config import Root
from muserd.watch.ignore import Ignore
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


def test_a_sidecar_that_was_changed_after_its_picture_was_read_is_read(watched: Bench) -> None:
    """By the next scan, when no event told of it; an older one was read with the picture."""
    watched.write("p.png")
    sidecar = watched.root / "p.png.json"
    sidecar.write_text("{}")
    watched.parts.roots.want_scan(None, "asked")
    watched.rest()
    watched.finish()
    record = watched.file("p.png")
    assert record is not None

    def scanned(seen_at_ms: int) -> int:
        """How many files a scan has read, when the picture was read then."""
        with watched.parts.store.write() as writer:
            writer.put_file(replace(record, seen_at_ms=seen_at_ms))
        watched.parts.roots.want_scan(None, "asked")
        watched.rest()
        count = watched.parts.pipeline.count()
        watched.parts.pipeline.drop_root(watched.raw)
        return count

    changed_ms = sidecar.stat().st_ctime_ns // 1_000_000
    assert scanned(changed_ms + RACY_MS) == 0
    assert scanned(changed_ms + RACY_MS - 1) == 1


def test_only_a_leader_that_is_taken_makes_a_file_a_part(watched: Bench) -> None:
    """Neither one that is not there, nor one that is excluded or of a kind that is not wanted."""
    film = watched.write("a.mov")
    picture = watched.root / "a.jpg"

    def led(root: Root) -> bool:
        found = WatchedRoot(root, Ignore(root, (), ()))
        return is_led(found, film, found.spelling())

    path = str(watched.root)
    assert not led(Root(path))
    picture.write_bytes(b"a picture")
    assert led(Root(path))
    assert not led(Root(path, exclude=("*.jpg",)))
    assert not led(Root(path, kinds=("note",)))


def test_what_came_while_a_scan_ran_is_not_taken_for_gone(watched: Bench) -> None:
    """It is there, though the scan missed it: a move is then a new file, and nothing is forgotten.
    What only is to be read is read all the same.
    """
    root = watched.parts.roots.get(watched.raw)
    assert root is not None
    record, seen = watched.file("a.txt"), watched.write("b.txt")
    assert record is not None

    def still(operation: Operation) -> Operation | None:
        return watched.parts.reconciler._still(root, operation, root.spelling())

    assert still(Read(seen)) == Read(seen)
    assert still(Forget(record)) is None
    assert still(Move(record, seen)) == Read(seen)
    (watched.root / "a.txt").unlink()
    assert still(Forget(record)) == Forget(record)
    assert still(Move(record, seen)) == Move(record, seen)
