"""Roots come and go: whose files are whose, and what leaves the maps."""

import pytest

from muserd.ground.config import Root
from tests.unit.engine.bench import Bench


@pytest.fixture
def watched(bench: Bench) -> Bench:
    """A root with a note, and one in a folder of it; both are on the map."""
    bench.write("a.txt")
    bench.write("inner/b.txt")
    bench.parts.root_changes.add(bench.config)
    bench.rest()
    bench.finish()
    return bench


def shown(bench: Bench) -> int:
    return int(bench.parts.models["text"].slots.present.sum())


def test_the_files_of_a_removed_root_leave_the_map_and_keep_their_vectors(watched: Bench) -> None:
    item = watched.item("a.txt")
    watched.parts.root_changes.remove(watched.raw)
    assert (watched.file("a.txt"), shown(watched)) == (None, 0)
    with watched.parts.store.read() as reader:
        assert reader.vector("text", item.slot) is not None


def test_a_root_that_comes_back_costs_no_encoding(watched: Bench) -> None:
    worker = watched.parts.workers["text"]
    before = worker.encoded  # type: ignore[attr-defined]
    watched.parts.root_changes.remove(watched.raw)
    watched.parts.root_changes.add(watched.config)
    watched.rest()
    watched.finish()
    assert shown(watched) == 2
    assert worker.encoded == before  # type: ignore[attr-defined]


def test_an_inner_root_takes_over_its_files_and_gives_them_back(watched: Bench) -> None:
    inner = bytes(watched.root / "inner")
    watched.parts.root_changes.add(Root(str(watched.root / "inner")))
    taken = watched.file("inner/b.txt")
    assert taken is not None
    assert taken.root == inner
    watched.parts.root_changes.remove(inner)
    given = watched.file("inner/b.txt")
    assert given is not None
    assert given.root == watched.raw
    assert shown(watched) == 2


def test_a_root_that_left_the_configuration_leaves_the_map_at_the_next_start(
    watched: Bench,
) -> None:
    """Nobody said so but the configuration: the guard is asked, which lets two files go."""
    watched.parts.roots.remove(watched.raw)  # as a start without it
    watched.parts.root_changes.begin(())
    assert shown(watched) == 0
    assert watched.file("a.txt") is None


def test_the_mounts_of_a_root_are_known_after_a_restart(watched: Bench) -> None:
    """An emptied mount is then no riddle; of a root that was never scanned nothing is known."""
    root = watched.parts.roots.get(watched.raw)
    assert root is not None
    mount = bytes(watched.root / "disk")
    with watched.parts.store.write() as writer:
        writer.put_meta(root.mounts_key, {str(watched.root / "disk"): 7})
    assert watched.parts.root_changes.add(watched.config).mounts == {mount: 7}
    fresh = watched.root.parent / "fresh"
    fresh.mkdir()
    assert watched.parts.root_changes.add(Root(str(fresh))).mounts == {}


def test_each_file_goes_to_the_root_of_its_own_folder(watched: Bench) -> None:
    """Also when files of several folders change hands at once, and some stay."""
    for name in ("inner/c.txt", "inner/deep/d.txt", "e.txt"):
        watched.write(name)
    watched.parts.roots.want_scan(None, "asked")
    watched.rest()
    watched.finish()
    inner, deep = watched.root / "inner", watched.root / "inner" / "deep"
    watched.parts.root_changes.add(Root(str(deep)))
    watched.parts.root_changes.add(Root(str(inner)))
    owners = {
        name: record.root
        for name in ("a.txt", "e.txt", "inner/b.txt", "inner/c.txt", "inner/deep/d.txt")
        if (record := watched.file(name)) is not None
    }
    assert owners == {
        "a.txt": watched.raw,
        "e.txt": watched.raw,
        "inner/b.txt": bytes(inner),
        "inner/c.txt": bytes(inner),
        "inner/deep/d.txt": bytes(deep),
    }
    watched.parts.root_changes.remove(watched.raw)
    assert (watched.file("a.txt"), watched.file("e.txt")) == (None, None)
    assert watched.file("inner/c.txt") is not None
