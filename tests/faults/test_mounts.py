"""Volumes that fill, empty, go and come back: real mounts, where the rights allow them."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from muserd.engine import gate as pauses
from muserd.ground.records import FileState
from tests.property.world import QUICK, World, fakes

pytestmark = pytest.mark.timeout(300)


def may_mount() -> bool:
    """Whether this process may mount at all: root outside of most containers."""
    if os.geteuid() != 0:
        return False
    with contextlib.suppress(OSError):
        return subprocess.run(["unshare", "-m", "true"], check=False).returncode == 0
    return False


needs_mounts = pytest.mark.skipif(not may_mount(), reason="needs the right to mount")


def mount(*words: str) -> None:
    done = subprocess.run(["mount", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"mount is not allowed: {done.stderr.strip()}")


def unmount(folder: Path) -> None:
    subprocess.run(["umount", "--lazy", str(folder)], capture_output=True, check=False)


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Path]:
    """A volume of 32 MB."""
    folder = tmp_path / "volume"
    folder.mkdir()
    mount("-t", "tmpfs", "-o", "size=32m", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        unmount(folder)


@contextlib.contextmanager
def mounted(volume: Path, root: Path) -> Iterator[None]:
    """The volume at the place of a root, too."""
    mount("--bind", str(volume), str(root))
    try:
        yield
    finally:
        unmount(root)


@contextlib.contextmanager
def running(it: World) -> Iterator[World]:
    with fakes():
        try:
            yield it.start()
        finally:
            it.stop()


def notes(folder: Path, count: int, size: int = 10) -> None:
    for number in range(count):
        text = b"note %d " % number
        (folder / f"{number}.md").write_bytes(text + os.urandom(size))


@needs_mounts
@pytest.mark.parametrize("floor_mb", [0, 8])
def test_the_disk_runs_full(
    volume: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, floor_mb: int
) -> None:
    """Intake rests below the floor, or when a commit is refused, and goes on by itself."""
    monkeypatch.setattr(pauses, "_LOOK_S", 0.05)
    monkeypatch.setattr(pauses, "_CALM_LOOK_S", 0.05)
    resources = structs.replace(QUICK.resources, disk_floor_mb=floor_mb)
    root = tmp_path / "root"
    it = World(volume, structs.replace(QUICK, resources=resources), roots=(str(root),))
    with running(it):
        notes(root, 5)
        it.sync()
        here = it.here()
        ballast = volume / "ballast"
        free = os.statvfs(volume)
        room = floor_mb * 2**20 if floor_mb else 300_000
        ballast.write_bytes(bytes(free.f_bavail * free.f_bsize - room + 100_000))
        notes(tmp_path, 0)
        more = root / "more"
        more.mkdir()
        notes(more, 40, size=60_000)
        it.wait_for(lambda: bool(it.parts.gate.reasons & {"disk", "map"}))
        assert it.engine is not None
        it.wait_for(lambda: it.engine.status().state == "degraded")
        served = it.here()
        assert here.items() <= served.items()
        assert len(served) < 45
        assert it.verify() == []
        ballast.unlink()
        it.wait_for(lambda: not it.parts.gate.reasons)
        it.sync()
        it.check()
        assert len(it.here()) == 45
        assert here.items() <= it.here().items()


@needs_mounts
def test_a_volume_unmounted_and_mounted_again(volume: Path, tmp_path: Path) -> None:
    """Its items are ghosts while it is away; nothing is encoded again when it is back."""
    it = World(tmp_path)
    notes(volume, 20)
    with mounted(volume, it.root), running(it):
        it.sync()
        it.check()
        ids, places = it.here(), it.places()
        unmount(it.root)
        it.sync()
        assert {state for state, _, _ in it.files().values()} == {FileState.OFFLINE}
        assert it.here() == ids
        assert it.engine is not None
        assert it.engine.status().spaces["text"].offline == 20
        encoded = sum(worker.encoded for worker in it.workers())
        with mounted(volume, it.root):
            it.sync()
            it.check()
            assert it.here() == ids
            assert it.places() == places
            assert sum(worker.encoded for worker in it.workers()) == encoded


@needs_mounts
def test_a_volume_that_is_away_at_the_start(volume: Path, tmp_path: Path) -> None:
    """Unmounted while nobody looked: the empty folder under it is no emptied root."""
    it = World(tmp_path)
    notes(volume, 20)
    with mounted(volume, it.root), running(it):
        it.sync()
        ids = it.here()
    with running(it):
        it.sync()
        assert {state for state, _, _ in it.files().values()} == {FileState.OFFLINE}
        assert it.here() == ids
        with mounted(volume, it.root):
            it.sync()
            it.check()
            assert it.here() == ids
