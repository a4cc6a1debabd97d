"""So much gone at once may be a mistake."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.helpers import notes
from tests.property.world import QUICK, world

pytestmark = [
    pytest.mark.skipif(not Path("/proc/sys/fs/inotify").exists(), reason="no inotify"),
    pytest.mark.timeout(300),
]


def test_a_mass_delete_waits_for_a_word() -> None:
    """So much gone at once may be a mistake: it is kept until a second look, or a confirmation."""
    watch = replace(QUICK.watch, hold_delete_count=10, delete_delay_ms=20)
    with world(replace(QUICK, watch=watch)) as it:
        assert it.engine is not None
        notes(it.root / "many", 30)
        notes(it.root, 5, first=100)
        it.sync()
        (it.root / "many").rename(it.base / "gone")
        it.wait_for(lambda: it.parts.roots.get(os.fsencode(it.root)).held == 30)
        assert len(it.here()) == 35
        assert it.engine.health()["ok"] is False
        assert it.engine.roots()[0]["held"] == 30
        assert it.answer(it.engine.confirm_root(os.fsencode(it.root))) == {"roots": 1}
        it.sync()
        it.check()
        assert len(it.here()) == 5
        assert it.engine.roots()[0]["held"] == 0
