"""Islands come near, as wholes, and never run together."""

import itertools

import numpy as np
from scipy.spatial.distance import cdist

from muserd.layout.gather import gather


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
