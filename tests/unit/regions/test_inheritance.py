"""Old regions on a new map."""

import numpy as np
import pytest

from muserd.regions.cluster import OUTLIER, cluster
from muserd.regions.identity import match
from muserd.regions.inheritance import inherit, settle


def blob(centre, size, seed=0, spread=0.5):
    return np.array(centre) + spread * np.random.default_rng(seed).normal(size=(size, 2))


def flat(*parts):
    """Labels for runs of items, each given as label and count."""
    return np.concatenate([np.full(count, label, np.int32) for label, count in parts])


def nearest(places, count=15):
    apart = ((places[:, None] - places[None]) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    return np.argsort(apart, axis=1, kind="stable")[:, : min(count, len(places) - 1)]


def inherited(places, before, fresh, clear=None):
    clear = np.full(len(before), OUTLIER, np.int32) if clear is None else clear
    return inherit(nearest(np.concatenate(places)), before, fresh, clear, size=10, fewest=5)


def regions(labels, *counts):
    """The set of labels in each run of items."""
    return [set(part.tolist()) for part in np.split(labels, np.cumsum(counts)[:-1])]


def test_leaves_alone_change_nothing():
    """Where new leaves tear one region and swallow another, both stay as people know them."""
    places = [blob((0, 0), 40), blob((4, 0), 40, 1)]
    torn = flat((0, 20), (1, 60))
    first, second = regions(inherited(places, flat((7, 40), (9, 40)), torn), 40, 40)
    assert len(first) == len(second) == 1
    assert first != second


def test_outliers_stay_outliers():
    """Who was in no region is not claimed by a leaf of which he is a small part."""
    places = [blob((0, 0), 40), blob((6, 0), 5, 1, spread=2.0)]
    after = inherited(places, flat((7, 40), (OUTLIER, 5)), flat((0, 45)))
    assert (after[40:] == OUTLIER).all()


def test_a_region_with_two_clear_leaves_parts():
    """The rest of it goes with the nearer one."""
    places = [blob((0, 0), 30), blob((3, 0), 30, 1)]
    clear = flat((0, 25), (OUTLIER, 5), (1, 25), (OUTLIER, 5))
    after = inherited(places, flat((7, 60)), clear, clear)
    left, right = regions(after, 30, 30)
    assert len(left) == len(right) == 1
    assert left != right
    assert OUTLIER not in left | right


def test_a_region_that_came_apart_parts():
    """A third of it that went to live beyond others is a region of its own."""
    places = [blob((0, 0), 24), blob((12, 0), 12, 1), blob((6, 0), 30, 2)]
    fresh = flat((0, 24), (1, 12), (2, 30))
    main, piece, others = regions(inherited(places, flat((7, 36), (9, 30)), fresh), 24, 12, 30)
    assert len(main | piece | others) == 3


@pytest.mark.parametrize("lesser", [8, 20, 26])
def test_a_region_mixed_into_another_dissolves(lesser):
    """The lesser one, whose items mostly have the other's for neighbours."""
    random = np.random.default_rng(3)
    places = blob((0, 0), 40 + lesser, 3)
    before = random.permutation(flat((7, 40), (9, lesser)))
    assert set(inherited([places], before, flat((0, 40 + lesser))).tolist()) == {0}


def test_scattered_regions_give_way_to_the_leaves():
    """Where nothing is left of the old map, the new leaves are the regions."""
    places = [blob((0, 0), 40), blob((9, 0), 40, 1)]
    before = np.random.default_rng(2).integers(1, 6, 80).astype(np.int32)
    fresh = flat((0, 40), (1, 40))
    assert inherited(places, before, fresh).tolist() == fresh.tolist()


def test_newcomers_found_a_region():
    """A leaf of arrivals beside a region is not swallowed."""
    places = [blob((0, 0), 40), blob((4, 0), 12, 1)]
    after = inherited(places, flat((7, 40), (OUTLIER, 12)), flat((0, 40), (1, 12)))
    old, new = regions(after, 40, 12)
    assert len(old) == len(new) == 1
    assert OUTLIER not in new
    assert old != new


def test_newcomers_among_settled_items_join_them():
    """A region that grew is still one."""
    before = np.random.default_rng(4).permutation(flat((7, 30), (OUTLIER, 12)))
    assert set(inherited([blob((0, 0), 42)], before, flat((0, 42))).tolist()) == {0}


def test_a_few_leftovers_are_no_region():
    """Four items hold no id for ever."""
    places = [blob((0, 0), 40), blob((9, 0), 4, 1)]
    after = inherited(places, flat((7, 40), (9, 4)), flat((0, 40), (OUTLIER, 4)))
    assert (after[40:] == OUTLIER).all()


def test_an_item_that_moved_into_another_region_belongs_to_it():
    """It follows its neighbours."""
    places = blob((0, 0), 40)
    before = flat((7, 40))
    before[20] = 9
    assert set(settle(nearest(places), before).tolist()) == {0}


@pytest.mark.parametrize("seed", range(4))
def test_a_region_that_grows_slowly_parts_at_last(seed):
    """Two heaps that gather within one region over many refits become two, and one keeps its id."""
    random = np.random.default_rng(seed)
    places = blob((0, 0), 16, seed, spread=1.0)
    others = [blob((12 * np.cos(a), 12 * np.sin(a)), 40, seed) for a in range(6)]
    start = np.concatenate([places, *others]).astype(np.float32)
    cut = cluster(start)
    ids = match(np.full_like(cut.labels, OUTLIER), cut.labels, np.ones(len(start), bool)).ids
    level = len(cut.sizes) - 1
    home = np.bincount(ids[:16, level][ids[:16, level] >= 0]).argmax()
    everything = start
    for _ in range(12):
        arrivals = np.concatenate(
            [side + 0.3 * random.normal(size=(4, 2)) for side in ((-1.5, 0), (1.5, 0))]
        )
        everything = np.concatenate([everything, arrivals]).astype(np.float32)
        before = np.full((len(everything), 3), OUTLIER, np.int32)
        before[: len(ids)] = ids
        cut = cluster(everything, before=before, sizes=cut.sizes)
        common = np.arange(len(everything)) < len(ids)
        ids = match(before, cut.labels, common, next_id=int(ids.max()) + 1).ids
    level = len(cut.sizes) - 1
    late = ids[len(start) :, level].reshape(-1, 8)
    left, right = (
        np.bincount(side[side >= 0]).argmax() for side in (late[:, :4].ravel(), late[:, 4:].ravel())
    )
    assert left != right
    assert home in {left, right}
