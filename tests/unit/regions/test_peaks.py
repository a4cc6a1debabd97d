"""Labels and touching regions, by densities and distances written out."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from muserd.regions import peaks
from muserd.regions.peaks import HIGHER, Heights, neighbours


def labels_of(*columns):
    labels = np.full((len(columns[0]), 3), -1, dtype=np.int32)
    for level, column in enumerate(columns):
        labels[:, level] = column
    return labels


def test_density_is_that_of_gaussians_on_all_items():
    """As wide as twice the median distance to the fifteenth neighbour; on a grid, so nearly."""
    random = np.random.default_rng(2)
    places = np.concatenate([random.normal(size=(300, 2)), random.normal(6, 1, (300, 2))])
    apart = cdist(places, places)
    width = 2 * np.median(np.sort(apart, axis=1)[:, 15])
    low, high = np.quantile(places, [0.001, 0.999], axis=0)
    cell = (high - low).max() / 255
    density = np.exp(-(apart**2) / (2 * width**2)).sum(axis=1) / (2 * np.pi * (width / cell) ** 2)
    high_up = density > density.max() / 3  # below, the roundness of the cells shows
    found = peaks._densities(places)
    np.testing.assert_allclose(found[high_up], density[high_up], rtol=0.03)


@pytest.mark.parametrize("places", [np.zeros((1, 2)), np.ones((30, 2))])
def test_where_all_is_one_place_all_are_as_high(places):
    assert peaks._densities(places).tolist() == [1.0] * len(places)


def test_a_label_moves_for_a_peak_that_is_clearly_higher():
    """By 15 per cent and more; of equal ones the first row is the peak."""
    heights = Heights(np.array([[0, 0], [1, 0], [2, 0], [3, 0]], dtype=np.float32))
    rows = np.arange(4)
    for at, stood, peak in [
        ([1, 2, 2, 1], None, 1),
        ([1, 1, 1, 1.15], (0.2, 0), 0),
        ([1, 1, 1, 1.1], (1.9, 0), 2),
        ([1, 1, 1, 1.16], (0.2, 0), 3),
        ([1, 1, 1, 1.16], (2.9, 0), 3),
        ([1, 1, 1, 1.16], (9, 0), 3),
        ([2, 1, 1, 2.2], (0.2, 0), 0),
    ]:
        heights._at = np.array(at) * 1.0
        assert heights.peak(rows, stood) == peak
    assert HIGHER == 1.15
    heights._at = np.array([9.0, 1, 3, 2])
    assert heights.peak(np.array([1, 3, 2]), None) == 2  # among its own rows only


def test_regions_touch_where_their_items_are_neighbours():
    """Two are enough; items in no region part nobody, nor do they join."""
    line = np.stack([np.arange(60), np.zeros(60)], axis=1).astype(np.float32)
    assert neighbours(line, labels_of(np.repeat([4, 2], 30))) == {(2, 4)}
    assert neighbours(line, labels_of(np.repeat([4, -1], 30))) == set()
    assert neighbours(line, labels_of(np.repeat([4, 4], 30))) == set()


def test_regions_touch_their_three_nearest():
    """By their centres, where no items of both are neighbours; on each level for itself."""
    tens = np.repeat(np.arange(10), np.arange(17, 37, 2))
    line = np.stack([np.arange(260), np.zeros(260)], axis=1).astype(np.float32)
    line[:, 0] += tens**2 * 40
    found = neighbours(line, labels_of(tens, np.where(tens < 2, tens + 20, -1)))
    centres = np.array([line[tens == one].mean(axis=0) for one in range(10)])
    expected = {(20, 21)}
    for one, order in enumerate(np.argsort(cdist(centres, centres), axis=1)[:, 1:4].tolist()):
        expected |= {(min(one, other), max(one, other)) for other in order}
    assert found == expected
