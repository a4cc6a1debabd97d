import numpy as np
import pytest

from muserd.layout.small import APART, FEWEST_TO_FIT, RADIUS, arrange

rng = np.random.default_rng(5)
VECTORS = rng.normal(size=(14, 32)).astype(np.float32)
VECTORS /= np.linalg.norm(VECTORS, axis=1, keepdims=True)


def least_distance(places: np.ndarray) -> float:
    apart = np.linalg.norm(places[:, None] - places[None, :], axis=2)
    return float(apart[np.triu_indices(len(places), 1)].min())


@pytest.mark.parametrize("count", range(FEWEST_TO_FIT))
def test_every_count_has_a_map(count: int) -> None:
    """From nobody to fourteen: finite, centred, nobody on top of another."""
    places = arrange(VECTORS[:count], range(count))
    assert places.shape == (count, 2)
    assert places.dtype == np.float32
    assert np.isfinite(places).all()
    if count:
        assert np.abs(places.mean(axis=0)).max() < 1e-5
    if count > 1:
        assert least_distance(places) >= 0.9 * APART


@pytest.mark.parametrize("count", [2, 3, 14])
def test_identical_items_stand_in_a_ring(count: int) -> None:
    """Vectors that tell nothing apart give places that do."""
    places = arrange(np.tile(VECTORS[0], (count, 1)), range(count))
    assert least_distance(places) >= 0.9 * APART


def test_order_of_rows_does_not_matter() -> None:
    """The same items in another order have the same places."""
    ids = [40, 3, 17, 99, 5, 62]
    order = rng.permutation(6)
    there = arrange(VECTORS[:6][order], [ids[row] for row in order])
    assert np.allclose(arrange(VECTORS[:6], ids)[order], there, atol=1e-5)


def test_alike_items_stand_closer() -> None:
    """Two groups stay two groups."""
    vectors = np.zeros((8, 4), dtype=np.float32)
    vectors[:4, 0] = vectors[4:, 1] = 1
    vectors[:, 2] = np.linspace(0, 0.2, 8)
    places = arrange(vectors, range(8))
    within = np.linalg.norm(places[:4] - places[:4].mean(axis=0), axis=1).max()
    assert np.linalg.norm(places[:4].mean(axis=0) - places[4:].mean(axis=0)) > within


def test_the_main_axes_are_those_of_the_covariance() -> None:
    """Far apart they are not pushed: two principal components with a radius of 2, and a trace
    of a ring; the item with the smallest id lies where both are positive.
    """
    for seed in range(6):
        random = np.random.default_rng(seed)
        vectors = random.normal(size=(5, 3)).astype(np.float32)
        centred = vectors - vectors.astype(np.float64).mean(axis=0)
        _, axes = np.linalg.eigh(centred.T @ centred)
        flat = centred @ axes[:, :-3:-1]
        ids = random.permutation(5)
        first = int(np.argmin(ids))
        flat *= np.sign(flat[first])
        flat *= RADIUS / np.sqrt((flat**2).sum(axis=1).mean())
        angle = 2 * np.pi * ids / 5
        flat += 0.05 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        places = arrange(vectors, ids.tolist())
        if least_distance(flat) >= APART:
            np.testing.assert_allclose(places, flat - flat.mean(axis=0), atol=1e-5)
        assert least_distance(places) >= 0.9 * APART


def test_two_that_are_too_near_are_pushed_apart_evenly() -> None:
    """Along the line between them, a little more than asked for; the third does not move."""
    vectors = np.array([[0, 0], [0.1, 0], [40, 0]], dtype=np.float32)
    places = arrange(vectors, [1, 2, 3])
    gap = places[1] - places[0]
    assert np.linalg.norm(gap) == pytest.approx(APART * 1.02, abs=0.01)
