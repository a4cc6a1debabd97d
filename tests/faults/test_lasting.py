"""Identity by content: whatever becomes of its files, an item stays what and where it is."""

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from muserd.ground.clock import SystemClock
from muserd.ground.records import ContentHash, ItemRecord
from tests.faults.helpers import notes
from tests.property.world import World, fakes, world

pytestmark = [
    pytest.mark.skipif(not Path("/proc/sys/fs/inotify").exists(), reason="no inotify"),
    pytest.mark.timeout(300),
]

CONTENT = b"a picture of its own"


@pytest.fixture
def two() -> Iterator[World]:
    """Two roots with enough pictures for a fit; `p.png` is the one that is looked at."""
    with world(roots=("root", "other")) as it:
        for number in range(20):
            (it.root / f"{number}.png").write_bytes(b"picture %d" % number)
        (it.root / "p.png").write_bytes(CONTENT)
        it.sync()
        it.check()
        yield it


def record_of(it: World, content: bytes) -> ItemRecord:
    with it.parts.store.read() as reader:
        number = reader.item_with("image", ContentHash(hashlib.sha256(content).digest()))
        assert number is not None
        record = reader.item(number)
    assert record is not None
    return record


def lasting(it: World, item: ItemRecord) -> tuple[Any, ...]:
    """Id, slot, content, vector, place, regions and thumbnails of an item."""
    with it.parts.store.read() as reader:
        vector = reader.vector("image", item.slot)
        assert vector is not None
        place = reader.place("image", item.slot)
        return (item.id, item.slot, item.content), vector.tobytes(), place, reader.thumbs(item.id)


def rename(it: World) -> None:
    (it.root / "p.png").rename(it.root / "renamed.png")


def move_between_roots(it: World) -> None:
    (it.root / "p.png").rename(it.roots[1] / "p.png")


def move_its_folder(it: World) -> None:
    (it.root / "deep").mkdir()
    (it.root / "p.png").rename(it.root / "deep" / "p.png")
    it.sync()
    (it.root / "deep").rename(it.root / "elsewhere")


def copy_and_delete(it: World) -> None:
    shutil.copy2(it.root / "p.png", it.roots[1] / "copy.png")
    it.sync()
    (it.root / "p.png").unlink()


def hard_link_and_delete(it: World) -> None:
    os.link(it.root / "p.png", it.root / "linked.png")
    it.sync()
    (it.root / "p.png").unlink()


def delete_and_restore(it: World) -> None:
    (it.root / "p.png").unlink()
    it.sync()
    it.check()
    assert len(it.here()) == 20
    (it.roots[1] / "again.png").write_bytes(CONTENT)


def edit_and_undo(it: World) -> None:
    (it.root / "p.png").write_bytes(b"an edit")
    it.sync()
    (it.root / "p.png").write_bytes(CONTENT)


@pytest.mark.parametrize(
    "act",
    [
        rename,
        move_between_roots,
        move_its_folder,
        copy_and_delete,
        hard_link_and_delete,
        delete_and_restore,
        edit_and_undo,
    ],
)
def test_an_item_lasts(two: World, act: Callable[[World], None]) -> None:
    """Item, vector, place, region and thumbnail are kept; nothing is encoded again."""
    before = lasting(two, record_of(two, CONTENT))
    encoded = sum(worker.encoded for worker in two.workers())
    act(two)
    two.sync()
    two.check()
    assert record_of(two, CONTENT).gone_at_ms is None
    assert lasting(two, record_of(two, CONTENT)) == before
    edits = 1 if act is edit_and_undo else 0
    assert sum(worker.encoded for worker in two.workers()) == encoded + edits


def test_an_edit_keeps_the_history_of_its_ids(two: World) -> None:
    """Each content is an item; the later one knows which it replaced."""
    ids = [record_of(two, CONTENT).id]
    for content in (b"a first edit", b"a second edit"):
        (two.root / "p.png").write_bytes(content)
        two.sync()
        record = record_of(two, content)
        assert record.previous == ids[-1]
        ids.append(record.id)
    assert len(set(ids)) == 3
    two.check()


class LaterClock(SystemClock):
    """The machine's clocks, the one on the wall some time ahead."""

    ahead_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms


def test_a_ghost_stays_however_long_it_is_away(tmp_path: Path) -> None:
    """Ten years and some restarts later: dimmed and counted, then back without being encoded."""
    clock = LaterClock()
    with fakes():
        it = World(tmp_path)
        it.config = structs.replace(
            it.config, resources=structs.replace(it.config.resources, keep_deleted_days=0)
        )
        it.start(clock)
        try:
            notes(it.root, 20)
            it.sync()
            ids, places = it.here(), it.places()
            it.root.rename(tmp_path / "away")
            it.sync()
            for _ in range(2):
                clock.ahead_ms += 5 * 365 * 86_400_000
                it.stop()
                it.start(clock)  # what was deleted is forgotten at a start
                it.sync()
                assert it.engine is not None
                status = it.engine.status()
                assert status.spaces["text"].offline == 20
                assert status.state == "degraded"
                assert it.here() == ids
                shown = list(it.engine.items("text"))
                assert len(shown) == 20
                assert all(item.offline for item in shown)
            (tmp_path / "away").rename(it.root)
            it.sync()
            it.check()
            assert (it.here(), it.places()) == (ids, places)
            assert sum(worker.encoded for worker in it.workers()) == 0
            assert it.engine.status().spaces["text"].offline == 0
        finally:
            it.stop()


def test_what_was_deleted_is_forgotten_in_the_end(tmp_path: Path) -> None:
    """After `keep_deleted_days`, and not before."""
    clock = LaterClock()
    with fakes():
        it = World(tmp_path)
        it.start(clock)
        try:
            paths = notes(it.root, 5)
            it.sync()
            paths[0].unlink()
            it.sync()
            for days, kept in ((29, 5), (2, 4)):
                clock.ahead_ms += days * 86_400_000
                it.stop()
                it.start(clock)
                it.sync()
                deadline = time.monotonic() + 30
                while len(items(it)) != kept:
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
                it.check()
        finally:
            it.stop()


def items(it: World) -> list[ItemRecord]:
    with it.parts.store.read() as reader:
        return list(reader.items())
