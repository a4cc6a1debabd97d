"""More files at once than events can name."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from muserd.engine.publishing.publisher import Publisher
from muserd.store.reader import Reader
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
        assert one.engine.status().roots[0].overflows > 0
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


def test_one_content_under_thousands_of_names(one: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An icon, a licence, an empty template: the last copy costs what the first one does."""
    looks, count = [0], 1_500
    get, scan = Reader._get, Reader._scan

    def counted(self: Reader, *arguments: Any) -> Any:
        looks[0] += 1
        return get(self, *arguments)

    def counted_scan(self: Reader, *arguments: Any) -> Iterator[tuple[bytes, bytes]]:
        for entry in scan(self, *arguments):
            looks[0] += 1
            yield entry

    publish = Publisher._publish

    def uncounted(self: Publisher, *, slow: bool) -> None:
        """It goes through the names each time, and comes more often where files come slowly."""
        before = looks[0]
        publish(self, slow=slow)
        looks[0] = before

    monkeypatch.setattr(Publisher, "_publish", uncounted)
    monkeypatch.setattr(Reader, "_get", counted)
    monkeypatch.setattr(Reader, "_scan", counted_scan)
    notes(one.root, count, contents=1)
    one.sync()
    (one.root / "0.md").rename(one.root / "renamed.md")
    for path in sorted(one.root.iterdir())[:200]:
        path.unlink()
    one.sync()
    assert looks[0] < 300 * count  # 1,900 a copy, when each looked at all others
    one.check()
    assert len(one.here()) == 1
