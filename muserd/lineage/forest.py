"""The lineage of a space: who descends from whom.

A minimum spanning tree (see `spanning` for which edges count how much), rooted at the earliest
item. It is kept as items come and go: the tree with one item more lies within the old tree and the
edges of that item (Spira and Pan 1975, doi:10.1137/0204032).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muserd.ground.cosines import Cosines, Vectors
from muserd.lineage import spanning
from muserd.lineage.spanning import WEAK_WEIGHT, Edges, weigh

NOBODY = -1  # the parent of the root, and of rows without an item
REJOIN_PAIRS = 20_000_000  # compared one by one when a removal splits the tree


@dataclass(frozen=True, slots=True)
class Lineage:
    """One tree over the rows that hold an item.

    Attributes:
        parent: int32[n], −1 for the root and for rows without an item.
        cosine: float32[n], to the parent; 0 without one.
        weak: bool[n], whether the edge to the parent is a join between parts that no allowed
            edge connects.
    """

    parent: NDArray[np.int32]
    cosine: NDArray[np.float32]
    weak: NDArray[np.bool_]


def empty() -> Lineage:
    """The lineage of nothing."""
    return Lineage(np.empty(0, np.int32), np.empty(0, np.float32), np.empty(0, np.bool_))


def grow(
    vectors: NDArray[np.float32],
    times_ms: NDArray[np.int64],
    knn: NDArray[np.int32] | None = None,
    present: NDArray[np.bool_] | None = None,
) -> Lineage:
    """The lineage from scratch. Uses scipy: for the layout worker.

    Args:
        vectors: float32[n, d], unit length; rows without an item may hold anything finite.
        times_ms: int64[n].
        knn: int32[n, k], rows of the nearest items by cosine, −1 pads; speeds large maps up.
        present: bool[n], rows that hold an item; None for all.

    Guarantee: deterministic; exact up to 20,000 items (see `spanning.span`).
    """
    count = len(vectors)
    rows = np.arange(count) if present is None else np.flatnonzero(present)
    if len(rows) == count:
        edges = spanning.span(vectors, times_ms, knn)
    else:
        inner = np.full(count + 1, -1, dtype=np.int32)
        inner[rows] = np.arange(len(rows))  # and a pad, −1, finds the last one: −1
        near = None if knn is None else inner[knn[rows]]
        edges = spanning.span(vectors[rows], times_ms[rows], near)
        edges = Edges(rows[edges.ends], edges.weight)
    return _plant(count, edges, root_of(times_ms, present)) if len(rows) else _bare(count)


def root_of(times_ms: NDArray[np.int64], present: NDArray[np.bool_] | None = None) -> int:
    """The earliest item; of equally early ones the first row. NOBODY when there is none."""
    rows = np.arange(len(times_ms)) if present is None else np.flatnonzero(present)
    return int(rows[np.argmin(times_ms[rows])]) if len(rows) else NOBODY


def insert(
    lineage: Lineage,
    row: int,
    alike: Cosines,
    times_ms: NDArray[np.int64],
    present: NDArray[np.bool_],
) -> Lineage:
    """The lineage with one item more.

    Args:
        lineage: without the item; may be shorter than n (new rows are without an item).
        row: of the new item.
        alike: of the new item to every row; those that decide are made exact.
        times_ms: int64[n].
        present: bool[n], rows that hold an item; with or without `row`.

    Guarantee: its weight is that of a minimum spanning tree, if the lineage's was. Existing items
    keep their parents unless a lighter edge through the new item replaces one.
    """
    count = len(times_ms)
    others = present.copy()
    others[row] = False
    tree = _Tree(lineage, count)
    if others.any():
        star = _Star(alike, others, times_ms - times_ms[row])
        nearest = star.nearest()
        tree.link(row, nearest, float(star.weights[nearest]))
        tree.evert(row)
        # An exchange only makes ways lighter: what no edge of the star can bypass now stays.
        star.sharpen_below(tree.bottlenecks()[0])
        while tree.shorten(row, star.weights):
            pass
    everybody = others
    everybody[row] = True
    tree.evert(root_of(times_ms, everybody))
    return tree.lineage()


def remove(
    lineage: Lineage,
    row: int,
    vectors: Vectors,
    times_ms: NDArray[np.int64],
    present: NDArray[np.bool_],
    knn: NDArray[np.int32] | None = None,
) -> Lineage:
    """The lineage with one item less.

    The parts that hung on the item are joined again by their best edges: found among all pairs
    when the smaller parts are small, else among the neighbour lists and the order of time.

    Args:
        lineage: with the item.
        row: of the item that goes.
        vectors: of all rows.
        times_ms: int64[n].
        present: bool[n], rows that hold an item; with or without `row`.
        knn: int32[n, k], rows of the nearest items by cosine, −1 pads.
    """
    rest = present.copy()
    rest[row] = False
    tree = _Tree(lineage, len(times_ms))
    heads = [*np.flatnonzero(tree.parent == row).tolist()]
    if tree.parent[row] != NOBODY:
        heads.append(tree.root(row))  # not the earliest item, if a date changed since
    tree.cut(row)
    for head in heads:
        tree.cut(head)
    while len(heads) > 1:
        part = tree.parts(heads)
        one, other, weight = _best_crossing(part, vectors, times_ms, rest, knn)
        # The part that is joined must have its joint at its top before it can hang on another.
        heads.remove(heads[part[one]])
        tree.evert(one)
        tree.link(one, other, weight)
    tree.evert(root_of(times_ms, rest))
    return tree.lineage()


def _best_crossing(
    part: NDArray[np.int32],
    vectors: Vectors,
    times_ms: NDArray[np.int64],
    rest: NDArray[np.bool_],
    knn: NDArray[np.int32] | None,
) -> tuple[int, int, float]:
    """The lightest known edge that leaves the smallest part: (inside, outside, weight)."""
    sizes = np.bincount(part[rest])
    members = np.flatnonzero((part == np.where(sizes > 0, sizes, np.inf).argmin()) & rest)
    outside = rest.copy()
    outside[members] = False
    count = len(times_ms)
    if knn is not None and len(members) * count > REJOIN_PAIRS:
        inside, beyond = _listed_crossings(members, outside, times_ms, knn)
        if len(inside):
            return _lightest(inside, beyond, vectors, times_ms)
        members = members[:: -(-len(members) * count // REJOIN_PAIRS)]
    lightest = (NOBODY, NOBODY, np.inf)
    others = np.flatnonzero(outside)
    for start in range(0, len(members), spanning.BLOCK):
        rows = members[start : start + spanning.BLOCK]
        cosine, error = vectors.compare(rows)
        cosine, error = cosine[:, others], error[others]
        apart_ms = times_ms[rows][:, None] - times_ms[others][None, :]
        bound = min(lightest[2], float(weigh(cosine - error, apart_ms).min()))
        ones, ends = np.nonzero(weigh(cosine + error, apart_ms) <= bound)
        for first in range(0, len(ones), spanning.PAIRS_AT_ONCE):
            some = slice(first, first + spanning.PAIRS_AT_ONCE)
            found = _lightest(rows[ones[some]], others[ends[some]], vectors, times_ms)
            lightest = min(lightest, found, key=lambda edge: edge[2])
    return lightest


def _lightest(
    inside: NDArray[np.intp],
    beyond: NDArray[np.intp],
    vectors: Vectors,
    times_ms: NDArray[np.int64],
) -> tuple[int, int, float]:
    """The lightest of some edges, by exact cosines: (inside, outside, weight)."""
    cosine = vectors.pairs(inside, beyond)
    weight = weigh(cosine, times_ms[inside] - times_ms[beyond])
    best = int(weight.argmin())
    return int(inside[best]), int(beyond[best]), float(weight[best])


def _listed_crossings(
    members: NDArray[np.intp],
    outside: NDArray[np.bool_],
    times_ms: NDArray[np.int64],
    knn: NDArray[np.int32],
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs (inside, outside) that are near neighbours or next to each other in time."""
    near = knn[members]
    real = (near >= 0) & outside[near]
    inside, beyond = np.repeat(members, real.sum(axis=1)), near[real].astype(np.intp)
    within = outside.copy()
    within[members] = True
    order = np.flatnonzero(within)
    order = order[np.argsort(times_ms[order], kind="stable")]
    border = np.flatnonzero(outside[order[:-1]] != outside[order[1:]])
    left, right = order[border], order[border + 1]
    swap = outside[left]
    return (
        np.concatenate([inside, np.where(swap, right, left)]),
        np.concatenate([beyond, np.where(swap, left, right)]),
    )


def _bare(count: int) -> Lineage:
    return Lineage(
        np.full(count, NOBODY, np.int32), np.zeros(count, np.float32), np.zeros(count, np.bool_)
    )


def _plant(count: int, edges: Edges, root: int) -> Lineage:
    """Orient the edges of a tree away from its root."""
    degree = np.bincount(edges.ends.ravel(), minlength=count)
    start = np.concatenate([[0], np.cumsum(degree)])
    ends = np.concatenate([edges.ends, edges.ends[:, ::-1]])
    by_end = np.argsort(ends[:, 0], kind="stable")
    towards, via = ends[by_end, 1], np.tile(edges.weight, 2)[by_end]
    tree = _Tree(_bare(count), count)
    front = np.array([root])
    while len(front):
        spans = degree[front]
        first = np.repeat(start[front] - np.cumsum(spans) + spans, spans)
        at = first + np.arange(spans.sum())
        above, below, weight = np.repeat(front, spans), towards[at], via[at]
        new = below != tree.parent[above]
        front = below[new]
        tree.parent[front], tree.weight[front] = above[new], weight[new]
    return tree.lineage()


class _Star:
    """The edges from a new item to all others, by weight.

    Attributes:
        weights: float64[n], inf where there is none; exact where it was asked for.
    """

    def __init__(
        self, alike: Cosines, others: NDArray[np.bool_], apart_ms: NDArray[np.int64]
    ) -> None:
        self._alike, self._others, self._apart_ms = alike, others, apart_ms
        self.weights = self._weigh(alike.values)

    def nearest(self) -> int:
        """The item at the end of the lightest edge; of equal ones the first."""
        bound = self._weigh(self._alike.least).min()
        self._sharpen(self._weigh(self._alike.most) <= bound)
        return int(self.weights.argmin())

    def sharpen_below(self, limits: NDArray[np.float64]) -> None:
        """Make exact what may be lighter than its limit, float64[n]."""
        self._sharpen(self._weigh(self._alike.most) < limits)

    def _sharpen(self, which: NDArray[np.bool_]) -> None:
        self._alike.sharpen(np.flatnonzero(which))
        self.weights = self._weigh(self._alike.values)

    def _weigh(self, cosines: NDArray[np.float32]) -> NDArray[np.float64]:
        weights = np.full(len(self._others), np.inf)
        weights[self._others] = weigh(cosines[self._others], self._apart_ms[self._others])
        return weights


class _Tree:
    """A rooted tree that can be cut, linked and turned, over arrays of parents and weights."""

    def __init__(self, lineage: Lineage, count: int) -> None:
        known = len(lineage.parent)
        self.parent = np.full(count, NOBODY, dtype=np.int32)
        self.parent[:known] = lineage.parent
        self.weight = np.zeros(count)  # of the edge to the parent; 0 at a root
        has = lineage.parent != NOBODY
        self.weight[:known][has] = (
            1.0 - lineage.cosine[has].astype(np.float64) + WEAK_WEIGHT * lineage.weak[has]
        )

    def lineage(self) -> Lineage:
        """As a record."""
        weak = self.weight >= WEAK_WEIGHT
        cosine = 1.0 - (self.weight - WEAK_WEIGHT * weak)
        cosine[self.parent == NOBODY] = 0.0
        return Lineage(self.parent, cosine.astype(np.float32), weak)

    def link(self, top: int, parent: int, weight: float) -> None:
        """Hang the tree whose root is `top` below `parent`."""
        self.parent[top], self.weight[top] = parent, weight

    def cut(self, node: int) -> None:
        """Make `node` the root of its own tree."""
        self.parent[node], self.weight[node] = NOBODY, 0.0

    def root(self, node: int) -> int:
        """The root of the tree that holds `node`."""
        while self.parent[node] != NOBODY:
            node = int(self.parent[node])
        return node

    def evert(self, node: int) -> None:
        """Turn the tree so that `node` is its root."""
        above, weight = NOBODY, 0.0
        while node != NOBODY:
            up, heavier = int(self.parent[node]), float(self.weight[node])
            self.parent[node], self.weight[node] = above, weight
            above, weight, node = node, heavier, up

    def parts(self, heads: list[int]) -> NDArray[np.int32]:
        """int32[n]: which of the heads each node hangs on; nodes elsewhere get −1."""
        top = np.where(self.parent == NOBODY, np.arange(len(self.parent)), self.parent)
        while True:
            higher = top[top]
            if np.array_equal(higher, top):
                break
            top = higher
        number = np.full(len(self.parent), -1, dtype=np.int32)
        number[heads] = np.arange(len(heads))
        return number[top]

    def shorten(self, root: int, star: NDArray[np.float64]) -> bool:
        """Let every heaviest edge on a way to the root give place to a lighter edge of its star.

        The heaviest edges on the ways from all nodes to the root are found by pointer doubling.
        Each of those that some node could bypass is cut, and what hung on it is hung on the root
        by the lightest bypass. Below such an edge no other one of them lies in the way, so all
        are exchanged at once.

        Args:
            root: of the tree; the item that was added.
            star: float64[n], the weight of the edge from the root to each node, inf for none.

        Returns:
            Whether anything was exchanged.
        """
        heaviest, at = self.bottlenecks()
        bypass = np.flatnonzero(star < heaviest)
        if not len(bypass):
            return False
        by_edge = bypass[np.lexsort((star[bypass], at[bypass]))]
        first = np.ones(len(by_edge), dtype=bool)
        first[1:] = np.diff(at[by_edge]) != 0
        chosen = by_edge[first]
        cuts = at[chosen]
        self.parent[cuts], self.weight[cuts] = NOBODY, 0.0
        for node in chosen.tolist():
            self.evert(node)
            self.link(node, root, float(star[node]))
        return True

    def bottlenecks(self) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """The greatest weight between each node and its root, and the node below that edge."""
        nodes = np.arange(len(self.parent), dtype=np.int32)
        up = np.where(self.parent == NOBODY, nodes, self.parent)
        heaviest, at = self.weight.copy(), nodes.copy()
        while True:
            higher = heaviest[up]
            over = higher > heaviest
            heaviest[over], at[over] = higher[over], at[up[over]]
            further = up[up]
            if np.array_equal(further, up):
                return heaviest, at
            up = further
