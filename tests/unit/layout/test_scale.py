"""The two measures of a map's size, against sorted distances."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from muserd.layout.scale import SAMPLE, extent, reach


def cloud(count: int) -> np.ndarray:
    return (np.random.default_rng(count).normal(size=(count, 2)) * (3, 1) + 7).astype(np.float32)


@pytest.mark.parametrize("neighbours", [1, 3, 15])
@pytest.mark.parametrize("count", [2, 3, 15, 16, 17, SAMPLE])
def test_reach_is_the_median_distance_to_the_nth_neighbour(count: int, neighbours: int) -> None:
    """Of all items while they are few; the last neighbour stands for those that are missing."""
    places = cloud(count)
    apart = np.sort(cdist(places.astype(np.float64), places), axis=1)  # the first is the item
    expected = np.sqrt(np.median(apart[:, min(neighbours, count - 1)] ** 2))
    assert reach(places, neighbours) == pytest.approx(expected, rel=1e-9)


def test_reach_of_a_large_map_is_that_of_an_even_sample() -> None:
    """From the first row to the last."""
    places = cloud(3 * SAMPLE)
    some = places[np.linspace(0, len(places) - 1, SAMPLE).astype(int)].astype(np.float64)
    expected = np.sqrt(np.median(np.sort(cdist(some, places), axis=1)[:, 15] ** 2))
    assert reach(places) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("count", "spare"), [(2, 0), (19, 0), (20, 1), (1499, 1), (1501, 2), (3000, 3)]
)
def test_extent_leaves_the_outermost_out(count: int, spare: int) -> None:
    """A thousandth at either end, one at least; of fewer than twenty items none."""
    places = cloud(count).astype(np.float64)
    ordered = np.sort(places, axis=0)
    expected = (ordered[count - 1 - spare] - ordered[spare]).max()
    assert extent(places.astype(np.float32)) == pytest.approx(expected, rel=1e-9)


def test_nobody_and_one_have_no_size() -> None:
    for count in (0, 1):
        assert extent(cloud(count)) == reach(cloud(count)) == 0.0
