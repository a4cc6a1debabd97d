"""Cells, spirals, and whose land a cell is, by searching all of them."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from muserd.layout import land
from muserd.layout.land import Board, Land, among, cells_of, keys_of, middles_of, spiral


def world(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    places = (rng.normal(size=(count, 2)) * (5, 2) + (-40, 90)).astype(np.float32)
    return places, rng.integers(-1, 4, count).astype(np.int32)


def owners(places: np.ndarray, regions: np.ndarray, spots: np.ndarray) -> np.ndarray:
    named = regions >= 0
    return regions[named][cdist(spots, places[named].astype(np.float64)).argmin(axis=1)]


def test_a_spiral_is_a_disc_by_rising_distance() -> None:
    offsets = spiral(7)
    squared = (offsets**2).sum(axis=1)
    assert (np.diff(squared) >= 0).all()
    assert squared.max() <= 49
    every = {(a, b) for a in range(-9, 10) for b in range(-9, 10) if a * a + b * b <= 49}
    assert {tuple(one) for one in offsets.tolist()} == every
    assert len(offsets) == len(every)
    assert spiral(1).tolist() == [[0, 0], [-1, 0], [0, -1], [0, 1], [1, 0]]


def test_a_place_lies_in_the_cell_around_its_middle() -> None:
    places, _ = world(200)
    cells = cells_of(places, 0.7)
    off = places - middles_of(cells, 0.7)
    assert (np.abs(off) <= 0.35 + 1e-5).all()
    assert cells_of(np.array([[-0.1, 1.4]]), 0.7).tolist() == [[-1, 2]]


def test_keys_tell_cells_apart_and_are_found_again() -> None:
    cells = np.stack(np.meshgrid(np.arange(-40, 40), np.arange(-40, 40)), -1).reshape(-1, 2)
    keys = keys_of(cells)
    assert len(np.unique(keys)) == len(cells)
    some = np.sort(keys[::3])
    assert among(keys, some).tolist() == np.isin(keys, some).tolist()
    assert not among(keys, np.empty(0, np.int64)).any()


@pytest.mark.parametrize("count", [5, 300, 600])
def test_a_spot_belongs_to_the_region_of_the_nearest_item_with_one(count: int) -> None:
    """Whether items are compared one by one or by a tree."""
    places, regions = world(count)
    ground = Land(places, regions, 0.5)
    assert (ground._tree is not None) == ((regions >= 0).sum() > land.FEW)
    spots = np.random.default_rng(1).uniform((-60, 80), (-20, 100), (2500, 2))
    assert np.array_equal(ground.owner_at(spots), owners(places, regions, spots))
    cells = cells_of(spots, 0.5)
    middles = (cells + 0.5) * 0.5
    assert np.array_equal(ground.owner(cells), owners(places, regions, middles))


def test_without_regions_there_is_no_land() -> None:
    places, regions = world(20)
    assert Land(places, regions, 1.0).inhabited
    assert not Land(places, np.full(20, -1, np.int32), 1.0).inhabited


@pytest.mark.parametrize("dense", [True, False])
@pytest.mark.parametrize("inhabited", [True, False])
def test_a_board_allows_free_cells_of_ones_own_land(
    dense: bool, inhabited: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is bound to no region may go anywhere that is free; as a mask or as a list."""
    places, regions = world(120)
    if not dense:
        monkeypatch.setattr(land, "DENSE_CELLS", 10)
    home = cells_of(places, 0.8)
    board = Board(home, 4, Land(places, regions, 0.8) if inhabited else None)
    assert (board._free is not None) == dense
    rng = np.random.default_rng(3)
    taken: set[tuple[int, int]] = set()
    for _ in range(4):
        some = rng.integers(0, 120, 50)
        cells = home[some, None] + rng.integers(-4, 5, (50, 6, 2))
        bound = regions[some, None]
        owner = owners(places, regions, middles_of(cells.reshape(-1, 2), 0.8)).reshape(50, 6)
        free = np.array([[tuple(cell) not in taken for cell in row] for row in cells.tolist()])
        fits = (bound == -1) | (owner == bound) if inhabited else np.ones((50, 6), bool)
        assert np.array_equal(board.allows(cells, bound), free & fits)
        now = np.unique(cells[:, 0], axis=0)
        board.take(now)
        taken |= {tuple(one) for one in now.tolist()}


def test_a_board_holds_its_margin_and_no_more() -> None:
    """A cell as far off as the margin can be asked for; the box is kept as a mask up to a limit."""
    home = np.array([[3, -2], [10, 5]])
    board = Board(home, 2, None)
    assert board._free is not None
    assert board._free.shape == (12, 12)
    corners = np.array([[[1, -4], [12, 7]]])
    assert board.allows(corners, np.array([[-1]])).tolist() == [[True, True]]
    board.take(corners[0])
    assert board.allows(corners, np.array([[-1]])).tolist() == [[False, False]]
