import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from muserd.layout.relax import cell_size, relax, relax_insert
from muserd.layout.scale import reach


def clusters(
    count: int, groups: int, seed: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Separate groups of unlike density, and a tenth of loners."""
    rng = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(groups)))
    member = rng.integers(0, groups, count)
    middle = np.stack(np.divmod(member, side), axis=1) * 6.0
    places = middle + rng.normal(size=(count, 2)) * (0.2 + 0.6 * (member % 3 + 1) / 3)[:, None]
    regions = member.astype(np.int32)
    loners = rng.random(count) < 0.1
    places[loners] = rng.uniform(-3, 6 * side, (int(loners.sum()), 2))
    regions[loners] = -1
    return places.astype(np.float32), regions


def overlaps(relaxed: NDArray[np.float32], cell: float) -> int:
    """Pairs nearer than a cell along both axes, beyond what float32 rounds."""
    slack = cell - 4 * np.spacing(np.abs(relaxed).max())
    order = np.argsort(relaxed[:, 0], kind="stable")
    x, y = relaxed[order].astype(np.float64).T
    count = 0
    for step in range(1, len(x)):
        close = x[step:] - x[:-step] < slack
        if not close.any():
            break
        count += int((close & (np.abs(y[step:] - y[:-step]) < slack)).sum())
    return count


def strays(
    relaxed: NDArray[np.float32], places: NDArray[np.float32], regions: NDArray[np.int32]
) -> int:
    """Items of a region whose relaxed place is nearest to an item of another region."""
    members = np.flatnonzero(regions >= 0)
    apart = ((relaxed[members, None] - places[None, members]) ** 2).sum(axis=2)
    return int((regions[members[apart.argmin(axis=1)]] != regions[members]).sum())


@pytest.mark.parametrize(("count", "groups"), [(2, 1), (40, 3), (600, 9), (2500, 20)])
def test_nobody_overlaps_and_nobody_leaves(count: int, groups: int) -> None:
    """At the relaxed scale thumbnails lie side by side, each in its region's land."""
    places, regions = clusters(count, groups)
    cell = cell_size(places, regions)
    relaxed = relax(places, regions, cell)
    assert overlaps(relaxed, cell) == 0
    assert strays(relaxed, places, regions) == 0


def test_sparse_land_keeps_its_shape() -> None:
    """Items that fit where they are stay there, up to half a cell."""
    places, regions = clusters(300, 4)
    cell = cell_size(places, regions) / 20
    moved = np.abs(relax(places, regions, cell) - places).max(axis=1)
    assert np.median(moved) < 0.01 * cell
    assert moved.max() < 3 * cell


def test_it_is_deterministic() -> None:
    """The same map relaxes to the same places."""
    places, regions = clusters(500, 5)
    assert np.array_equal(relax(places, regions, 0.1), relax(places, regions, 0.1))


@pytest.mark.parametrize("count", [1, 2, 300])
def test_duplicates_spread_out(count: int) -> None:
    """Hundreds on one spot become a tight block around it."""
    places = np.tile(np.array([[3.3, -1.2]], dtype=np.float32), (count, 1))
    cell = cell_size(places)
    relaxed = relax(places, np.zeros(count, dtype=np.int32), cell)
    assert overlaps(relaxed, cell) == 0
    assert np.abs(relaxed - places).max() <= cell * (np.sqrt(count) + 2)


def test_nobody_at_all() -> None:
    """An empty map relaxes to an empty map."""
    none = np.empty((0, 2), dtype=np.float32)
    assert relax(none, np.empty(0, dtype=np.int32), cell_size(none)).shape == (0, 2)


def test_an_outlier_far_off_costs_nothing() -> None:
    """A lost item neither shrinks the cells nor needs a board as wide as its distance."""
    places, regions = clusters(400, 4)
    usual = cell_size(places, regions)
    places[0], regions[0] = (1e5, -1e5), -1
    cell = cell_size(places, regions)
    assert cell == pytest.approx(usual, rel=0.5)
    relaxed = relax(places, regions, cell)
    assert overlaps(relaxed[1:], cell) == 0
    assert np.abs(relaxed[0] - places[0]).max() < 1


def test_a_region_without_room_spills_over() -> None:
    """A crowd walled in by another region crosses the border rather than overlap."""
    rng = np.random.default_rng(2)
    ring = rng.uniform(0, 2 * np.pi, 300)
    wall = np.stack([np.cos(ring), np.sin(ring)], axis=1) * rng.uniform(0.3, 3, (300, 1))
    crowd = rng.normal(0, 0.02, (300, 2))
    places = np.concatenate([wall, crowd]).astype(np.float32)
    regions = np.repeat([0, 1], 300).astype(np.int32)
    relaxed = relax(places, regions, 0.15)
    assert overlaps(relaxed, 0.15) == 0


def test_an_insertion_moves_only_neighbours() -> None:
    """Thousands of arrivals, one by one: no overlap, and only who stands beside gives way."""
    places, regions = clusters(700, 9, seed=3)
    cell = cell_size(places, regions)
    relaxed = np.zeros((700, 2), dtype=np.float32)
    present = np.zeros(700, dtype=np.bool_)
    first = np.arange(300)
    relaxed[first] = relax(places[first], regions[first], cell)
    present[first] = True
    for slot in range(300, 700):
        x, y = places[slot].tolist()
        moved = relax_insert(relaxed, present, regions, slot, x, y, int(regions[slot]), cell)
        spot = np.array(moved[slot])
        for other, new in moved.items():
            if other != slot:
                assert np.abs(relaxed[other] - spot).max() < 2.5 * cell
                assert np.abs(relaxed[other] - new).max() <= 0.5 * cell
            relaxed[other] = new
        present[slot] = True
    assert overlaps(relaxed, cell) == 0


def test_an_arrival_stays_in_its_region() -> None:
    """It takes a free cell nearest to an item of its region, not just the nearest."""
    places, regions = clusters(600, 9, seed=4)
    cell = cell_size(places, regions)
    relaxed = relax(places, regions, cell)
    present = np.ones(600, dtype=np.bool_)
    for slot, source in enumerate(np.flatnonzero(regions >= 0)[:60].tolist(), start=600):
        x, y = (places[source] + 0.01).tolist()
        moved = relax_insert(relaxed, present, regions, slot, x, y, int(regions[source]), cell)
        spot = np.array(moved[slot])
        members = regions >= 0
        nearest = ((relaxed[members] - spot) ** 2).sum(axis=1).argmin()
        assert regions[members][nearest] == regions[source]


def test_the_first_arrival_stands_where_it_is() -> None:
    """On an empty map nothing is in the way."""
    none = np.zeros((0, 2), dtype=np.float32)
    moved = relax_insert(none, np.zeros(0, np.bool_), np.zeros(0, np.int32), 0, 1.5, 2.25, -1, 1.0)
    assert list(moved) == [0]
    assert moved[0] == pytest.approx((1.5, 2.25), abs=0.01)


def nearest_cells(
    home: NDArray[np.int64],
    relaxed: NDArray[np.float32],
    regions: NDArray[np.int32],
    region: int,
    cell: float,
) -> tuple[int, set[tuple[int, int]]]:
    """By brute force: the least squared distance of a free cell in a region's land, and which.

    Where the region owns no cell, or has no name, any free one will do.
    """
    taken = {tuple(row) for row in np.floor(relaxed.astype(np.float64) / cell).astype(int).tolist()}
    named = regions != -1
    free = []
    for column in range(home[0] - 20, home[0] + 21):
        for row in range(home[1] - 20, home[1] + 21):
            if (column, row) not in taken:
                away = (column - home[0]) ** 2 + (row - home[1]) ** 2
                middle = (np.array([column, row]) + 0.5) * cell
                apart = ((relaxed[named] - middle) ** 2).sum(axis=1)
                owner = regions[named][apart.argmin()]
                free.append((int(away), (column, row), region in {-1, int(owner)}))
    ours = [one for one in free if one[2]] or free
    least = min(away for away, _, _ in ours)
    return least, {spot for away, spot, _ in ours if away == least}


@pytest.mark.parametrize("region", [0, 1, 2, -1, 99])
def test_an_arrival_takes_the_nearest_free_cell_of_its_land(region: int) -> None:
    """As a search of all cells finds it; a region that owns none takes the nearest of any land."""
    places, regions = clusters(60, 4, seed=6)
    places += np.float32(50)  # away from the origin: a sum is no difference there
    cell = 0.8
    relaxed = relax(places, regions, cell)
    present = np.ones(60, dtype=np.bool_)
    for source in range(0, 60, 3):
        x, y = relaxed[source].tolist()  # its cell is taken
        home = np.floor(np.array([x, y]) / cell).astype(np.int64)
        moved = relax_insert(relaxed, present, regions, 60, x, y, region, cell)
        chosen = tuple(np.floor(np.array(moved[60]) / cell).astype(int).tolist())
        least, spots = nearest_cells(home, relaxed, regions, region, cell)
        assert least > 0
        assert chosen in spots


@pytest.mark.parametrize("beside", [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if a or b])
@pytest.mark.parametrize("wish", [(-0.3, -0.2), (0.3, 0.2), (-0.3, 0.2)])
def test_an_arrival_leans_towards_no_neighbour(
    beside: tuple[int, int], wish: tuple[float, float]
) -> None:
    """Along each axis it stays in the middle only where one stands on the side of its place.

    The neighbour gives way only along the axes along which it leaned towards the arrival.
    """
    middle = np.array([10.5, -6.5])
    there = middle + beside + np.array([0.25, -0.25])
    x, y = (middle + wish).tolist()
    relaxed = there[None, :].astype(np.float32)
    moved = relax_insert(relaxed, np.ones(1, bool), np.full(1, -1, np.int32), 1, x, y, -1, 1.0)
    mine = [0.0 if a * b > 0 else b for a, b in zip(beside, wish, strict=True)]
    np.testing.assert_allclose(moved[1], middle + mine, atol=1e-5)
    lean = [0.0 if a * b < 0 else b for a, b in zip(beside, (0.25, -0.25), strict=True)]
    np.testing.assert_allclose(moved.get(0, there), middle + beside + lean, atol=1e-5)
    assert (0 in moved) == (lean != [0.25, -0.25])


def test_an_arrival_leans_as_far_as_its_cell_allows() -> None:
    """Who does not get the cell of its place stands at the border of the nearest one."""
    relaxed = np.array([[0.5, 0.5]], dtype=np.float32)
    moved = relax_insert(relaxed, np.ones(1, bool), np.full(1, -1, np.int32), 7, 0.5, 0.5, -1, 1.0)
    (x, y) = moved[7]
    assert sorted((abs(x - 0.5), abs(y - 0.5))) == pytest.approx([0, 1], abs=1e-6)


def test_two_items_are_enough_for_a_width() -> None:
    """Seven tenths of the distance that they would have if their land were a disc of that reach."""
    pair = np.array([[0, 0], [3, 4]], dtype=np.float32)
    assert cell_size(pair) == pytest.approx(0.7 * 5 * np.sqrt(np.pi / 2))
    assert cell_size(pair[:1]) == cell_size(pair[:0]) == 1.0
    assert cell_size(np.zeros((2, 2), np.float32)) == 1.0


def test_a_width_is_seven_tenths_of_the_typical_distance() -> None:
    """By the area that sixteen items take; a fifth of an even spread at the least."""
    places, _ = clusters(400, 4)
    assert cell_size(places) == pytest.approx(0.7 * reach(places) * np.sqrt(np.pi / 16))
    heaps = np.repeat(np.array([[0, 0], [30, 10]], dtype=np.float32), 50, axis=0)
    assert cell_size(heaps) == pytest.approx(0.2 * 30 / 10)


@pytest.mark.parametrize("crowd", [40, 240, 4000])
def test_the_most_crowded_region_holds_its_items(crowd: int) -> None:
    """They fill seven tenths of its land; but no region shrinks thumbnails by more than to 0.4.

    The land of a region is where the nearest item is one of its: measured by random points.
    """
    rng = np.random.default_rng(1)
    wide = rng.uniform(0, 30, (3000, 2))
    wide = wide[(wide[:, 0] < 10) | (wide[:, 0] > 12) | (wide[:, 1] > 2)]
    corner = rng.uniform((10.2, 0.2), (11.8, 1.8), (crowd, 2))
    places = np.concatenate([wide, corner]).astype(np.float32)
    regions = np.repeat([0, 1], [len(wide), crowd]).astype(np.int32)
    alone = cell_size(places)
    margin = 24 / 384 * 30  # around the map is land, too
    points = rng.uniform((8, -margin), (14, 4), (50_000, 2))
    nearest = cKDTree(places).query(points)[1]
    land = (regions[nearest] == 1).mean() * 6 * (4 + margin)
    expected = np.clip(np.sqrt(0.7 * land / crowd), 0.4 * alone, alone)
    assert cell_size(places, regions) == pytest.approx(expected, rel=0.03)
    assert cell_size(places, np.full(len(places), -1, np.int32)) == alone
