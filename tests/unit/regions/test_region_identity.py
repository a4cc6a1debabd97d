"""Ids that outlive a refit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muserd.ground.records import Region
from muserd.regions.identity import cliff, continuity, match

ALL = np.ones(60, dtype=bool)


def flat(*runs):
    """int32[n, 3] with regions at level 0 only: (label, count) each."""
    column = np.repeat([label for label, _ in runs], [count for _, count in runs])
    labels = np.full((len(column), 3), -1, dtype=np.int32)
    labels[:, 0] = column
    return labels


def changes(matched):
    return {(event.change, event.region, event.others) for event in matched.events}


def region(number, level=0, count=20):
    return Region(
        *(number, -1, level, "Old", False, (), "#808080", count, 0.0, 0.0, 7, 0, 0), retired=True
    )


def test_the_same_regions_keep_their_ids():
    """Whatever the new numbers are, the ids stay."""
    matched = match(flat((5, 30), (9, 30)), flat((1, 30), (0, 30)), ALL, next_id=10)
    assert matched.ids[:, 0].tolist() == [5] * 30 + [9] * 30
    assert matched.next_id == 10
    assert changes(matched) == {("kept", 5, ()), ("kept", 9, ())}


def test_the_largest_child_inherits_a_split():
    """The other child is new, and the split is told."""
    matched = match(flat((5, 60)), flat((0, 20), (1, 40)), ALL, next_id=6)
    assert matched.ids[:, 0].tolist() == [6] * 20 + [5] * 40
    assert changes(matched) == {("kept", 5, ()), ("new", 6, ()), ("split", 5, (6,))}


def test_the_largest_parent_inherits_a_merger():
    """The other parent retires, and the merger is told."""
    matched = match(flat((5, 20), (6, 40)), flat((0, 60)), ALL, next_id=7)
    assert set(matched.ids[:, 0].tolist()) == {6}
    assert changes(matched) == {("kept", 6, ()), ("retired", 5, ()), ("merged", 6, (5,))}


def test_a_region_may_change_its_level():
    """A country that became a county under a new country is still itself."""
    new = flat((0, 60))
    new[:, 1] = [0] * 30 + [1] * 30
    matched = match(flat((5, 30), (6, 30)), new, ALL, next_id=7)
    assert set(matched.ids[:, 1].tolist()) == {5, 6}


def test_a_retired_region_comes_back():
    """A new region of about its size around its medoid revives it."""
    matched = match(flat((-1, 60)), flat((0, 20), (-1, 40)), ALL, [(region(3), 4)], next_id=9)
    assert set(matched.ids[:20, 0].tolist()) == {3}
    assert changes(matched) == {("revived", 3, ())}
    assert matched.next_id == 9


@pytest.mark.parametrize(
    "sleeper",
    [(region(3), 40), (region(3), -1), (region(3, level=1), 4), (region(3, count=100), 4)],
)
def test_a_stranger_is_not_revived(sleeper):
    """Elsewhere, without its medoid, at another level or of another size it is another region."""
    matched = match(flat((-1, 60)), flat((0, 20), (-1, 40)), ALL, [sleeper], next_id=9)
    assert set(matched.ids[:20, 0].tolist()) == {9}


def test_only_common_items_count():
    """Arrivals do not weigh against a region."""
    common = np.arange(60) < 20
    old = np.where(common[:, None], flat((5, 60)), -1).astype(np.int32)
    assert set(match(old, flat((0, 60)), common, next_id=6).ids[:, 0].tolist()) == {5}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_ids_are_given_once(seed):
    """No two regions share an id, living ids come from the old map or are new, and none is lost."""
    random = np.random.default_rng(seed)
    old = np.full((60, 3), -1, dtype=np.int32)
    new = np.full((60, 3), -1, dtype=np.int32)
    old[:, 0], new[:, 0] = random.integers(-1, 4, 60), random.integers(-1, 4, 60)
    old[:, 1] = np.where(old[:, 0] >= 0, 10 + 2 * old[:, 0] + random.integers(0, 2, 60), -1)
    new[:, 1] = np.where(new[:, 0] >= 0, 2 * new[:, 0] + random.integers(0, 2, 60), -1)
    matched = match(old, new, ALL, next_id=100)
    pairs = {
        (level, int(number), int(given))
        for level in range(3)
        for number, given in zip(new[:, level], matched.ids[:, level], strict=True)
        if number >= 0
    }
    ids = [given for _, _, given in pairs]
    assert len(ids) == len(set(ids))
    assert ((matched.ids >= 0) == (new >= 0)).all()
    had = set(old[old >= 0].tolist())
    fresh = {given for given in ids if given not in had}
    assert fresh == set(range(100, matched.next_id))
    told = {event.region for event in matched.events if event.change == "retired"}
    assert told == had - set(ids)


def test_continuity_is_the_share_of_kept_memberships():
    """Ten of sixty items that changed their region leave five sixths."""
    old, new = flat((5, 60)), flat((5, 50), (6, 10))
    assert continuity(old, new, ALL) == pytest.approx(50 / 60)
    assert continuity(flat((-1, 60)), new, ALL) == 1.0


def test_a_cliff_is_seen():
    """Twelve regions that become three are reported, five that become seven are not."""
    many = flat(*((number, 5) for number in range(12)))
    few = flat((0, 20), (1, 20), (2, 20))
    assert "3 regions at level 0 where there were 12" in cliff(many, few)
    assert cliff(flat(*((n, 12) for n in range(5))), flat(*((n, 8) for n in range(7)))) == ""


def test_each_sleeper_wakes_once_and_apart():
    """Two that return both get their ids back; a third of the same place gets none."""
    new = flat((0, 20), (1, 20), (2, 20))
    retired = [(region(3), 5), (region(4), 25), (region(5), 26)]
    matched = match(np.full((60, 3), -1, np.int32), new, ALL, retired, next_id=9)
    assert matched.ids[:, 0].tolist() == [3] * 20 + [4] * 20 + [9] * 20
    assert changes(matched) == {("revived", 3, ()), ("revived", 4, ()), ("new", 9, ())}


def test_no_two_regions_wake_one_sleeper():
    """A region of its level and one that grew around it at another: the first in order."""
    new = flat((0, 60))
    new[:, 1] = [0] * 20 + [1] * 40
    matched = match(np.full((60, 3), -1, np.int32), new, ALL, [(region(3, level=1), 5)], next_id=9)
    assert set(matched.ids[:20, 1].tolist()) == {3}
    assert set(matched.ids[:, 0].tolist()) == {9}


@pytest.mark.parametrize(
    ("count", "medoid", "revived"),
    [(40, 5, True), (10, 5, True), (41, 5, False), (9, 5, False), (20, 20, False), (20, -1, False)],
)
def test_a_sleeper_wakes_in_a_region_of_its_size_around_its_heart(count, medoid, revived):
    """Half as large to twice."""
    new = flat((0, 20), (-1, 40))
    matched = match(
        np.full((60, 3), -1, np.int32), new, ALL, [(region(3, count=count), medoid)], next_id=9
    )
    assert set(matched.ids[:20, 0].tolist()) == {3 if revived else 9}
