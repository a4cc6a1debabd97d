import numpy as np
import pytest

from muserd.terrain import density
from muserd.terrain.density import SIZE, Terrain, bandwidth, frame, heights_at, stamp, survey

rng = np.random.default_rng(3)
PLACES = np.concatenate([rng.normal(0, 1, (600, 2)), rng.normal((8, 2), 0.4, (300, 2))]).astype(
    np.float32
)


def surveyed(places: np.ndarray) -> Terrain:
    found = survey(places)
    assert found is not None
    return found


def cell_area(bounds: tuple[float, float, float, float]) -> float:
    x0, y0, x1, y1 = bounds
    return (x1 - x0) * (y1 - y0) / SIZE**2


def test_the_land_weighs_its_items() -> None:
    """The heights times the area are the number of items."""
    land = surveyed(PLACES)
    assert land.grid.shape == (SIZE, SIZE)
    assert land.grid.dtype == np.float32
    assert float(land.grid.sum()) * cell_area(land.bounds) == pytest.approx(len(PLACES), rel=0.01)


def test_hills_stand_where_items_are() -> None:
    """The highest point is in the densest group; empty water is flat."""
    land = surveyed(PLACES)
    here, there, water = heights_at(land, np.array([[8, 2], [0, 0], [4, -6]], dtype=np.float32))
    assert here > there > 10 * water
    row, column = np.unravel_index(land.grid.argmax(), land.grid.shape)
    x0, y0, x1, y1 = land.bounds
    peak = (x0 + (column + 0.5) / SIZE * (x1 - x0), y0 + (row + 0.5) / SIZE * (y1 - y0))
    assert np.hypot(peak[0] - 8, peak[1] - 2) < 0.5


def test_a_stamp_is_a_new_survey() -> None:
    """An arrival adds what a survey with the same bounds and bandwidth would have."""
    land = surveyed(PLACES)
    grown, taken = surveyed(PLACES), surveyed(PLACES)
    for x, y in ((1.3, -0.7), (8.1, 2.2), (4.0, 1.0)):
        stamp(grown, x, y)
        stamp(taken, x, y)
    for x, y in ((1.3, -0.7), (8.1, 2.2), (4.0, 1.0)):
        stamp(taken, x, y, -1)
    assert np.abs(taken.grid - land.grid).max() < 1e-4 * land.grid.max()
    added = float((grown.grid - land.grid).sum()) * cell_area(land.bounds)
    assert added == pytest.approx(3, rel=0.01)
    assert (grown.bounds, grown.bandwidth, grown.thresholds) == (
        land.bounds,
        land.bandwidth,
        land.thresholds,
    )


def test_a_stamp_off_the_map_is_none() -> None:
    """An item beyond the grid changes nothing and breaks nothing."""
    land = surveyed(PLACES)
    stamp(land, 1e9, -1e9)
    assert np.array_equal(land.grid, surveyed(PLACES).grid)


def test_taking_away_never_goes_below_zero() -> None:
    """Rounding does not dig holes."""
    land = surveyed(PLACES[:30])
    for x, y in PLACES[:30].tolist():
        stamp(land, x, y, -1)
    assert land.grid.min() >= 0
    assert float(land.grid.sum()) * cell_area(land.bounds) < 0.01


def test_thresholds_enclose_the_mass() -> None:
    """The lowest contour holds 95 % of the density, the highest 10 %; they ascend."""
    land = surveyed(PLACES)
    assert all(low < high for low, high in zip(land.thresholds, land.thresholds[1:], strict=False))
    total = land.grid.sum()
    assert land.grid[land.grid >= land.thresholds[0]].sum() / total == pytest.approx(0.95, abs=0.01)
    assert land.grid[land.grid >= land.thresholds[-1]].sum() / total == pytest.approx(0.1, abs=0.02)


def test_an_outlier_does_not_shrink_the_land() -> None:
    """One lost item is left out of the frame."""
    lost = np.concatenate([PLACES, [[500, 500]]]).astype(np.float32)
    left, _, right, _ = frame(lost)
    assert right - left < 40
    assert frame(lost) == pytest.approx(frame(PLACES), abs=1.5)
    assert surveyed(lost).bandwidth == pytest.approx(surveyed(PLACES).bandwidth, rel=0.2)


@pytest.mark.parametrize("count", [1, 2, 500])
def test_items_on_one_spot(count: int) -> None:
    """Identical places still give a hill with rings."""
    land = surveyed(np.full((count, 2), 3.0, dtype=np.float32))
    assert np.isfinite(land.grid).all()
    assert land.bandwidth > 0
    assert len(land.thresholds) > 3
    assert heights_at(land, np.array([[3, 3]], dtype=np.float32))[0] > 0


def test_an_empty_map_has_no_terrain() -> None:
    """Nobody, nothing: but there is a frame to open with."""
    none = np.empty((0, 2), dtype=np.float32)
    assert survey(none) is None
    assert frame(none) == (-1, -1, 1, 1)


@pytest.mark.parametrize("far", [(0.0, 0.0), (40.0, -90.0), (-300.0, 200.0)])
def test_heights_are_the_sum_of_the_items_hills(far: tuple[float, float]) -> None:
    """A kernel density estimate by its definition, wherever on the map the land lies."""
    places = (PLACES[::20].astype(np.float64) + far).astype(np.float32)
    land = surveyed(places)
    probes = places[::3]
    squared = ((probes[:, None].astype(np.float64) - places[None]) ** 2).sum(axis=2)
    hills = np.exp(-squared / (2 * land.bandwidth**2)) / (2 * np.pi * land.bandwidth**2)
    assert heights_at(land, probes) == pytest.approx(hills.sum(axis=1), rel=0.01)


def test_the_bandwidth_of_few_items_is_a_share_of_the_frame() -> None:
    """Two items 10 apart, far from the origin: 10 % of 10 and its padding of 8 % at either side."""
    pair = np.array([[100, 50], [110, 50]], dtype=np.float32)
    assert bandwidth(pair) == pytest.approx(0.10 * 10 * 1.16)
    assert bandwidth(pair[:, ::-1]) == pytest.approx(0.10 * 10 * 1.16)
    x0, y0, x1, y1 = surveyed(pair).bounds  # square, three bandwidths beyond the frame
    assert (x0, x1) == pytest.approx((105 - 5.8 - 3 * 1.16, 105 + 5.8 + 3 * 1.16))
    assert (y0, y1) == pytest.approx((50 - 5.8 - 3 * 1.16, 50 + 5.8 + 3 * 1.16))


def test_the_bandwidth_is_twice_the_median_reach() -> None:
    """To the 15th neighbour, by brute force, where neither limit binds."""
    random = np.random.default_rng(1)
    middles = np.repeat(random.uniform(0, 10, (12, 2)), 20, axis=0)
    places = (middles + random.normal((70, -20), 0.05, (240, 2))).astype(np.float32)
    apart = np.sqrt(((places[:, None].astype(np.float64) - places[None]) ** 2).sum(axis=2))
    wanted = 2 * np.median(np.sort(apart, axis=1)[:, 15])
    x0, y0, x1, y1 = frame(places)
    assert 0.005 * max(x1 - x0, y1 - y0) < wanted < 0.03 * max(x1 - x0, y1 - y0)
    assert bandwidth(places) == pytest.approx(wanted, rel=1e-4)


@pytest.mark.parametrize("at", [(0, 0), (SIZE - 1, 0), (0, SIZE - 1), (SIZE - 1, SIZE - 1)])
def test_the_outermost_nodes_are_part_of_the_grid(at: tuple[int, int]) -> None:
    """An item upon the middle of a corner's cell raises that corner most, as a stamp does."""
    bounds = (0.0, 0.0, float(SIZE), float(SIZE))
    row, column = at
    point = np.array([[column + 0.5, row + 0.5]])
    grid = density._heights(point, bounds, 2.0)
    assert np.unravel_index(grid.argmax(), grid.shape) == at
    stamped = Terrain(np.zeros((SIZE, SIZE), np.float32), bounds, 2.0, ())
    stamp(stamped, *point[0].tolist())
    np.testing.assert_allclose(stamped.grid, grid, atol=1e-6)
