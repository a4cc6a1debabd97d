"""Slots are given again: what an item left, the next one takes, and nothing is mistaken for it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs

from muserd.ground.records import NO_ITEM
from muserd.publish import thumbs
from muserd.publish.manifest import SpaceEntry, Thumbs
from tests.faults.helpers import notes
from tests.property.world import QUICK, World, world

pytestmark = [
    pytest.mark.skipif(not Path("/proc/sys/fs/inotify").exists(), reason="no inotify"),
    pytest.mark.timeout(300),
]
NEVER_BY_ITSELF = structs.replace(
    QUICK, layout=structs.replace(QUICK.layout, refit_interval_minutes=10_000)
)
COUNT = 30


@pytest.fixture
def mapped() -> Iterator[World]:
    """A map of 30 notes by a fit, which no other follows by itself."""
    with world(NEVER_BY_ITSELF) as it:
        notes(it.root, COUNT)
        it.sync()
        assert it.engine is not None
        it.answer(it.engine.refit("text", fresh=True))  # the first may not have had all
        it.check()
        yield it


def forget(it: World) -> None:
    """What is gone is forgotten at once, as after `keep_deleted_days`."""
    done: list[bool] = []

    def purge() -> None:
        if it.parts.purge.run(0):
            done.append(True)
        else:
            it.parts.mailbox.call(purge)

    it.parts.mailbox.call(purge)
    it.wait_for(lambda: bool(done))


def delete(it: World, numbers: range, suffix: str = "md") -> None:
    for number in numbers:
        (it.root / f"{number}.{suffix}").unlink()
    it.sync()


def slots(it: World) -> dict[int, int]:
    """Whose they are."""
    with it.parts.store.read() as reader:
        return {int(slot): int(item) for slot, item in reader.slots("text")}


def terrain(it: World) -> np.ndarray:
    land = it.parts.models["text"].terrain
    assert land is not None
    return land.grid.copy()


def again(it: World) -> None:
    it.stop()
    it.start()
    it.sync()


def test_memory_does_not_grow_with_what_ever_was(mapped: World) -> None:
    """A hundred contents through one file take the slots of two."""
    for number in range(100):
        (mapped.root / "draft.md").write_bytes(b"draft %d" % number)
        mapped.sync()
        forget(mapped)
    assert len(mapped.parts.models["text"]) <= COUNT + 2
    assert max(slots(mapped).values()) >= COUNT + 99  # ids are not
    mapped.check()
    again(mapped)
    mapped.check()


def test_the_land_stays_when_an_item_is_forgotten(mapped: World) -> None:
    """Now, after a restart, and when its slot has somebody else."""
    delete(mapped, range(5))
    before = terrain(mapped)
    forget(mapped)
    assert np.array_equal(terrain(mapped), before)
    mapped.check()
    again(mapped)
    assert np.allclose(terrain(mapped), before, atol=1e-4 * before.max())
    mapped.check()
    notes(mapped.root, 5, first=100)
    mapped.sync()
    mapped.check()
    assert len(mapped.parts.models["text"]) == COUNT
    again(mapped)
    mapped.check()


def test_a_fit_that_is_shown_again_means_the_items_of_its_time(mapped: World) -> None:
    """Who took a slot since does not get the place of who had it."""
    assert mapped.engine is not None
    (first,) = (fit.number for fit in mapped.engine.fits("text") if fit.state == "current")
    there = {item: (x, y) for (_, item), (_, x, y, _) in mapped.places().items()}
    delete(mapped, range(5))
    forget(mapped)
    notes(mapped.root, 5, first=100)
    mapped.sync()
    came = set(slots(mapped).values()) - set(there)
    assert len(came) == 5
    mapped.answer(mapped.engine.refit("text", fresh=True))
    assert all(settled for *_, settled in mapped.places().values())
    mapped.answer(mapped.engine.rollback("text", first))
    for (_, item), (_, x, y, settled) in mapped.places().items():
        assert settled == (item not in came)
        if settled:
            assert (x, y) == there[item]
    mapped.sync()
    mapped.check()
    again(mapped)
    mapped.check()


def test_nobody_is_left_of_a_fit(mapped: World) -> None:
    """A map whose every item is forgotten places nobody; who comes gets a map of their own."""
    delete(mapped, range(COUNT))
    forget(mapped)
    mapped.check()
    for count in (1, 3, 40):
        notes(mapped.root, count, first=100)
        mapped.sync()
        mapped.check()
    again(mapped)
    mapped.check()


def test_neighbours_of_few_after_a_restart() -> None:
    """Who is gone does not count: a list of all the others is known to be one."""
    with world() as it:
        notes(it.root, 6)
        it.sync()
        delete(it, range(2))
        again(it)
        notes(it.root, 1, first=50)
        it.sync()
        model = it.parts.models["text"]
        here = model.slots.present
        assert ((model.knn.neighbours[here] >= 0).sum(axis=1) == 4).all()
        it.check()


def pictures(it: World, numbers: range) -> None:
    for number in numbers:
        (it.root / f"{number}.png").write_bytes(b"picture %d" % number)
    it.sync()


def thumbs_of(entry: SpaceEntry | None) -> Thumbs:
    return entry.thumbs if entry is not None and isinstance(entry.thumbs, Thumbs) else Thumbs.none()


def shown_thumbs(it: World) -> dict[int, bytes]:
    """By item, the thumbnail of 256 px that a page finds for it: the loose one, else its cell."""
    it.wait_for(lambda: not it.parts.publisher.pending)
    entry = it.parts.publisher._files["image"].entry
    site, model = it.parts.site, it.parts.models["image"]
    found = {}
    listed = thumbs_of(entry)
    index = site.index(listed.index) if listed.index else None
    levels = index.levels if index is not None else ()
    level = next((one for one in levels if one.px == 256), None)
    for slot in np.flatnonzero(model.shown).tolist():
        if loose := listed.loose.get(str(slot)):
            found[int(model.columns.id[slot])] = (site.folder / loose).read_bytes()
        elif level is not None and slot < level.packed:
            cells = (level.page_px // 256) ** 2
            page = (site.folder / level.pages[slot // cells]).read_bytes()
            cell = page.removeprefix(b"page:").split(b",")[slot % cells]
            found[int(model.columns.id[slot])] = cell
    return found


def own_thumbs(it: World) -> dict[int, bytes]:
    with it.parts.store.read() as reader:
        return {
            int(item.id): reader.thumbs(item.id)[256]
            for item in reader.items()
            if item.gone_at_ms is None
        }


def test_a_picture_never_has_the_thumbnail_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages show who was in a slot; who took it is loose until the pages are made again."""
    monkeypatch.setattr(thumbs, "MOST_STALE", 6)
    with world() as it:
        pictures(it, range(70))
        files = it.parts.publisher._files["image"]
        it.wait_for(lambda: files.thumbs is not None and files.thumbs.packed == 64)
        assert shown_thumbs(it) == own_thumbs(it)
        delete(it, range(5), "png")
        forget(it)
        pictures(it, range(100, 105))
        assert len(it.parts.models["image"]) == 70
        assert len([s for s in thumbs_of(files.entry).loose if int(s) < 64]) == 5
        assert shown_thumbs(it) == own_thumbs(it)
        again(it)
        assert shown_thumbs(it) == own_thumbs(it)
        delete(it, range(100, 103), "png")
        forget(it)
        pictures(it, range(200, 203))
        assert shown_thumbs(it) == own_thumbs(it)
        delete(it, range(10, 12), "png")
        forget(it)
        pictures(it, range(210, 212))
        files = it.parts.publisher._files["image"]
        it.wait_for(lambda: not [s for s in thumbs_of(files.entry).loose if int(s) < 64])
        assert shown_thumbs(it) == own_thumbs(it)
        again(it)
        assert shown_thumbs(it) == own_thumbs(it)
        it.check()


def test_slots_are_free_or_held(mapped: World) -> None:
    """`verify` notices a slot that is neither, or both."""
    delete(mapped, range(2))
    forget(mapped)
    with mapped.parts.store.read() as reader:
        free = [*reader.free_slots("text")]
    assert len(free) == 2
    assert (mapped.parts.models["text"].columns.id[free] == NO_ITEM).all()
    assert mapped.verify() == []
    with mapped.parts.store.write() as writer:
        writer._delete("free/text", free[0].to_bytes(4, "big"))
        writer._put("free/text", max(slots(mapped)).to_bytes(4, "big"), b"")
    assert len(mapped.verify()) == 2
