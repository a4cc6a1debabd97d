"""Roots that come and go, lie in one another, or in Muser's own folders."""

import os
import shutil
import threading
import time
from pathlib import Path

import pytest
from msgspec import structs

from muserd.engine import assembly as wiring
from muserd.ground.config import Root
from muserd.ground.errors import ConfigError
from muserd.ground.records import FileState
from tests.faults.helpers import notes, states
from tests.property.world import QUICK, World, fakes, world

pytestmark = [
    pytest.mark.skipif(not Path("/proc/sys/fs/inotify").exists(), reason="no inotify"),
    pytest.mark.timeout(300),
]


def test_a_failed_file_is_no_ghost(one: World) -> None:
    """A file that never was an item has nothing to remember while its root is away."""
    (one.root / "empty.md").touch()
    notes(one.root, 2)
    one.sync()
    one.root.rename(one.base / "away")
    one.sync()
    assert one.verify() == []
    assert states(one) == {FileState.OFFLINE: 2, FileState.FAILED: 1}
    (one.base / "away").rename(one.root)
    one.sync()
    one.check()


def test_a_path_that_settles_after_its_root_went_away(one: World) -> None:
    """The event came first, then the root went: the file is a ghost, not forgotten."""
    path = notes(one.root, 3)[0]
    one.sync()
    ids = one.here()
    parts = one.parts
    held = threading.Event()
    parts.mailbox.call(lambda: held.wait(60))  # the loop does not hear of it yet
    path.write_bytes(b"another")
    one.root.rename(one.base / "away")
    held.set()
    one.sync()
    assert one.here() == ids
    (one.base / "away").rename(one.root)
    one.sync()
    one.check()


def test_an_inner_root_that_moved_away_with_its_folder() -> None:
    """The folder that holds an inner root is gone: the inner root is away, not deleted."""
    with world(roots=("root", "root/shelf/inner")) as it:
        notes(it.root / "shelf", 2)
        notes(it.roots[1], 2, first=10)
        it.sync()
        it.check()
        ids = it.here()
        (it.root / "shelf").rename(it.base / "shelf")
        it.sync()
        assert states(it) == {FileState.OFFLINE: 2}
        assert set(it.here().values()) < set(ids.values())
        (it.base / "shelf").rename(it.root / "shelf")
        it.sync()
        it.check()
        assert it.here() == ids


def test_a_root_that_is_another_folder_now() -> None:
    """Under the same name lies something else: what was there is not forgotten at once."""
    watch = structs.replace(QUICK.watch, hold_delete_count=10)
    with world(structs.replace(QUICK, watch=watch)) as it:
        notes(it.root, 20)
        it.sync()
        ids = it.here()
        it.root.rename(it.base / "old")
        notes(it.root, 3, first=50)
        it.wait_for(lambda: len(it.here()) == 23)
        assert ids.items() <= it.here().items()
        shutil.rmtree(it.root)
        (it.base / "old").rename(it.root)
        it.sync()
        it.sync()
        it.check()
        assert it.here() == ids


def test_a_root_in_an_own_folder_is_refused(one: World) -> None:
    assert one.engine is not None
    mine = one.where.state / "mine"
    mine.mkdir()
    answer = one.answer(one.engine.add_root(Root(str(mine))))
    assert answer["error"]["code"] == "ConfigError"
    assert [root.path for root in one.engine.status().roots] == [str(one.root)]
    config = structs.replace(one.config, roots=(Root(str(mine)),))
    with pytest.raises(ConfigError):
        wiring.checked_root(config.roots[0], one.where)


def test_muser_in_a_root(tmp_path: Path) -> None:
    """A root that holds the state directory is watched; Muser's own files are not."""
    with fakes():
        it = World(tmp_path, roots=(".",)).start()
        try:
            notes(it.root, 2)
            assert it.engine is not None
            it.sync()
            (it.where.state / "a.md").write_bytes(b"one of its own")
            it.sync()
            assert len(it.here()) == 2
            scans = it.engine.status().roots[0].last_scan_at
            time.sleep(0.5)
            assert it.engine.status().roots[0].last_scan_at == scans  # its writes are no events
        finally:
            it.stop()


def test_roots_in_one_another(one: World) -> None:
    """A file belongs to the deepest root that holds it, whichever root came first or leaves."""
    assert one.engine is not None
    inner = one.root / "shelf" / "inner"
    notes(inner, 12)
    notes(one.root / "shelf", 12, first=20)
    one.sync()
    ids = one.here()
    one.answer(one.engine.add_root(Root(str(inner))))
    one.sync()
    assert one.here() == ids
    with one.parts.store.read() as reader:
        owners = {file.path: file.root for file in reader.files()}
    assert {path for path, root in owners.items() if root == os.fsencode(inner)} == {
        os.fsencode(path) for path in inner.iterdir()
    }
    one.answer(one.engine.remove_root(os.fsencode(inner)))
    one.sync()
    one.check()
    assert one.here() == ids
