"""Islands come near, as wholes, and never run together."""

import itertools

import numpy as np
from scipy.spatial.distance import cdist

from muserd.layout.gather import _islands, gather
from muserd.layout.scale import reach


def blob(count: int, x: float, y: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(count, 2)) + np.array([x, y])).astype(np.float32)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    return float(cdist(one, other).min())


def test_a_far_island_comes_near_and_keeps_its_shape() -> None:
    land, island = blob(600, 0, 0, 1), blob(60, 120, 40, 2)
    gathered = gather(np.concatenate([land, island]))
    assert np.array_equal(gathered[:600], land)
    assert np.abs(cdist(gathered[600:], gathered[600:]) - cdist(island, island)).max() < 1e-4
    assert 0 < apart(gathered[:600], gathered[600:]) < 8


def test_many_islands_stay_apart() -> None:
    parts = [blob(400, 0, 0, 1)]
    parts += [
        blob(40, 90 * np.cos(a), 90 * np.sin(a), i) for i, a in enumerate(np.arange(0, 6, 0.5))
    ]
    starts = np.cumsum([0, *map(len, parts)])
    gathered = gather(np.concatenate(parts))
    pieces = [gathered[a:b] for a, b in itertools.pairwise(starts)]
    gaps = [apart(p, q) for i, p in enumerate(pieces) for q in pieces[:i]]
    assert min(gaps) > 0.5
    assert np.ptp(gathered, axis=0).max() < 60  # of 180


def test_near_islands_are_left_alone() -> None:
    places = np.concatenate([blob(500, 0, 0, 1), blob(500, 7.5, 0, 2)])
    assert np.abs(gather(places) - places).max() < 3


def test_degenerate_maps_pass() -> None:
    for places in (np.zeros((0, 2)), np.ones((1, 2)), np.ones((40, 2)), np.eye(2)):
        plain = places.astype(np.float32)
        assert np.isfinite(gather(plain)).all()
    assert np.array_equal(gather(blob(50, 0, 0, 3)), gather(blob(50, 0, 0, 3)))


def test_each_island_sails_for_the_middle_of_what_lies_together_so_far() -> None:
    """The largest first, then by size; the middle is that of all items that have arrived."""
    land, second, third = blob(600, 300, 50, 1), blob(400, 420, 50, 2), blob(60, 330, 300, 3)
    gathered = gather(np.concatenate([third, second, land])).astype(np.float64)
    assert np.array_equal(gathered[460:], land)
    both = np.concatenate([gathered[60:460], land])
    ahead = both.mean(axis=0) - third.mean(axis=0)
    way = (gathered[:60] - third).mean(axis=0)
    angle = np.degrees(np.arctan2(way[1], way[0]) - np.arctan2(ahead[1], ahead[0]))
    assert abs(angle) < 0.5
    assert np.abs(second[:, 1] - gathered[60:460, 1]).max() < 1  # along the line of the middles


def test_a_strait_is_left() -> None:
    """Five units wide, a unit being the distance to the fifteenth neighbour, and three at least."""
    parts = [blob(600, 500, 0, 1), blob(300, 500, 90, 2)]
    for scale in (1.0, 20.0):
        places = (np.concatenate(parts) * scale).astype(np.float32)
        strait = max(5 * reach(places, 15), 3.0)
        gathered = gather(places)
        left = apart(gathered[:600], gathered[600:])
        # Shores are known to half a unit.
        assert 0.8 * strait < left < 1.1 * strait


def test_islands_nearer_than_a_strait_stay_where_they_are() -> None:
    """They are not pushed apart either."""
    rng = np.random.default_rng(4)
    land = rng.uniform((97, -3), (103, 3), (800, 2)).astype(np.float32)
    island = rng.uniform((97, 3), (103, 5), (300, 2)).astype(np.float32)
    tried = 0
    for step in range(30):
        places = np.concatenate([land, island + np.float32([0, 1.5 + 0.05 * step])])
        unit = reach(places, 15)
        near = apart(places[:800], places[800:]) < max(5 * unit, 3.0)
        if near and len(set(_islands(places, 3 * unit).tolist())) == 2:
            tried += 1
            assert np.array_equal(gather(places), places)
    assert tried
