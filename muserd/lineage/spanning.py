"""The edges of a lineage: a minimum spanning tree over all items, without their N² matrix.

An edge is *allowed* between items less than 30 days apart or more alike than cosine 0.85. Its
weight is 1 − cosine. An edge that is not allowed is *weak*: not forbidden, but dearer than every
allowed one. So there is always one tree, its allowed part is the minimum spanning forest over the
allowed edges, and the weak edges are the best joins between that forest's parts.

Runs in the layout worker (scipy). Growth without it is in `forest`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WINDOW_MS = 30 * 86_400_000
ALIKE = 0.85
WEAK_WEIGHT = 4.0  # added to a weak edge: more than 1 − cosine can be
EXACT_PAIRS = 20_000**2  # compared one by one; beyond it only those near in time
BLOCK = 1024  # rows compared at a time
PAIRS_AT_ONCE = 1024  # their vectors stay in the cache; more would be fetched page by page
ROUNDING = 1e-6  # cosines of the same pair differ by so much between two matrix products
ZERO = 1e-9  # scipy takes a weight of 0 for no edge: duplicates would fall apart


@dataclass(frozen=True, slots=True)
class Edges:
    """Undirected edges.

    Attributes:
        ends: intp[m, 2].
        weight: float64[m], 1 − cosine, plus WEAK_WEIGHT if weak.
    """

    ends: NDArray[np.intp]
    weight: NDArray[np.float64]


def weigh(cosine: NDArray[np.float32], apart_ms: NDArray[np.int64]) -> NDArray[np.float64]:
    """The weight of edges, from their cosine and the time between their ends."""
    allowed = (np.abs(apart_ms) < WINDOW_MS) | (cosine > ALIKE)
    distance = np.clip(1.0 - cosine.astype(np.float64), 0.0, 2.0)
    return np.where(allowed, distance, distance + WEAK_WEIGHT)


def span(
    vectors: NDArray[np.float32],
    times_ms: NDArray[np.int64],
    knn: NDArray[np.int32] | None = None,
    exact_pairs: int = EXACT_PAIRS,
) -> Edges:
    """The n − 1 edges of the minimum spanning tree.

    A first tree comes from the neighbour lists and the order of time. A sweep then compares all
    pairs in blocks and keeps those lighter than the heaviest edge between their ends in that
    tree: only they can improve it. Last, parts without an allowed edge are joined.

    Args:
        vectors: float32[n, d], unit length.
        times_ms: int64[n].
        knn: int32[n, k] nearest items by cosine, −1 pads; None to do without.
        exact_pairs: up to so many pairs the tree is exact; beyond, pairs farther apart in time
            are only found through `knn`.

    Guarantee: with n² ≤ exact_pairs its weight is that of the exact tree, up to rounding.
    """
    count = len(vectors)
    if count < 2:
        return Edges(np.empty((0, 2), dtype=np.intp), np.empty(0))
    order = np.argsort(times_ms, kind="stable")
    unit, times = np.ascontiguousarray(vectors[order]), times_ms[order]
    known = _consecutive(count) if knn is None else _listed(knn, order)
    tree = _shortest(count, _measure(unit, times, known))
    tree = _sweep(unit, times, tree, exact_pairs)
    tree = _join(unit, _allowed(tree), exact_pairs)
    return Edges(order[tree.ends], tree.weight)


def _consecutive(count: int) -> NDArray[np.intp]:
    """The chain of time. It alone connects whatever the window connects."""
    return np.stack([np.arange(count - 1), np.arange(1, count)], axis=1)


def _listed(knn: NDArray[np.int32], order: NDArray[np.intp]) -> NDArray[np.intp]:
    """The chain of time and the neighbour lists, in the order of time."""
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order))
    rows = np.repeat(np.arange(len(knn)), knn.shape[1])
    columns = knn.ravel()
    real = (columns >= 0) & (columns != rows)
    listed = np.stack([rank[rows[real]], rank[columns[real]]], axis=1)
    return np.concatenate([_consecutive(len(order)), listed])


def _measure(unit: NDArray[np.float32], times: NDArray[np.int64], ends: NDArray[np.intp]) -> Edges:
    weight = np.empty(len(ends))
    for start in range(0, len(ends), PAIRS_AT_ONCE):
        left, right = ends[start : start + PAIRS_AT_ONCE].T
        cosine = np.einsum("ij,ij->i", unit[left], unit[right])
        weight[start : start + PAIRS_AT_ONCE] = weigh(cosine, times[left] - times[right])
    return Edges(ends, weight)


def _shortest(count: int, edges: Edges) -> Edges:
    """The minimum spanning forest of the given edges."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import minimum_spanning_tree

    # A sparse matrix would add up duplicates: only the lightest edge of a pair goes in.
    low, high = edges.ends.min(axis=1), edges.ends.max(axis=1)
    by_pair = np.lexsort((edges.weight, high, low))
    low, high, weight = low[by_pair], high[by_pair], edges.weight[by_pair]
    first = np.ones(len(low), dtype=bool)
    first[1:] = (np.diff(low) > 0) | (np.diff(high) > 0)
    graph = coo_matrix((weight[first] + ZERO, (low[first], high[first])), shape=(count, count))
    tree = minimum_spanning_tree(graph.tocsr()).tocoo()
    ends = np.stack([tree.row, tree.col], axis=1).astype(np.intp)
    return Edges(ends, tree.data - ZERO)


def _together(one: Edges, other: Edges) -> Edges:
    return Edges(np.concatenate([one.ends, other.ends]), np.concatenate([one.weight, other.weight]))


def _allowed(edges: Edges) -> Edges:
    strong = edges.weight < WEAK_WEIGHT
    return Edges(edges.ends[strong], edges.weight[strong])


def _sweep(
    unit: NDArray[np.float32], times: NDArray[np.int64], tree: Edges, exact_pairs: int
) -> Edges:
    """Replace edges of a tree by lighter allowed ones, looking at every pair once."""
    count = len(unit)
    band = min(count, exact_pairs // count)
    pending, waiting = tree, 0
    bottleneck = _Bottleneck(count, tree)
    for start in range(0, count, BLOCK):
        stop = min(start + BLOCK, count)
        end = min(count, start + BLOCK + band)
        if band < count:
            end = min(end, int(np.searchsorted(times, times[stop - 1] + WINDOW_MS)))
        cosine = unit[start:stop] @ unit[start:end].T
        weight = weigh(cosine, times[start:stop, None] - times[None, start:end])
        rows, columns = np.nonzero(np.triu(weight < bottleneck.greatest, 1))
        lighter = weight[rows, columns]
        rows, columns = rows + start, columns + start
        better = lighter < bottleneck.between(rows, columns) - ROUNDING
        better &= lighter < WEAK_WEIGHT
        found = Edges(np.stack([rows[better], columns[better]], axis=1), lighter[better])
        pending, waiting = _together(pending, found), waiting + len(found.ends)
        if waiting > 4 * count:
            pending, waiting = _shortest(count, pending), 0
            bottleneck = _Bottleneck(count, pending)
    return _shortest(count, pending) if waiting else pending


class _Bottleneck:
    """The heaviest edge on the path between two nodes of a tree, for many pairs at once.

    Laid out in the order in which Kruskal merges them, the nodes lie in a row such that the
    heaviest edge between two is the greatest gap between their positions. A sparse table answers
    that in two look-ups (Bender, Farach-Colton 2000, doi:10.1007/10719839_9).
    """

    def __init__(self, count: int, tree: Edges) -> None:
        self.position, gaps = _leaf_order(count, tree)
        self.greatest = float(gaps.max(initial=0.0))
        self._table = [gaps]
        while 2 ** len(self._table) <= len(gaps):
            last, step = self._table[-1], 2 ** (len(self._table) - 1)
            self._table.append(np.maximum(last[:-step], last[step:]))

    def between(self, one: NDArray[np.intp], other: NDArray[np.intp]) -> NDArray[np.float64]:
        """float64[m]: the greatest weight on each path; the two ends must differ."""
        left = np.minimum(self.position[one], self.position[other])
        right = np.maximum(self.position[one], self.position[other])
        answer = np.empty(len(left))
        power = np.frexp(right - left)[1] - 1  # floor of the binary logarithm
        for level in np.unique(power):
            at = power == level
            row = self._table[level]
            answer[at] = np.maximum(row[left[at]], row[right[at] - 2**level])
        return answer


def _leaf_order(count: int, tree: Edges) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The position of each node, and the weight that separates each position from the next."""
    root = list(range(count))
    tail, following, gap = list(range(count)), [-1] * count, [np.inf] * count

    def find(node: int) -> int:
        while root[node] != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    # Every part is a linked list that starts at its representative.
    by_weight = np.argsort(tree.weight, kind="stable")
    for (one, other), weight in zip(
        tree.ends[by_weight].tolist(), tree.weight[by_weight].tolist(), strict=True
    ):
        head, appended = find(one), find(other)
        following[tail[head]], gap[tail[head]] = appended, weight
        tail[head], root[appended] = tail[appended], head
    position, gaps, at = np.empty(count, dtype=np.intp), [], 0
    for head in [node for node in range(count) if root[node] == node]:
        node = head
        while node != -1:
            position[node], at = at, at + 1
            gaps.append(gap[node])
            node = following[node]
    return position, np.array(gaps[:-1])


def _join(unit: NDArray[np.float32], forest: Edges, exact_pairs: int) -> Edges:
    """Join the parts of a forest by their best edges, all weak (Borůvka's rounds)."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    count = len(unit)
    while True:
        left, right = forest.ends.T
        graph = coo_matrix((np.ones(len(left)), (left, right)), shape=(count, count))
        parts, part = connected_components(graph, directed=False)
        if parts == 1:
            return forest
        searching = np.flatnonzero(part != np.bincount(part).argmax())
        most = max(exact_pairs // count, parts)
        if len(searching) > most:
            searching = _spread(searching, part, most)
        joins = _best_joins(unit, part, searching)
        forest = _shortest(count, _together(forest, joins))


def _spread(members: NDArray[np.intp], part: NDArray[np.int32], most: int) -> NDArray[np.intp]:
    """At least one member of each part, and about `most` in all, evenly."""
    ordered = members[np.argsort(part[members], kind="stable")]
    first = np.ones(len(ordered), dtype=bool)
    first[1:] = np.diff(part[ordered]) > 0
    even = np.linspace(0, len(ordered) - 1, most).astype(np.intp)
    return np.union1d(ordered[first], ordered[even])


def _best_joins(
    unit: NDArray[np.float32], part: NDArray[np.int32], searching: NDArray[np.intp]
) -> Edges:
    """Of each part that searches, the edge with the highest cosine that leaves it."""
    nearest = np.empty(len(searching), dtype=np.intp)
    cosine = np.empty(len(searching), dtype=np.float32)
    for start in range(0, len(searching), BLOCK):
        rows = searching[start : start + BLOCK]
        alike = unit[rows] @ unit.T
        alike[part[rows][:, None] == part[None, :]] = -np.inf
        nearest[start : start + BLOCK] = alike.argmax(axis=1)
        cosine[start : start + BLOCK] = alike.max(axis=1)
    by_part = np.lexsort((searching, -cosine, part[searching]))
    first = np.ones(len(by_part), dtype=bool)
    first[1:] = np.diff(part[searching][by_part]) > 0
    best = by_part[first]
    ends = np.stack([searching[best], nearest[best]], axis=1)
    return Edges(ends, np.clip(1.0 - cosine[best].astype(np.float64), 0.0, 2.0) + WEAK_WEIGHT)
