"""So much gone at once may be a mistake."""

import os
import shutil
from pathlib import Path

import pytest
from msgspec import structs

from muserd.engine.sync import delete_guard
from muserd.ground.records import FileState
from tests.faults.helpers import notes
from tests.property.world import QUICK, World, world

pytestmark = [
    pytest.mark.skipif(not Path("/proc/sys/fs/inotify").exists(), reason="no inotify"),
    pytest.mark.timeout(300),
]


def test_a_mass_delete_waits_for_a_word() -> None:
    """So much gone at once may be a mistake: it is kept until a second look, or a confirmation."""
    watch = structs.replace(QUICK.watch, hold_delete_count=10, delete_delay_ms=20)
    with world(structs.replace(QUICK, watch=watch)) as it:
        assert it.engine is not None
        notes(it.root / "many", 30)
        notes(it.root, 5, first=100)
        it.sync()
        (it.root / "many").rename(it.base / "gone")
        it.wait_for(lambda: it.parts.guard.held(os.fsencode(it.root)) == 30)
        assert len(it.here()) == 35
        engine = it.engine
        it.wait_for(lambda: not engine.health().ok)
        assert it.engine.status().roots[0].held == 30
        assert it.answer(it.engine.confirm_root(os.fsencode(it.root))) == {"roots": 1}
        it.sync()
        it.check()
        assert len(it.here()) == 5
        assert it.engine.status().roots[0].held == 0


def test_a_mass_delete_is_confirmed_by_a_later_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two scans within a moment are one opinion; one that comes later is a second."""
    monkeypatch.setattr(delete_guard, "HELD_S", 3.0)
    watch = structs.replace(QUICK.watch, hold_delete_count=10)
    with world(structs.replace(QUICK, watch=watch)) as it:
        assert it.engine is not None
        notes(it.root / "many", 30)
        notes(it.root, 5, first=100)
        it.sync()
        (it.root / "many").rename(it.base / "gone")
        it.sync()
        it.sync()
        assert it.engine.status().roots[0].held == 30
        assert len(it.here()) == 35
        it.wait_for(lambda: len(it.here()) == 5)  # the next scan comes by itself
        it.sync()
        it.check()
        assert it.engine.health().ok


@pytest.mark.parametrize(("gone", "kept"), [(9, 0), (30, 31)])
def test_what_is_no_mass_is_let_go(gone: int, kept: int) -> None:
    """Fewer than the number, or less than the share: nobody is asked."""
    watch = structs.replace(QUICK.watch, hold_delete_count=10, hold_delete_share=0.5)
    with world(structs.replace(QUICK, watch=watch)) as it:
        assert it.engine is not None
        notes(it.root / "many", gone)
        notes(it.root, kept, first=100)
        it.sync()
        shutil.rmtree(it.root / "many")
        it.sync()
        it.check()
        assert it.engine.status().roots[0].held == 0


def test_a_mass_delete_that_takes_its_time() -> None:
    """One by one, over several commits: once it is half of the folder, all of it is kept."""
    watch = structs.replace(QUICK.watch, hold_delete_count=10)
    with world(structs.replace(QUICK, watch=watch)) as it:
        assert it.engine is not None
        paths = notes(it.root, 30)
        it.sync()
        ids = it.here()
        for number, path in enumerate(paths[:20]):
            path.unlink()
            if number < 10:
                it.wait_for(lambda path=path: os.fsencode(path) not in present(it))  # type: ignore[misc]
        it.wait_for(lambda: it.parts.guard.held(os.fsencode(it.root)) == 20 and it.here() == ids)
        engine = it.engine
        it.wait_for(lambda: not engine.health().ok)
        assert sum(state is FileState.OFFLINE for state, _, _ in it.files().values()) == 20
        for number, path in enumerate(paths[:20]):
            path.write_bytes(b"note %d" % number)
        it.sync()
        it.check()
        assert it.here() == ids
        assert it.engine.health().ok


def present(it: World) -> set[bytes]:
    return {path for path, (state, _, _) in it.files().items() if state is FileState.PRESENT}


def test_a_slow_mass_delete_is_let_go_by_a_word() -> None:
    watch = structs.replace(QUICK.watch, hold_delete_count=10)
    with world(structs.replace(QUICK, watch=watch)) as it:
        assert it.engine is not None
        paths = notes(it.root, 20)
        it.sync()
        for path in paths[:15]:
            path.unlink()
            it.wait_for(lambda path=path: os.fsencode(path) not in present(it))  # type: ignore[misc]
        it.wait_for(lambda: it.parts.guard.held(os.fsencode(it.root)) == 15)
        assert it.answer(it.engine.confirm_root(None)) == {"roots": 1}
        it.sync()
        it.check()
        assert len(it.here()) == 5


def test_files_that_go_after_a_window_are_no_mass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tidying up over a day is no accident."""
    monkeypatch.setattr(delete_guard, "WINDOW_S", 0.0)
    watch = structs.replace(QUICK.watch, hold_delete_count=5)
    with world(structs.replace(QUICK, watch=watch)) as it:
        paths = notes(it.root, 12)
        it.sync()
        for path in paths[:10]:
            path.unlink()
            it.wait_for(lambda path=path: os.fsencode(path) not in it.files())  # type: ignore[misc]
        it.sync()
        it.check()
        assert len(it.here()) == 2
