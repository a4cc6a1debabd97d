"""Old regions on a new map."""

import numpy as np
import pytest

from muserd.regions import inheritance
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


def random_map(seed, items=60, near=9, labels=4):
    """Neighbours and labels without any order: whatever can occur does."""
    random = np.random.default_rng(seed)
    places = random.normal(size=(items, 2))
    flat = random.integers(-1, labels, items).astype(np.int32)
    half = places[:, 0] < 0
    flat[half] = np.where(random.random(half.sum()) < 0.8, 0, flat[half])
    return nearest(places, near), flat


def asked_of(near, flat, item):
    """Half as many neighbours as the item's region has members, at least three, speak for it."""
    if flat[item] == OUTLIER:
        return near[item]
    return near[item][: max((flat == flat[item]).sum() // 2, 3)]


@pytest.mark.parametrize("seed", range(6))
def test_an_item_follows_two_thirds_of_its_neighbours(seed):
    """Also out of all regions; else it stays."""
    near, flat = random_map(seed, labels=2 + seed % 4)
    followed = inheritance._follow(near, flat)
    for item in range(len(flat)):
        ballots = flat[asked_of(near, flat, item)]
        values, counts = np.unique(ballots, return_counts=True)
        clear = counts.max() >= 2 / 3 * len(ballots)
        assert followed[item] == (values[counts.argmax()] if clear else flat[item])


@pytest.mark.parametrize("seed", range(4))
def test_a_region_dissolves_when_its_items_have_others_for_neighbours(seed):
    """Fewer than half of those that are in any region are its own; or it has too few items."""
    near, flat = random_map(seed)
    for fewest in (1, 8, 30):
        kept = inheritance._dissolve(near, flat, fewest)
        for region in range(int(flat.max()) + 1):
            rows = np.flatnonzero(flat == region)
            said = np.concatenate([flat[asked_of(near, flat, row)] for row in rows])
            said = said[said != OUTLIER]
            holds = 2 * (said == region).sum() >= len(said) and len(rows) >= fewest
            assert set(kept[rows].tolist()) == {region if holds else OUTLIER}
        assert (kept[flat == OUTLIER] == OUTLIER).all()


@pytest.mark.parametrize("seed", range(4))
def test_who_is_counted_as_a_neighbour_is_welcome(seed):
    """By any item of the region that one would follow, as it stands now."""
    near, flat = random_map(seed)
    following = inheritance._follow(near, flat)
    welcome = inheritance._welcome(near, flat, following)
    for item in range(len(flat)):
        hosts = [one for one in range(len(flat)) if item in near[one]]
        assert welcome[item] == any(flat[one] == following[item] for one in hosts)


def test_a_leaf_belongs_to_the_region_that_holds_more_than_half_of_it():
    """Half is not enough; items in no region count."""
    leaf = flat((0, 4), (1, 4), (2, 4), (OUTLIER, 4))
    region = np.array([5, 5, 5, 6] + [5, 5, 6, 6] + [6, 6, OUTLIER, OUTLIER] + [5] * 4, np.int32)
    assert inheritance._owners(region, leaf, 3).tolist() == [5, OUTLIER, OUTLIER]
    assert inheritance._owners(np.full(16, OUTLIER, np.int32), leaf, 3).tolist() == [OUTLIER] * 3
    assert inheritance._heirs(region, leaf).tolist() == [5] * 4 + [OUTLIER] * 12


def test_a_leaf_of_strangers_is_born():
    """From four fifths of them on; who is in a region stays there."""
    fresh = flat((0, 10), (1, 10), (OUTLIER, 5))
    region = np.array([OUTLIER] * 8 + [3] * 2 + [OUTLIER] * 7 + [3] * 3 + [OUTLIER] * 5, np.int32)
    born = inheritance._born(region, fresh)
    assert born.tolist() == [4] * 8 + [3] * 2 + region[10:].tolist()


@pytest.mark.parametrize("seed", range(6))
def test_what_lies_between_the_cores_goes_with_the_nearest(seed):
    """Hop by hop with the first neighbour of its own region that has gone already.

    Of another region nobody is followed, and no region with one leaf or none is touched.
    """
    random = np.random.default_rng(seed)
    places = random.normal(size=(80, 2))
    near = nearest(places, 5)
    before = np.where(places[:, 1] > 0.3, 1, 0).astype(np.int32)
    before[places[:, 1] < -1.2] = OUTLIER
    clear = np.full(80, OUTLIER, np.int32)
    for leaf, spot in enumerate([(-1, -0.4), (1, -0.4), (0, 1)]):
        clear[np.argsort(((places - spot) ** 2).sum(axis=1))[:7]] = leaf
    owner = {}
    for leaf in range(3):
        regions, counts = np.unique(before[clear == leaf], return_counts=True)
        best = int(regions[counts.argmax()])
        if counts.max() > 3.5 and best != OUTLIER:
            owner[leaf] = best
    torn = {one for one in owner.values() if [*owner.values()].count(one) > 1}
    gone = {
        row: int(clear[row])
        for row in range(80)
        if before[row] in torn and owner.get(int(clear[row])) == before[row]
    }
    while True:
        more = {}
        for row in range(80):
            if before[row] in torn and row not in gone:
                known = [one for one in near[row] if one in gone and before[one] == before[row]]
                if known:
                    more[row] = gone[known[0]]
        if not more:
            break
        gone |= more
    after = inheritance._part(near, before, clear)
    expected = [gone[row] + 2 if row in gone else before[row] for row in range(80)]
    assert after.tolist() == expected
    assert torn


@pytest.mark.parametrize(("share", "leaf", "joins"), [(5, 0, True), (4, 0, False), (5, -1, False)])
def test_an_item_of_a_regions_leaf_joins_with_a_third_of_its_neighbours(share, leaf, joins):
    """Five of fifteen; without the leaf's word two thirds would be needed."""
    near = np.array(
        [[other for other in range(31) if other != item][:15] for item in range(30)]
        + [[*range(share), *range(31, 46 - share)]]
        + [[other for other in range(31, 60) if other != item][:15] for item in range(31, 60)]
    )
    near[0, -1] = 30  # somebody there counts it as a neighbour
    region = flat((0, 30), (OUTLIER, 30))
    fresh = flat((0, 30), (leaf, 1), (OUTLIER, 29))
    settled = settle(near, region, fresh)
    assert settled[30] == (0 if joins else OUTLIER)
    assert settled[:30].tolist() == [0] * 30
    assert settled[31:].tolist() == [OUTLIER] * 29


@pytest.mark.parametrize(("share", "stays"), [(5, True), (4, False)])
def test_an_item_of_no_leaf_stays_with_a_third_of_its_neighbours(share, stays):
    """The new tree has it for an outlier: it is let go where hardly anybody is left around it."""
    near = np.array(
        [[other for other in range(31) if other != item][:15] for item in range(30)]
        + [[*range(share), *range(31, 46 - share)]]
        + [[other for other in range(31, 60) if other != item][:15] for item in range(31, 60)]
    )
    region = flat((0, 31), (1, 29))
    region[31::2] = 2  # no two thirds of them agree
    fresh = region.copy()
    fresh[30] = OUTLIER
    settled = settle(near, region, fresh)
    assert settled[30] == (settled[0] if stays else OUTLIER)
