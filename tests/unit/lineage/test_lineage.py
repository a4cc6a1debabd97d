import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from muserd.ground.cosines import Cosines, KnownVectors, exact
from muserd.lineage import forest, spanning
from muserd.lineage.forest import NOBODY, Lineage
from muserd.lineage.spanning import ALIKE, WEAK_WEIGHT, WINDOW_MS, weigh

DAY_MS = 86_400_000


def space(
    count: int, seed: int = 0, days: float = 400, groups: int = 8
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Vectors in groups, spread over time."""
    rng = np.random.default_rng(seed)
    middles = rng.normal(size=(groups, 24))
    vectors = middles[rng.integers(0, groups, count)] + rng.normal(size=(count, 24)) * 0.5
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    times = (rng.random(count) * days * DAY_MS).astype(np.int64)
    return vectors.astype(np.float32), times


def star(vectors: NDArray[np.float32], row: int) -> Cosines:
    """The cosines of a row to all."""
    return Cosines.known(vectors @ vectors[row])


def oracle(vectors: NDArray[np.float32], times: NDArray[np.int64]) -> float:
    """The weight of the exact tree, from the matrix of all pairs."""
    weights = weigh(vectors @ vectors.T, times[:, None] - times[None, :])
    np.fill_diagonal(weights, 0)
    # Sparse, and a hair above zero: a dense 0, or nearly 0, is no edge to scipy.
    return float(minimum_spanning_tree(csr_matrix(weights + 1e-9)).sum())


def weight(lineage: Lineage, rows: NDArray[np.intp]) -> float:
    joined = rows[lineage.parent[rows] != NOBODY]
    cosine = lineage.cosine[joined].astype(np.float64)
    return float((1 - cosine + WEAK_WEIGHT * lineage.weak[joined]).sum())


def check(
    lineage: Lineage,
    vectors: NDArray[np.float32],
    times: NDArray[np.int64],
    present: NDArray[np.bool_],
) -> None:
    """One tree over the present rows, rooted at the earliest, honest about every edge."""
    rows = np.flatnonzero(present)
    assert (lineage.parent[~present] == NOBODY).all()
    if not len(rows):
        return
    root = forest.root_of(times, present)
    assert lineage.parent[root] == NOBODY
    children = rows[rows != root]
    parents = lineage.parent[children]
    assert present[parents].all()
    up = lineage.parent.copy()
    up[root] = root
    for _ in range(len(rows).bit_length()):
        up[rows] = up[up[rows]]
    assert (up[rows] == root).all()
    cosine = np.einsum("ij,ij->i", vectors[children], vectors[parents])
    assert np.allclose(lineage.cosine[children], cosine, atol=1e-5)
    near = np.abs(times[children] - times[parents]) < WINDOW_MS
    clear = np.abs(cosine - ALIKE) > 1e-5
    assert (lineage.weak[children] == ~(near | (cosine > ALIKE)))[clear].all()
    assert weight(lineage, rows) == pytest.approx(oracle(vectors[rows], times[rows]), abs=1e-3)


@pytest.mark.parametrize(("count", "days"), [(2, 10), (50, 100), (400, 300), (1500, 5000)])
@pytest.mark.parametrize("with_lists", [False, True])
def test_it_weighs_what_the_exact_tree_weighs(count: int, days: float, with_lists: bool) -> None:
    """With or without neighbour lists, the tree is a minimum spanning tree over all pairs."""
    vectors, times = space(count, days=days)
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, -2)
    knn = np.argsort(-alike, axis=1)[:, :15].astype(np.int32) if with_lists else None
    if count == 2:
        knn = None
    grown = forest.grow(vectors, times, knn)
    check(grown, vectors, times, np.ones(count, dtype=np.bool_))


@pytest.mark.parametrize("block", [7, 64])
def test_small_blocks_give_the_same_tree(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pairs are compared in blocks; their size decides nothing."""
    monkeypatch.setattr(spanning, "BLOCK", block)
    vectors, times = space(300, seed=1)
    check(forest.grow(vectors, times), vectors, times, np.ones(300, dtype=np.bool_))


def test_large_maps_find_what_is_near_in_time() -> None:
    """Beyond the pairs that are compared, lists and time still give one tree, not much heavier."""
    vectors, times = space(800, seed=2, days=200)
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, -2)
    knn = np.argsort(-alike, axis=1)[:, :15].astype(np.int32)
    edges = spanning.span(vectors, times, knn, exact_pairs=800 * 60)
    assert len(edges.ends) == 799
    assert edges.weight.sum() <= oracle(vectors, times) * 1.1


def test_the_earliest_is_the_root() -> None:
    """Equal times: the first row."""
    vectors, times = space(40)
    times[[7, 3]] = -5 * DAY_MS
    assert forest.grow(vectors, times).parent[3] == NOBODY


def test_parts_far_apart_are_joined_weakly() -> None:
    """Two bursts a year apart with nothing in common: one weak edge, and it says so."""
    vectors = np.zeros((60, 4), dtype=np.float32)
    vectors[:30, 0] = vectors[30:, 1] = 1
    times = np.arange(60) * 1000 + np.repeat([0, 365 * DAY_MS], 30)
    grown = forest.grow(vectors, times.astype(np.int64))
    assert grown.weak.sum() == 1
    check(grown, vectors, times.astype(np.int64), np.ones(60, dtype=np.bool_))


@pytest.mark.parametrize("same_time", [False, True])
def test_duplicates_hang_together(same_time: bool) -> None:
    """Edges of weight zero are edges; missing times, all equal, are no obstacle."""
    vectors, times = space(120)
    vectors[20:90] = vectors[20]
    if same_time:
        times[:] = 0
    check(forest.grow(vectors, times), vectors, times, np.ones(120, dtype=np.bool_))


def test_nobody_and_one() -> None:
    """No item, no tree; one item is a root."""
    vectors, times = space(3)
    none = np.zeros(3, dtype=np.bool_)
    assert (forest.grow(vectors, times, present=none).parent == NOBODY).all()
    none[1] = True
    assert (forest.grow(vectors, times, present=none).parent == NOBODY).all()
    assert len(forest.empty().parent) == 0


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.lists(st.tuples(st.booleans(), st.integers(0, 39)), min_size=1, max_size=50),
)
def test_coming_and_going_keeps_the_tree_minimal(seed: int, steps: list[tuple[bool, int]]) -> None:
    """After any sequence of arrivals and departures it weighs what a rebuild weighs."""
    vectors, times = space(40, seed=seed, days=150)
    if seed % 3 == 0:
        vectors[10:20] = vectors[10]
    if seed % 5 == 0:
        times[:] = times[0]
    present = np.arange(40) < 20
    lineage = forest.grow(vectors, times, present=present)
    check(lineage, vectors, times, present)
    for arrives, row in steps:
        if arrives and not present[row]:
            lineage = forest.insert(lineage, row, star(vectors, row), times, present)
            present[row] = True
        elif not arrives and present[row]:
            lineage = forest.remove(lineage, row, KnownVectors(vectors), times, present)
            present[row] = False
        check(lineage, vectors, times, present)


def test_an_item_goes_after_dates_changed() -> None:
    """The earliest item is no more the root of the tree at hand: it is one tree all the same."""
    vectors, times = space(30, seed=5)
    present = np.ones(30, dtype=np.bool_)
    lineage = forest.grow(vectors, times)
    times[np.flatnonzero(lineage.parent != NOBODY)[:3]] = times.min() - DAY_MS
    for row in (20, int(np.flatnonzero(lineage.parent == NOBODY)[0]), 7):
        lineage = forest.remove(lineage, row, KnownVectors(vectors), times, present)
        present[row] = False
        assert np.flatnonzero(present & (lineage.parent == NOBODY)).tolist() == [
            forest.root_of(times, present)
        ]


def test_an_arrival_leaves_most_parents_alone() -> None:
    """Only items with a lighter edge to the newcomer, or on the way, change their parent."""
    vectors, times = space(500, seed=3)
    present = np.arange(500) < 499
    before = forest.grow(vectors, times, present=present)
    after = forest.insert(before, 499, star(vectors, 499), times, present)
    assert (before.parent != after.parent).sum() < 50


def test_removal_without_all_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a large map the parts are rejoined by lists and time: still one tree."""
    monkeypatch.setattr(forest, "REJOIN_PAIRS", 0)
    vectors, times = space(200, seed=4)
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, -2)
    knn = np.argsort(-alike, axis=1)[:, :15].astype(np.int32)
    present = np.ones(200, dtype=np.bool_)
    lineage = forest.grow(vectors, times)
    for row in range(0, 60, 3):
        lineage = forest.remove(lineage, row, KnownVectors(vectors), times, present, knn)
        present[row] = False
        rows = np.flatnonzero(present)
        assert (lineage.parent[rows] == NOBODY).sum() == 1
    assert weight(lineage, rows) <= oracle(vectors[rows], times[rows]) * 1.2


def test_the_smaller_parts_are_compared_with_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """So the tree stays exact when few items hang on what leaves, however many stay behind."""
    vectors, times = space(120, seed=6)
    knn = np.full((120, 15), -1, dtype=np.int32)  # lists that know nothing
    lineage = forest.grow(vectors, times)
    parents = {row: int(above) for row, above in enumerate(lineage.parent)}
    tried = 0
    for row in range(120):
        sizes = {child: 0 for child, above in parents.items() if above == row}
        for node in range(120):
            top = node
            while parents[top] not in {row, NOBODY}:
                top = parents[top]
            if top in sizes:
                sizes[top] += 1
        parts = sorted([*sizes.values(), 119 - sum(sizes.values())])
        if len(parts) < 2 or parts[0] == 0 or sum(parts[:-1]) > 20:
            continue
        tried += 1
        monkeypatch.setattr(forest, "REJOIN_PAIRS", sum(parts[:-1]) * 120)
        present = np.arange(120) != row
        check(
            forest.remove(lineage, row, KnownVectors(vectors), times, np.ones(120, np.bool_), knn),
            vectors,
            times,
            present,
        )
    assert tried > 10


def test_rows_without_an_item_do_not_count() -> None:
    """Wherever they stand and whoever lists them: the tree is that of the rest, renumbered."""
    vectors, times = space(60, seed=8)
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, -2)
    knn = np.argsort(-alike, axis=1)[:, :15].astype(np.int32)
    knn[:, 12:] = -1
    present = np.ones(60, dtype=np.bool_)
    present[[0, 7, 8, 58, 59]] = False
    check(forest.grow(vectors, times, knn, present), vectors, times, present)


@pytest.mark.parametrize("with_lists", [False, True])
def test_a_large_part_is_joined_by_lists_where_there_are_any(
    with_lists: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists name the pairs that are weighed; without them all pairs are."""
    vectors, times = space(200, seed=9, groups=2)
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, -2)
    knn = np.argsort(-alike, axis=1)[:, :15].astype(np.int32) if with_lists else None
    lineage = forest.grow(vectors, times)
    compared: list[int] = []

    def counting(cosine: NDArray[np.float32], apart: NDArray[np.int64]) -> NDArray[np.float64]:
        compared.append(cosine.ndim)
        return weigh(cosine, apart)

    monkeypatch.setattr(forest, "weigh", counting)
    monkeypatch.setattr(forest, "REJOIN_PAIRS", 0)
    for row in range(0, 200, 5):
        present = np.arange(200) != row
        left = forest.remove(
            lineage, row, KnownVectors(vectors), times, np.ones(200, np.bool_), knn
        )
        assert (left.parent[present] == NOBODY).sum() == 1
    assert (2 in compared) == (not with_lists)  # whole blocks


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from([0.003, 0.05, 0.4]))
def test_cosines_within_an_error_make_the_same_tree(seed: int, error: float) -> None:
    """Whatever the error leaves open is made exact: by the store, when the daemon runs."""
    vectors, times = space(60, seed, days=90)
    known, read = Lossy(vectors, error, seed), KnownVectors(vectors)
    exactly = roughly = forest.empty()
    present = np.zeros(60, np.bool_)
    for row in np.random.default_rng(seed).integers(0, 60, 120).tolist():
        if present[row]:
            exactly = forest.remove(exactly, row, read, times, present)
            roughly = forest.remove(roughly, row, known, times, present)
        else:
            one = Cosines.known(exact(vectors, vectors[row]))
            exactly = forest.insert(exactly, row, one, times, present)
            roughly = forest.insert(roughly, row, known.of(row), times, present)
        present[row] = not present[row]
        assert roughly.parent.tolist() == exactly.parent.tolist()
        np.testing.assert_allclose(roughly.cosine, exactly.cosine, atol=1e-6)


def test_crossings_are_listed_or_next_to_each_other_in_time() -> None:
    """All pairs of a member and an outsider of which one of the two holds, and no others."""
    rng = np.random.default_rng(0)
    for _ in range(20):
        knn = np.argsort(rng.random((30, 30)), axis=1)[:, :4].astype(np.int32)
        knn[rng.random((30, 4)) < 0.3] = -1
        times = rng.permutation(30).astype(np.int64) * DAY_MS
        side = rng.integers(0, 3, 30)  # member, outsider, gone
        members, outside = np.flatnonzero(side == 0), side == 1
        inside, beyond = forest._listed_crossings(members, outside, times, knn)
        expected = {(m, n) for m in members.tolist() for n in knn[m].tolist() if n >= 0 <= side[n]}
        expected = {(m, n) for m, n in expected if outside[n]}
        in_order = [row for row in np.argsort(times).tolist() if side[row] < 2]
        for one, other in itertools.pairwise(in_order):
            if side[one] != side[other]:
                expected.add((one, other) if side[one] == 0 else (other, one))
        assert set(zip(inside.tolist(), beyond.tolist(), strict=True)) == expected


@pytest.mark.parametrize("budget", [3, 12, 13, 36, 400])
def test_parts_are_joined_by_the_best_edges_of_those_that_are_looked_at(budget: int) -> None:
    """All of the smaller parts' items while the budget allows; then some of each, evenly.

    The result is one tree; exact with a budget for all of them.
    """
    rng = np.random.default_rng(7)
    vectors = rng.normal(size=(36, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    part = np.repeat(np.arange(6), 6)  # chains of six, each a part
    ends = np.array([(row, row + 1) for row in range(35) if part[row] == part[row + 1]])
    start = spanning.Edges(ends.astype(np.intp), np.full(len(ends), 0.1))
    joined = spanning._join(vectors, start, budget * 36)
    graph = csr_matrix((np.ones(35), joined.ends.T), shape=(36, 36))
    assert connected_components(graph, directed=False)[0] == 1
    added = joined.weight[joined.weight >= WEAK_WEIGHT] - WEAK_WEIGHT
    assert len(added) == 5
    apart = 1.0 - vectors @ vectors.T
    between = np.array([[apart[part == a][:, part == b].min() for b in range(6)] for a in range(6)])
    np.fill_diagonal(between, 0)
    least = float(minimum_spanning_tree(csr_matrix(between)).sum())
    assert added.sum() >= least - 1e-5
    if budget >= 36:
        assert added.sum() == pytest.approx(least, abs=1e-5)


def test_some_of_each_part_are_looked_at() -> None:
    """Sorted, the first of each part at least, the others evenly."""
    part = np.array([2, 0, 0, 1, 2, 2, 1, 0, 2, 2], dtype=np.int32)
    some = spanning._spread(np.arange(10), part, 4)
    by_part = [1, 2, 7, 3, 6, 0, 4, 5, 8, 9]
    evenly = {by_part[0], by_part[3], by_part[6], by_part[9]}
    assert set(some.tolist()) == {1, 3, 0} | evenly


class Lossy:
    """Vectors of which the cosines are off, at most by an error."""

    def __init__(self, vectors: NDArray[np.float32], error: float, seed: int) -> None:
        self._vectors, self._rng = vectors, np.random.default_rng(seed)
        self._errors = np.full(len(vectors), error, np.float32)

    def of(self, row: int) -> Cosines:
        values = self._off(exact(self._vectors, self._vectors[row]))
        return Cosines(self._vectors[row], values, self._errors, lambda rows: self._vectors[rows])

    def compare(self, slots: NDArray[np.intp]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return self._off(self._vectors[slots] @ self._vectors.T), self._errors

    def pairs(self, ones: NDArray[np.intp], others: NDArray[np.intp]) -> NDArray[np.float32]:
        return exact(self._vectors[ones], self._vectors[others])

    def _off(self, cosines: NDArray[np.float32]) -> NDArray[np.float32]:
        error = 0.99 * float(self._errors[0])
        return (cosines + self._rng.uniform(-error, error, cosines.shape)).astype(np.float32)
