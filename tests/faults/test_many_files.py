"""More files at once than events can name."""

import threading
from pathlib import Path
from typing import Any

import pytest

from tests.faults.helpers import notes
from tests.property.world import World

pytestmark = [
    pytest.mark.skipif(not Path("/proc/sys/fs/inotify").exists(), reason="no inotify"),
    pytest.mark.timeout(300),
]


def gated(it: World) -> threading.Event:
    """Stall the reader of events until the event is set."""
    gate, hear = threading.Event(), it.parts.roots.watcher._on_dirty

    def slow(*event: Any) -> None:
        gate.wait(60)
        hear(*event)

    it.parts.roots.watcher._on_dirty = slow
    return gate


@pytest.mark.slow
def test_nine_thousand_creations_before_a_stalled_reader(one: World) -> None:
    """The kernel drops events; a scan finds what they would have named."""
    one.sync()
    gate = gated(one)
    notes(one.root, 9_000, contents=40)
    gate.set()
    one.wait_for(lambda: len(one.files()) == 9_000)
    queued = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    assert one.engine is not None
    if queued < 18_000:
        assert one.engine.roots()[0]["overflows"] > 0
    one.sync()
    one.check()


@pytest.mark.parametrize(
    "count",
    [
        pytest.param(5_000, marks=pytest.mark.slow),
        pytest.param(20_000, marks=[pytest.mark.soak, pytest.mark.timeout(3_600)]),
    ],
)
def test_a_large_tree_that_moves(one: World, count: int) -> None:
    """To another name, out, and in again: each content is encoded once and stays where it is."""
    tree = one.root / "tree"
    for folder in range(count // 100):
        notes(tree / f"{folder % 10}" / f"{folder}", 100, first=100 * folder, contents=40)
    one.sync()
    ids, places = one.here(), one.places()
    assert len(one.files()) == count
    outside = one.base / "outside"
    for source, target in ((tree, one.root / "b"), (one.root / "b", outside), (outside, tree)):
        source.rename(target)
        one.sync()
        assert len(one.files()) == (0 if target == outside else count)
    one.check()
    assert one.here() == ids
    assert one.places() == places
    assert sum(worker.encoded for worker in one.workers()) == 40
