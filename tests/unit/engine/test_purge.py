"""Items without a file are kept for some days; then they are deleted and their slots are free."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from muserd.engine.maps.update import MapUpdate
from muserd.engine.purge import Purge
from muserd.ground.errors import StoreFullError
from muserd.ground.records import ItemRecord
from tests.unit.engine.bench import Bench

DAY_S = 86_400


def take_away(bench: Bench, name: str) -> ItemRecord:
    """The item of a file whose record is deleted now."""
    item = bench.item(name)
    with bench.parts.store.write() as writer:
        writer.delete_file(bytes(bench.root / name))
        writer.put_item(replace(item, gone_at_ms=bench.clock.now_ms()))
    bench.load()
    return item


def known(bench: Bench, item: ItemRecord) -> bool:
    with bench.parts.store.read() as reader:
        return reader.item(item.id) is not None


def test_an_item_is_kept_for_the_days_and_no_longer(bench: Bench) -> None:
    bench.ingest("a.txt", "b.txt")
    gone, stays = take_away(bench, "a.txt"), bench.item("b.txt")
    bench.clock.advance(6 * DAY_S)
    assert bench.parts.purge.run(keep_days=7)
    assert known(bench, gone)
    bench.clock.advance(2 * DAY_S)
    assert bench.parts.purge.run(keep_days=7)
    assert (known(bench, gone), known(bench, stays)) == (False, True)


def test_a_free_slot_is_given_to_the_next_item(bench: Bench) -> None:
    bench.ingest("a.txt", "b.txt")
    gone = take_away(bench, "a.txt")
    bench.clock.advance(1)
    bench.parts.purge.run(keep_days=0)
    assert not bench.parts.models["text"].slots.present[gone.slot]
    bench.ingest("c.txt")
    assert bench.item("c.txt").slot == gone.slot
    assert bench.item("c.txt").id != gone.id


def test_nothing_is_deleted_while_a_fit_is_made(bench: Bench) -> None:
    """What the fit was given must mean the same items when it is adopted."""
    bench.ingest("a.txt")
    gone = take_away(bench, "a.txt")
    bench.clock.advance(1)
    under_way: Any = object()
    bench.parts.refits.job = under_way
    assert not bench.parts.purge.run(keep_days=0)
    assert known(bench, gone)
    bench.parts.refits.job = None
    assert bench.parts.purge.run(keep_days=0)
    assert not known(bench, gone)


def test_a_store_without_room_is_emptied_in_small_steps(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one transaction has no room for is done in halves; one item that finds none is told."""
    names = [f"{number}.txt" for number in range(5)]
    bench.ingest(*names)
    gone = [take_away(bench, name) for name in names]
    bench.clock.advance(1)
    asked: list[int] = []
    delete = Purge._delete

    def in_a_full_store(purge: Purge, items: Sequence[ItemRecord]) -> None:
        asked.append(len(items))
        delete(purge, items)

    free = MapUpdate.purge

    def of_two(update: MapUpdate, slots: Sequence[int]) -> None:
        if len(slots) > room:
            raise StoreFullError("full", "make room")
        free(update, slots)

    monkeypatch.setattr(Purge, "_delete", in_a_full_store)
    monkeypatch.setattr(MapUpdate, "purge", of_two)
    room = 0
    with pytest.raises(StoreFullError):
        bench.parts.purge.run(keep_days=0)
    assert all(known(bench, item) for item in gone)
    asked.clear()
    room = 2
    assert bench.parts.purge.run(keep_days=0)
    assert asked == [5, 2, 3, 1, 2]
    assert not any(known(bench, item) for item in gone)
