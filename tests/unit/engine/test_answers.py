"""An item as a door tells of it."""

import pytest

from muserd.engine.answers import Item
from muserd.ground.facts import Facts
from muserd.ground.records import (
    ContentHash,
    FitNumber,
    ItemId,
    ItemRecord,
    PlaceRecord,
    RegionId,
    Slot,
)

RECORD = ItemRecord(
    id=ItemId(7),
    slot=Slot(3),
    kind="note",
    content=ContentHash(bytes(32)),
    name="a.md",
    facts=Facts(title="A title", reader=1, tags=("home",)),
    added_at_ms=1,
)


def place(*, settled: bool) -> PlaceRecord:
    regions = (RegionId(4), RegionId(-1), RegionId(-1))
    return PlaceRecord(
        fit=FitNumber(2), settled=settled, x=1.0, y=2.0, rx=3.0, ry=4.0, confidence=1.0, rank=0,
        regions=regions,
    )  # fmt: skip


def test_an_item_has_the_coordinates_of_its_place() -> None:
    item = Item.of(RECORD, place(settled=True), ("/r/a.md",), offline=False)
    assert (item.x, item.y, item.rx, item.ry, item.region) == (1.0, 2.0, 3.0, 4.0, (4, -1, -1))
    assert (item.title, item.tags, item.paths) == ("A title", ("home",), ("/r/a.md",))


def test_an_item_without_a_place_is_nowhere() -> None:
    item = Item.of(RECORD, None, (), offline=True)
    assert (item.x, item.ry, item.region, item.offline) == (None, None, (-1, -1, -1), True)


@pytest.mark.parametrize(
    ("where", "provisional"),
    [(None, True), (place(settled=False), True), (place(settled=True), False)],
)
def test_an_item_is_settled_when_the_fit_contains_it(
    where: PlaceRecord | None, provisional: bool
) -> None:
    """One that was placed after it, or has no place yet, is provisional."""
    assert Item.of(RECORD, where, (), offline=False).provisional is provisional
