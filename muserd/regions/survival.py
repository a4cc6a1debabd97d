"""Old regions that the new tree still holds.

Leaves of a density tree are fragile: a few new items turn one leaf into two, or two into one,
where people see no change. So the old regions are laid over the new tree as a soft supervision
(after Campello et al. 2013, doi:10.1007/s10618-013-0311-4): one whose items still lie together
under a few nodes of their own survives as those nodes, whatever leaves are below or above them.
It must let go when it has doubled; then the leaves decide. It has no claim to a leaf of newcomers,
nor to a piece that drifted off among others.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

OUTLIER = -1
HELD = 0.5  # Jaccard with its nodes from which on the tree still holds a region
OWN = 0.5  # a node of which more is a region's belongs to it
PIECE = 0.1  # of a region's items: a node with fewer is no piece of it
NEWCOMER = 0.5  # how much an item of no old map counts against a node: less than a stranger
STRANGE = 0.8  # of a leaf's items in no old region: it is a region of its own
GROWTH = 2.0  # nodes of more than so many times the region's size are another region


@dataclass(frozen=True, slots=True)
class Dendrogram:
    """A single linkage tree with its leaves in a row, so that every node is an interval.

    Attributes:
        order: intp[n], the items as they lie in the row.
        low, high: intp[n − 1], the interval of each inner node.
    """

    order: NDArray[np.intp]
    low: NDArray[np.intp]
    high: NDArray[np.intp]


def lay_out(tree: NDArray[np.float64]) -> Dendrogram:
    """Lay the leaves of a tree in a row.

    Args:
        tree: float64[n − 1, 4], merged nodes, distance, size, as scipy's linkages are.
    """
    count = len(tree) + 1
    left, right = tree[:, 0].astype(np.intp).tolist(), tree[:, 1].astype(np.intp).tolist()
    size = [1] * count + tree[:, 3].astype(np.intp).tolist()
    low = [0] * (2 * count - 1)
    for row in range(count - 2, -1, -1):
        low[left[row]] = low[count + row]
        low[right[row]] = low[count + row] + size[left[row]]
    order = np.empty(count, dtype=np.intp)
    order[low[:count]] = np.arange(count)
    inner = np.array(low[count:], dtype=np.intp)
    return Dendrogram(order, inner, inner + np.array(size[count:], dtype=np.intp))


def survive(
    dendrogram: Dendrogram, fresh: NDArray[np.int32], before: NDArray[np.int32]
) -> NDArray[np.int32]:
    """The regions of one level: old ones that survive, and fresh ones on the land between.

    Args:
        dendrogram: of the new map.
        fresh: int32[n], the leaves at this level, −1 for outliers.
        before: int32[n], the old region of each item, −1 for none.

    Returns:
        int32[n], numbered from 0.
    """
    flat = np.full(len(fresh), OUTLIER, dtype=np.int32)
    strange = _strange(fresh, before)
    number = 0
    for members in _held(dendrogram, before):
        free = members[(flat[members] == OUTLIER) & ~strange[members]]
        if len(free) >= HELD * len(members):
            flat[free] = number
            number += 1
    for leaf in range(int(fresh.max(initial=OUTLIER)) + 1):
        members = np.flatnonzero(fresh == leaf)
        if (flat[members] == OUTLIER).mean() > 1 - OWN:
            flat[members[flat[members] == OUTLIER]] = number
            number += 1
    return flat


def _strange(fresh: NDArray[np.int32], before: NDArray[np.int32]) -> NDArray[np.bool_]:
    """bool[n]: items of leaves that hardly anybody of the old map lives in."""
    settled = fresh != OUTLIER
    size = np.bincount(fresh[settled], minlength=1)
    newcomers = np.bincount(fresh[settled & (before == OUTLIER)], minlength=len(size))
    leaves = newcomers >= STRANGE * np.maximum(size, 1)
    return np.asarray(settled & leaves[fresh])


def _held(dendrogram: Dendrogram, before: NDArray[np.int32]) -> list[NDArray[np.intp]]:
    """The items under the nodes of each old region that the tree holds, small regions first."""
    in_row = before[dendrogram.order]
    low, high = dendrogram.low, dendrogram.high
    settled = _counts(in_row != OUTLIER, low, high)
    weight = settled + NEWCOMER * (high - low - settled)
    found = []
    for region in np.unique(before[before != OUTLIER]):
        member = in_row == region
        size = int(member.sum())
        inside = _counts(member, low, high)
        own = (inside > OWN * weight) & (inside >= PIECE * size) & (high - low <= GROWTH * size)
        pieces = _together(_outermost(np.flatnonzero(own), low, high), low, high, GROWTH * size)
        union = size + weight[pieces].sum() - inside[pieces].sum()
        total = int((high - low)[pieces].sum())
        if inside[pieces].sum() >= HELD * union and total <= GROWTH * size:
            rows = [dendrogram.order[low[piece] : high[piece]] for piece in pieces]
            found.append(np.concatenate(rows))
    return sorted(found, key=len)


def _outermost(
    nodes: NDArray[np.intp], low: NDArray[np.intp], high: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Those of the nodes that lie in no other of them."""
    ordered = nodes[np.lexsort((-high[nodes], low[nodes]))]
    if not len(ordered):
        return ordered
    reach = np.maximum.accumulate(high[ordered])
    first = np.ones(len(ordered), dtype=bool)
    first[1:] = high[ordered][1:] > reach[:-1]
    return ordered[first]


def _together(
    pieces: NDArray[np.intp], low: NDArray[np.intp], high: NDArray[np.intp], most: float
) -> NDArray[np.intp]:
    """The largest piece, and those that lie with it under a node of so many items at most."""
    if len(pieces) < 2:
        return pieces
    main = pieces[(high - low)[pieces].argmax()]
    spans = (low <= low[main]) & (high >= high[main]) & (high - low <= most)
    first, last = low[spans | (np.arange(len(low)) == main)], high[spans]
    within = (low[pieces] >= first.min()) & (high[pieces] <= max([*last, high[main]]))
    return np.asarray(pieces[within], dtype=np.intp)


def _counts(
    mask: NDArray[np.bool_], low: NDArray[np.intp], high: NDArray[np.intp]
) -> NDArray[np.int64]:
    """How many of the mask lie in each interval."""
    total = np.concatenate([[0], np.cumsum(mask)])
    return np.asarray(total[high] - total[low])
