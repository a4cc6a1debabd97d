"""Folders that are watched no longer: what lies in them leaves the maps and is never served."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from muserd.engine.sync import delete_guard
from muserd.ground.config import Root
from muserd.ground.records import FileState
from tests.faults.helpers import notes, states
from tests.property.world import QUICK, World, fakes

pytestmark = [
    pytest.mark.skipif(not Path("/proc/sys/fs/inotify").exists(), reason="no inotify"),
    pytest.mark.timeout(300),
]


@pytest.fixture
def two(tmp_path: Path) -> Iterator[World]:
    """A world with two roots of some notes and a picture each; it is running."""
    with fakes():
        it = World(tmp_path, roots=("kept", "left"))
        for number, root in enumerate(it.roots):
            notes(root, 4, first=10 * number)
            (root / "picture.png").write_bytes(b"picture %d" % number)
        it.start()
        it.sync()
        yield it
        it.stop()


def restart_with(it: World, *roots: Path) -> None:
    it.stop()
    it.roots = list(roots)
    it.config = structs.replace(it.config, roots=tuple(Root(str(root)) for root in roots))
    it.start()


def ids_in(it: World, folder: Path) -> set[int]:
    """The items that have a file in a folder."""
    with it.parts.store.read() as reader:
        files = list(reader.files_below(os.fsencode(folder)))
    return {int(file.item) for file in files if file.item is not None}


def test_a_root_that_left_the_configuration(two: World) -> None:
    """Its items leave the map and are not served; when it is back nothing is encoded again."""
    kept, left = two.roots
    gone, ids = ids_in(two, left), two.here()
    restart_with(two, kept)
    two.sync()
    two.check()
    assert not gone & set(two.here().values())
    for item in gone:
        assert two.parts.queries.original(item) is None
        assert two.parts.queries.preview(item, 256) is None
        assert two.parts.queries.note_text(item) is None
    restart_with(two, kept, left)
    encoded = sum(worker.encoded for worker in two.workers())
    two.sync()
    two.check()
    assert two.here() == ids
    assert sum(worker.encoded for worker in two.workers()) == encoded


def test_an_outer_root_takes_over(two: World) -> None:
    """A file in no root of its own belongs to the one that holds it, and is not read again."""
    inner = two.roots[0] / "inner"
    notes(inner, 3, first=50)
    restart_with(two, *two.roots, inner)
    two.sync()
    two.check()
    ids = two.here()
    restart_with(two, *two.roots[:2])
    two.sync()
    two.check()
    assert two.here() == ids


def test_many_files_of_a_root_that_left_are_held(
    two: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong line in the configuration: they are out of reach for a minute, and not served."""
    monkeypatch.setattr(delete_guard, "HELD_S", 3.0)
    kept, left = two.roots
    gone = ids_in(two, left)
    watch = structs.replace(QUICK.watch, hold_delete_count=3)
    two.config = structs.replace(two.config, watch=watch)
    restart_with(two, kept)
    two.wait_for(lambda: states(two).get(FileState.OFFLINE) == 5)
    assert two.engine is not None
    engine = two.engine
    two.wait_for(lambda: any(str(left) in problem for problem in engine.health().problems))
    assert gone <= set(two.here().values())
    assert all(two.parts.queries.note_text(item) is None for item in gone)
    assert two.verify() == []
    two.wait_for(lambda: not gone & set(two.here().values()))
    two.sync()
    two.check()
    assert two.engine.health().ok


def test_held_files_of_an_absent_root_are_let_go_by_a_word(two: World) -> None:
    kept, left = two.roots
    gone = ids_in(two, left)
    two.config = structs.replace(
        two.config, watch=structs.replace(QUICK.watch, hold_delete_count=3)
    )
    restart_with(two, kept)
    two.wait_for(lambda: states(two).get(FileState.OFFLINE) == 5)
    assert two.engine is not None
    assert two.answer(two.engine.confirm_root(os.fsencode(left))) == {"roots": 1}
    assert not gone & set(two.here().values())
    two.sync()
    two.check()


def test_a_root_that_is_removed_while_its_files_are_read(two: World) -> None:
    """What the worker finds in them belongs nowhere any more."""
    assert two.engine is not None
    kept, left = two.roots
    for worker in two.workers():
        worker.gate.clear()
    notes(left, 3, first=70)
    (left / "late.png").write_bytes(b"a late picture")
    two.wait_for(lambda: two.parts.pipeline.count() == 4)
    two.answer(two.engine.remove_root(os.fsencode(left)))
    two.roots = [kept]
    for worker in two.workers():
        worker.gate.set()
    two.sync()
    two.check()
    restart_with(two, kept)
    two.sync()
    two.check()
