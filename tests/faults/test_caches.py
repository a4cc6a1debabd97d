"""Caches that are gone, damaged or of another history are made again from the store."""

import json
import shutil
from pathlib import Path

import pytest

from tests.faults.helpers import notes
from tests.property.world import World, fakes

pytestmark = [
    pytest.mark.skipif(not Path("/proc/sys/fs/inotify").exists(), reason="no inotify"),
    pytest.mark.timeout(300),
]


@pytest.mark.parametrize(
    "damage",
    [
        "{}",
        "not JSON",
        "no-space",
        "no-thumbs",
    ],
)
def test_a_site_that_cannot_be_gone_on_from(tmp_path: Path, damage: str) -> None:
    """Another version's, or damaged: it is a cache, and published anew."""
    with fakes():
        it = World(tmp_path).start()
        try:
            notes(it.root, 3)
            (it.root / "p.png").write_bytes(b"picture")
            it.sync()
            it.stop()
            path = it.where.site / "manifest.json"
            manifest = json.loads(path.read_text())
            if damage == "no-space":
                del manifest["spaces"]["image"]
            elif damage == "no-thumbs":
                manifest["spaces"]["image"]["thumbs"] = {"loose": {}}
            text = damage if damage in {"{}", "not JSON"} else json.dumps(manifest)
            path.write_text(text)
            it.start()
            it.sync()
            it.check()
        finally:
            it.stop()


def test_caches_that_are_gone(tmp_path: Path) -> None:
    """Vectors' cache and site are made again from the store; nothing is encoded again."""
    with fakes():
        it = World(tmp_path).start()
        try:
            notes(it.root, 20)
            it.sync()
            ids, places = it.here(), it.places()
            it.stop()
            shutil.rmtree(it.where.cache)
            shutil.rmtree(it.where.site)
            it.start()
            it.sync()
            it.check()
            assert it.here() == ids
            assert it.places() == places
            assert sum(worker.encoded for worker in it.workers()) == 0
        finally:
            it.stop()
