"""Old regions over a new tree."""

import numpy as np

from muserd.regions.survival import lay_out, survive

# Items 0 to 3 and 4 to 7 are two tight groups of a chain each, which join last.
TREE = np.array(
    [
        [0, 1, 1.0, 2],  # 8
        [8, 2, 1.1, 3],  # 9
        [9, 3, 1.2, 4],  # 10
        [4, 5, 1.0, 2],  # 11
        [11, 6, 1.1, 3],  # 12
        [12, 7, 1.2, 4],  # 13
        [10, 13, 5.0, 8],  # 14
    ]
)


def test_every_node_is_an_interval():
    """The leaves below a node lie side by side."""
    dendrogram = lay_out(TREE)
    below = {8: {0, 1}, 10: {0, 1, 2, 3}, 13: {4, 5, 6, 7}, 14: set(range(8))}
    for node, items in below.items():
        row = node - 8
        found = dendrogram.order[dendrogram.low[row] : dendrogram.high[row]]
        assert set(found.tolist()) == items


def test_a_held_region_survives_new_leaves():
    """Where the leaves tear an old region apart that the tree still holds, it stays whole."""
    before = np.array([1, 1, 1, 1, 2, 2, 2, 2], dtype=np.int32)
    fresh = np.array([0, 0, 1, 1, 2, 2, 2, 2], dtype=np.int32)
    after = survive(lay_out(TREE), fresh, before)
    assert len(set(after[:4].tolist())) == 1
    assert len(set(after[4:].tolist())) == 1
    assert after[0] != after[4]


def test_scattered_items_are_no_region():
    """An old region whose items lie all over the tree gives way to the leaves."""
    before = np.array([1, 2, 3, 1, 2, 3, 1, 2], dtype=np.int32)
    fresh = np.array([0, 0, 0, 0, 1, 1, 1, 1], dtype=np.int32)
    assert survive(lay_out(TREE), fresh, before).tolist() == fresh.tolist()


def test_a_leaf_of_newcomers_is_its_own_region():
    """Four arrivals beside four old items are not swallowed, though the tree joins them next."""
    before = np.array([1, 1, 1, 1, -1, -1, -1, -1], dtype=np.int32)
    fresh = np.array([0, 0, 0, 0, 1, 1, 1, 1], dtype=np.int32)
    after = survive(lay_out(TREE), fresh, before)
    assert len(set(after[:4].tolist())) == 1
    assert len(set(after[4:].tolist())) == 1
    assert after[0] != after[4]


def test_newcomers_among_settled_items_join_them():
    """A leaf that is half new is the old region grown."""
    before = np.array([1, 1, 1, 1, -1, -1, -1, -1], dtype=np.int32)
    assert len(set(survive(lay_out(TREE), np.zeros(8, dtype=np.int32), before).tolist())) == 1


def test_a_region_that_grew_beyond_itself_lets_go():
    """One old item among eight does not keep them from being a region of their own."""
    before = np.array([1, -1, -1, -1, -1, -1, -1, -1], dtype=np.int32)
    after = survive(lay_out(TREE), np.zeros(8, dtype=np.int32), before)
    assert len(set(after.tolist())) == 1


def test_a_piece_that_drifted_off_is_let_go():
    """A third of a region that went to live beyond others no longer belongs to it."""
    # Items 0 to 5 and 6 to 8 are chains with items 9 to 20 between them in the tree.
    rows, node = [], 21
    tops = []
    for members in (range(6), range(6, 9), range(9, 21)):
        top = members[0]
        for count, item in enumerate(members[1:], start=2):
            rows.append([top, item, 1.0, count])
            top, node = node, node + 1
        tops.append(top)
    rows.append([tops[0], tops[2], 5.0, 18])
    rows.append([node, tops[1], 9.0, 21])
    before = np.array([1] * 9 + [2] * 12, dtype=np.int32)
    fresh = np.array([0] * 6 + [1] * 3 + [2] * 12, dtype=np.int32)
    after = survive(lay_out(np.array(rows)), fresh, before)
    assert [len(set(part.tolist())) for part in (after[:6], after[6:9], after[9:])] == [1, 1, 1]
    assert after[0] not in {after[6], after[9]}
