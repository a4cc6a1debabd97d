"""Power that fails, batteries, and people who want Muser to rest."""

import os
from pathlib import Path

import pytest
from msgspec import structs

from muserd.engine import gate as pauses
from muserd.ground import atomic
from muserd.store.environment import Store
from tests.property.world import QUICK, world


def test_a_file_is_synced_before_it_takes_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Content, then name, then folder: a power failure leaves the old file or the new one."""
    calls: list[str] = []
    sync, rename = os.fsync, os.replace

    def fsync(handle: int) -> None:
        calls.append("folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "content")
        sync(handle)

    def replaced(source: str, target: Path) -> None:
        calls.append("name")
        rename(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replaced)
    atomic.write(tmp_path / "token", b"new")
    assert calls == ["content", "name", "folder"]
    assert (tmp_path / "token").read_bytes() == b"new"


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "token"
    atomic.write(path, b"old")

    def refuse(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        atomic.write(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["token"]


def test_commits_are_synchronous(tmp_path: Path) -> None:
    """A commit that returned is on the disk; the file is never written through a mapping."""
    store = Store(tmp_path / "store", map_size_bytes=2**20)
    flags = store._environment.flags()
    store.close()
    assert flags["sync"]
    assert flags["metasync"]
    assert not flags["writemap"]


def test_intake_rests_on_battery(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is there is served; with the plug back in, intake goes on by itself."""
    on_battery = [True]
    monkeypatch.setattr(pauses, "on_battery", lambda: on_battery[0])
    monkeypatch.setattr(pauses, "_CALM_LOOK_S", 0.05)
    resources = structs.replace(QUICK.resources, pause_on_battery=True)
    with world(structs.replace(QUICK, resources=resources)) as it:
        assert it.engine is not None
        (it.root / "a.md").write_bytes(b"one")
        it.wait_for(lambda: it.parts.pipeline.count() == 1)
        assert it.answer(it.engine.sync())["error"]["code"] == "paused"
        assert it.engine.status().state == "paused"
        assert it.files() == {}
        on_battery[0] = False
        it.wait_for(lambda: len(it.files()) == 1)
        it.sync()
        it.check()


def test_people_can_have_it_rest() -> None:
    with world() as it:
        assert it.engine is not None
        it.engine.pause()
        (it.root / "a.md").write_bytes(b"one")
        it.wait_for(lambda: it.parts.pipeline.count() == 1)
        assert it.engine.status().pauses == ("user",)
        assert it.here() == {}
        it.engine.resume()
        it.wait_for(lambda: len(it.here()) == 1)
        it.sync()
        it.check()
