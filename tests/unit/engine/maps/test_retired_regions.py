"""What is remembered of fits and regions."""

from muserd.engine.maps.retired_regions import SLEEPING, forgotten
from muserd.ground.records import ItemId, Region, RegionId

KNOWN = {ItemId(number) for number in range(10)}


def region(number: int, *, medoid: int = 1, pinned: bool = False, retired: bool = True) -> Region:
    return Region(
        id=RegionId(number),
        parent=RegionId(-1),
        level=0,
        name=f"Region {number}",
        pinned=pinned,
        terms=(),
        colour="#808080",
        count=10,
        x=0.0,
        y=0.0,
        medoid=ItemId(medoid),
        first_time_ms=0,
        last_time_ms=0,
        retired=retired,
    )


def test_regions_that_nothing_can_revive_are_forgotten() -> None:
    """The living, the named by hand, and those whose medoid is known stay."""
    regions = [
        region(1, medoid=99),
        region(2, medoid=99, pinned=True),
        region(3, medoid=99, retired=False),
        region(4),
        region(5),
    ]
    assert forgotten(regions, KNOWN) == [1]


def test_the_oldest_of_many_are_forgotten() -> None:
    regions = [region(number) for number in range(SLEEPING + 3)]
    assert forgotten(reversed(regions), KNOWN) == [0, 1, 2]


def test_an_id_is_never_given_twice() -> None:
    """The next id is one more than the highest that is known."""
    regions = [region(7, medoid=99), region(8, medoid=99)]
    assert forgotten(regions, KNOWN) == [7]
    assert forgotten([], KNOWN) == []
