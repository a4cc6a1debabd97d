"""Regions of a map: found, nested, deterministic."""

import numpy as np
import pytest

from muserd.regions.cluster import (
    OUTLIER,
    _embrace,
    _past,
    _without_echoes,
    cluster,
    least_size,
)
from muserd.regions.identity import continuity, match


def blobs(centres, size, seed=0, spread=0.3):
    random = np.random.default_rng(seed)
    places = [np.array(centre) + spread * random.normal(size=(size, 2)) for centre in centres]
    return np.concatenate(places).astype(np.float32)


def assert_nested(labels):
    for level in (1, 2):
        for region in np.unique(labels[:, level]):
            if region == OUTLIER:
                continue
            above = np.unique(labels[labels[:, level] == region, level - 1])
            assert len(above) == 1
            assert above[0] != OUTLIER


def test_separate_blobs_are_separate_regions():
    """Every blob is one region, and no region holds two."""
    places = blobs([(0, 0), (10, 0), (0, 10), (10, 10)], 50)
    labels = cluster(places).labels[:, 0]
    for blob in range(4):
        mine = labels[50 * blob : 50 * blob + 50]
        assert (mine == np.bincount(mine[mine >= 0]).argmax()).mean() > 0.9
    assert len(np.unique(labels[labels >= 0])) == 4


def test_levels_are_nested():
    """Islands of villages: a village lies in one island, and who has a village has an island."""
    islands = [(0, 0), (40, 0), (0, 40)]
    villages = [
        (x + 6 * np.cos(turn), y + 6 * np.sin(turn))
        for x, y in islands
        for turn in np.linspace(0, 5, 5)
    ]
    cut = cluster(blobs(villages, 40), min_cluster_size=10)
    assert len(cut.sizes) >= 2
    assert list(cut.sizes) == sorted(cut.sizes, reverse=True)
    assert_nested(cut.labels)
    counts = [len(np.unique(column[column >= 0])) for column in cut.labels.T]
    assert counts[0] < counts[len(cut.sizes) - 1]


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_a_handful_has_no_regions(count):
    """Fewer than six items are not divided."""
    cut = cluster(np.zeros((count, 2), dtype=np.float32))
    assert cut.labels.shape == (count, 3)
    assert (cut.labels == OUTLIER).all()


def test_identical_places_do_not_break_it():
    """A hundred items in one place are no reason to stop."""
    labels = cluster(np.ones((100, 2), dtype=np.float32)).labels
    assert labels.shape == (100, 3)


def test_heaps_of_duplicates_keep_their_regions():
    """Duplicates by the hundred count as items of their region."""
    places = np.repeat(np.array([[0, 0], [5, 5], [9, 0]], dtype=np.float32), 100, axis=0)
    labels = cluster(places).labels[:, 0]
    for heap in range(3):
        assert len(np.unique(labels[100 * heap : 100 * heap + 100])) == 1


def test_a_far_outlier_joins_nothing():
    """One item far off stays an outlier, though its neighbours agree on a region."""
    for side in ([1000, 1000], [4, -1000], [0, 30]):
        places = np.concatenate([blobs([(0, 0), (8, 0)], 60), [side]]).astype(np.float32)
        assert (cluster(places).labels[-1] == OUTLIER).all()


def test_it_is_deterministic():
    """The same map gives the same regions."""
    places = blobs([(0, 0), (6, 0), (0, 6)], 70)
    assert (cluster(places).labels == cluster(places.copy()).labels).all()


@pytest.mark.parametrize("seed", range(3))
def test_the_past_survives_a_small_change(seed):
    """When a tenth of the items is new, nine tenths of the others keep their region."""
    centres = [(0, 0), (6, 0), (0, 6), (6, 6), (12, 0), (0, 12)]
    places = blobs(centres, 60, seed, spread=0.8)
    early = np.arange(len(places)) % 10 != 0
    first = cluster(places[early])
    before = np.full((len(places), 3), OUTLIER, dtype=np.int32)
    for level in range(3):
        labels = first.labels[:, level]
        before[early, level] = np.where(labels >= 0, 100 * level + labels, OUTLIER)
    second = cluster(places, before=before, sizes=first.sizes)
    ids = match(before, second.labels, early, next_id=1000).ids
    assert continuity(before, ids, early) > 0.9


@pytest.mark.parametrize(("items", "least"), [(6, 3), (50, 5), (200, 10), (100_000, 50)])
def test_least_size_grows_with_the_map(items, least):
    """Ten items make a region, fewer on small maps, more on huge ones."""
    assert least_size(items) == least


def test_an_only_child_is_no_region():
    """Islands of one village each: the villages would say what the islands say."""
    places = blobs([(0, 0), (30, 0), (0, 30), (30, 30), (60, 0), (0, 60)], 60, spread=0.8)
    hills = blobs([(60, 60), (63, 60), (60, 63)], 60, spread=0.4)
    labels = cluster(np.concatenate([places, hills])).labels
    assert_nested(labels)
    for level in (0, 1):
        for region in np.unique(labels[labels[:, level] >= 0, level]):
            below = labels[labels[:, level] == region, level + 1]
            assert len(np.unique(below[below >= 0])) != 1 or (below >= 0).mean() < 0.75


@pytest.mark.parametrize("seed", range(4))
def test_levels_outlive_a_refit(seed):
    """Also where only children have left one level nearly like the next."""
    random = np.random.default_rng(seed)
    single = [(30 * x, 30 * y) for x in range(4) for y in range(3)]
    double = [(150 + 30 * n + off, 0) for n in range(3) for off in (0, 4)]
    places = blobs([*single, *double], 45, seed, spread=0.7)
    early = random.random(len(places)) < 0.9
    first = cluster(places[early])
    before = np.full((len(places), 3), OUTLIER, dtype=np.int32)
    offsets = np.where(first.labels >= 0, first.labels + 1000 * np.arange(3), OUTLIER)
    before[early] = offsets
    second = cluster(places, before=before, sizes=first.sizes)
    assert len(second.sizes) >= len(first.sizes)
    ids = match(before, second.labels, early, next_id=9000).ids
    assert continuity(before, ids, early) > 0.95


@pytest.mark.parametrize("count", [6, 7, 20])
def test_a_region_may_be_larger_than_the_map(count):
    """Settings for a large map are no fault on a small one: it has no regions."""
    places = np.random.default_rng(0).normal(size=(count, 2)).astype(np.float32)
    assert (cluster(places, min_cluster_size=50, min_samples=50).labels == OUTLIER).all()


@pytest.mark.parametrize(
    ("least", "counts"), [(5, True), (4, False), (10, True), (20, True), (21, False)]
)
def test_the_past_counts_while_the_least_size_stays_within_a_factor_of_two(least, counts):
    """Levels come finest first, each with its size."""
    before = np.arange(12, dtype=np.int32).reshape(4, 3)
    past = _past(before, (40, 10), least)
    assert [(labels.tolist(), size) for labels, size in past] == (
        [([1, 4, 7, 10], 10), ([0, 3, 6, 9], 40)] if counts else []
    )


def test_without_labels_or_sizes_there_is_no_past():
    assert _past(None, (40, 10), 10) == []
    assert _past(np.zeros((4, 3), np.int32), (), 10) == []


@pytest.mark.parametrize(
    ("distance", "own"), [(0.0, False), (3.9, False), (4.1, True)], ids=["there", "near", "far"]
)
def test_an_island_farther_off_than_it_is_wide_is_a_region_of_its_own(distance, own):
    """Nearer ones join the nearest region; one on the same spot does, however small."""
    shape = np.array([[0, -1], [0, 1], [0, -1], [0, 1]]) * (2 if distance else 0)
    places = np.array([[-1, 0], [0, 0], *np.add(shape, (distance, 0))])
    width = 2 * np.sqrt(shape.var(axis=0).sum())
    if distance:
        places[2:, 0] = np.sqrt(distance**2 - 4)
        assert width == 4
    coarse = np.array([0, 0, OUTLIER, OUTLIER, OUTLIER, OUTLIER], dtype=np.int32)
    fine = np.array([0, 0, 1, 1, 1, 1], dtype=np.int32)
    whole = _embrace(places.astype(np.float32), coarse, fine)
    assert whole.tolist() == [0, 0, *[int(own)] * 4]


def test_a_coarse_region_takes_in_the_finer_one_of_which_it_has_half():
    """Its share of those that are in any decides which."""
    places = np.zeros((8, 2), dtype=np.float32)
    fine = np.array([0, 0, 0, 0, 1, 1, 1, 1], dtype=np.int32)
    coarse = np.array([0, 0, 0, 0, 0, 1, 1, OUTLIER], dtype=np.int32)
    assert _embrace(places, coarse, fine).tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def columns(*levels):
    return np.array(levels, dtype=np.int32).T


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # an only child with three quarters of its parent: its own children take its place
        (
            columns([0] * 4 + [1] * 4, [0, 0, 0, -1, 1, 1, 2, 2], [0, 0, 1, -1, -1, -1, -1, -1]),
            columns([0] * 4 + [1] * 4, [0, 0, 1, -1, 2, 2, 3, 3], [-1] * 8),
        ),
        # with less of it, it says something
        (
            columns([0] * 4, [0, 0, -1, -1], [-1] * 4),
            columns([0] * 4, [0, 0, -1, -1], [-1] * 4),
        ),
        # at the finest level it goes
        (
            columns([0] * 4, [0, 0, 1, 1], [0, 0, 1, 2]),
            columns([0] * 4, [0, 0, 1, 1], [-1, -1, 0, 1]),
        ),
        # a line of only children ends in nothing
        (
            columns([0] * 4 + [-1], [0] * 4 + [-1], [0] * 4 + [-1]),
            columns([0] * 4 + [-1], [-1] * 5, [-1] * 5),
        ),
    ],
)
def test_only_children_give_way(before, after):
    """Each level is numbered anew; items in no region stay so."""
    assert _without_echoes(before).tolist() == after.tolist()
