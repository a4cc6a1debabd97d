"""So much gone at once may be a mistake."""

import os
import shutil
from pathlib import Path

import pytest
from msgspec import structs

from muserd.engine.sync import reconcile
from tests.faults.helpers import notes
from tests.property.world import QUICK, world

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
        it.wait_for(lambda: it.parts.roots.get(os.fsencode(it.root)).held == 30)
        assert len(it.here()) == 35
        assert it.engine.health().ok is False
        assert it.engine.status().roots[0].held == 30
        assert it.answer(it.engine.confirm_root(os.fsencode(it.root))) == {"roots": 1}
        it.sync()
        it.check()
        assert len(it.here()) == 5
        assert it.engine.status().roots[0].held == 0


def test_a_mass_delete_is_confirmed_by_a_later_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two scans within a moment are one opinion; one that comes later is a second."""
    monkeypatch.setattr(reconcile, "_HELD_SCAN_S", 3.0)
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
