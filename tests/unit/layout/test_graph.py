from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq

from muserd.layout import descent
from muserd.layout.graph import Graph, curve, fuzzy_graph
from muserd.layout.warm import found_islands, seat, unchanged


@pytest.mark.slow  # umap compiles when it is imported
@pytest.mark.filterwarnings("ignore")
def test_the_graph_is_umaps(spaces: Any) -> None:
    """Edges and weights equal those of umap-learn for the same neighbour lists."""
    umap_ = pytest.importorskip("umap.umap_")
    vectors, _ = spaces.blobs(200)
    rows, cosines = spaces.nearest(vectors)
    ours = fuzzy_graph(rows, cosines, 15)
    itself = np.arange(200, dtype=np.int32)[:, None]
    indices = np.concatenate([itself, rows[:, :14]], axis=1)
    distances = np.concatenate([np.zeros((200, 1)), 1 - cosines[:, :14]], axis=1)
    theirs, _, _ = umap_.fuzzy_simplicial_set(
        vectors, 15, np.random.RandomState(0), "cosine",
        knn_indices=indices, knn_dists=distances.astype(np.float32),
    )  # fmt: skip
    dense = np.zeros((200, 200))
    dense[ours.rows, ours.ends] = ours.weights
    assert np.abs(dense - theirs.toarray()).max() < 1e-3
    a, b = umap_.find_ab_params(1.0, 0.1)
    assert curve(0.1) == pytest.approx((a, b), rel=1e-6)


def test_the_graph_is_symmetric(spaces: Any) -> None:
    """Who is tied to another has the other tied to it, as strongly."""
    rows, cosines = spaces.nearest(spaces.blobs(100)[0])
    graph = fuzzy_graph(rows, cosines, 15)
    dense = np.zeros((100, 100))
    dense[graph.rows, graph.ends] = graph.weights
    assert np.array_equal(dense, dense.T)
    assert (np.diag(dense) == 0).all()
    assert graph.strongest(1).weights.min() == graph.weights.max()


def test_threads_do_not_decide(spaces: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread or several: the same places to the bit."""
    rows, cosines = spaces.nearest(spaces.blobs(300)[0])
    graph = fuzzy_graph(rows, cosines, 15)
    start = np.random.default_rng(0).normal(size=(300, 2)).astype(np.float32)
    monkeypatch.setattr(descent, "PER_THREAD", 10_000)
    alone = descent.descend(start, graph, 1.577, 0.895, descent.Schedule(20))
    monkeypatch.setattr(descent, "PER_THREAD", 1)
    assert np.array_equal(alone, descent.descend(start, graph, 1.577, 0.895, descent.Schedule(20)))
    assert not np.array_equal(alone, start)


def test_pinned_items_do_not_move(spaces: Any) -> None:
    """Without freedom an item stays to the bit; one that is held goes less far."""
    rows, cosines = spaces.nearest(spaces.blobs(200)[0])
    graph = fuzzy_graph(rows, cosines, 15)
    start = np.random.default_rng(0).normal(size=(200, 2)).astype(np.float32)
    start = descent.descend(start, graph, 1.577, 0.895, descent.Schedule(200))
    far = []
    for share in (0.0, 4.0):
        freedom, hold = np.ones(200, np.float32), np.full(200, share, np.float32)
        freedom[:50] = 0
        anchors = descent.Anchors(start, hold, freedom)
        schedule = descent.Schedule(60, 0.15, gamma=5.0)
        moved = descent.descend(start, graph, 1.577, 0.895, schedule, anchors)
        far.append(np.linalg.norm(moved - start, axis=1))
    assert (far[0][:50] == 0).all()
    assert np.median(far[1][50:]) < 0.7 * np.median(far[0][50:])


def test_unchanged_neighbourhoods(spaces: Any) -> None:
    """All of it where nobody came; nothing for newcomers; less where newcomers are near."""
    rows, _ = spaces.nearest(spaces.blobs(120)[0])
    settled = np.ones(120, dtype=np.bool_)
    assert (unchanged(rows, settled) == 1).all()
    settled[:12] = False
    same = unchanged(rows, settled)
    assert (same[:12] == 0).all()
    touched = (rows[:, :15] < 12).any(axis=1) & settled
    assert (same[touched] < 1).all()
    assert (same[settled & ~touched] == 1).all()


def test_newcomers_sit_with_their_neighbours(spaces: Any) -> None:
    """The weighted mean of those who stand; who knows only newcomers is seated after them."""
    vectors, member = spaces.blobs(120)
    rows, cosines = spaces.nearest(vectors)
    graph = fuzzy_graph(rows, cosines, 15)
    places = np.stack([member, member], axis=1).astype(np.float32) * 10
    standing = np.arange(120) >= 12
    places[~standing] = np.nan
    seated = seat(graph, places, standing)
    assert np.array_equal(seated[standing], places[standing])
    assert np.abs(seated[:12, 0] - member[:12] * 10).max() < 5


def test_islands_keep_their_distance(spaces: Any) -> None:
    """A new kind starts on free land; those of known kinds and the settled do not move."""
    vectors, member = spaces.blobs(210, groups=7)
    rows, cosines = spaces.nearest(vectors)
    graph = fuzzy_graph(rows, cosines, 15)
    rng = np.random.default_rng(0)
    seated = rng.normal(0, 1, (210, 2)).astype(np.float32)
    standing = (member != 6) & (np.arange(210) > 20)
    placed = found_islands(graph, seated, standing)
    known = member != 6
    assert np.array_equal(placed[known], seated[known])
    island = placed[~known]
    apart = np.linalg.norm(island[:, None] - placed[None, standing], axis=2)
    assert apart.min() > 0
    middle = island.mean(axis=0)
    assert (
        np.linalg.norm(island - middle, axis=1).max()
        < np.linalg.norm(placed[standing] - middle, axis=1).min() * 1.5
    )


@pytest.mark.parametrize("far", [False, True])
@pytest.mark.parametrize("size", [6, 15])
def test_memberships_sum_to_the_logarithm_of_the_neighbourhood(far: bool, size: int) -> None:
    """By a root finder, for near and for far neighbours: σ is below 1 and above.

    Where only one row knows anybody, its edges are its memberships.
    """
    rng = np.random.default_rng(size)
    distances = np.sort(rng.uniform(1.6, 2.0, size - 1) if far else rng.uniform(0, 0.1, size - 1))
    distances[0] = 0.1 if far else 0.01
    rows = np.full((40, 30), -1, dtype=np.int32)
    rows[0, : size - 1] = np.arange(1, size)
    cosines = np.zeros((40, 30), dtype=np.float32)
    cosines[0, : size - 1] = 1 - distances
    graph = fuzzy_graph(rows, cosines, size)
    beyond = distances - distances.min()
    sigma = brentq(lambda s: np.exp(-beyond / s).sum() - np.log2(size), 1e-6, 100)
    assert (sigma > 1) == far
    assert graph.ends[: size - 1].tolist() == list(range(1, size))
    np.testing.assert_allclose(graph.weights[: size - 1], np.exp(-beyond / sigma), rtol=1e-3)


def test_duplicates_and_the_nearest_of_the_others_are_full_members() -> None:
    """What float32 makes of a cosine of 1 is no distance; padding is nobody."""
    rows = np.full((12, 30), -1, dtype=np.int32)
    rows[0, :4] = [1, 2, 3, 4]
    cosines = np.zeros((12, 30), dtype=np.float32)
    cosines[0, :4] = [1.0000001, 0.9999999, 0.8, 0.3]
    graph = fuzzy_graph(rows, cosines, 15)
    assert graph.weights[:3].tolist() == [1, 1, 1]
    assert 0 < graph.weights[3] < 1
    assert len(graph.ends) == 8


def test_a_union_of_both_directions_is_that_of_probabilities() -> None:
    """A + b − a b."""
    rows = np.full((3, 30), -1, dtype=np.int32)
    rows[0, :2], rows[2, :1] = [1, 2], [0]
    cosines = np.zeros((3, 30), dtype=np.float32)
    cosines[0, :2], cosines[2, 0] = [0.9, 0.5], 0.5
    graph = fuzzy_graph(rows, cosines, 3)
    assert graph.starts.tolist() == [0, 2, 3, 4]
    assert graph.ends.tolist() == [1, 2, 0, 0]
    assert graph.weights[1] == graph.weights[3] == 1.0  # the only neighbour of 2: a full member


def test_the_strongest_are_those_that_are_drawn_in_time() -> None:
    """An edge of a tenth of the greatest weight is drawn in ten epochs, not in nine."""
    graph = Graph(
        np.array([0, 2, 3, 4]),
        np.array([1, 2, 0, 0], np.int32),
        np.array([1, 0.125, 1, 0.125], np.float32),
    )
    assert graph.strongest(8).starts.tolist() == [0, 2, 3, 4]
    fewer = graph.strongest(7)
    assert (fewer.starts.tolist(), fewer.ends.tolist()) == ([0, 1, 2, 2], [1, 0])
    assert graph.rows.tolist() == [0, 0, 1, 2]


@pytest.mark.parametrize("min_dist", [0.0, 0.1, 0.5])
def test_the_curve_is_the_best_one(min_dist: float) -> None:
    """No neighbouring a or b fits the plateau and its exponential shore better."""
    a, b = curve(min_dist)
    distance = np.linspace(0, 3, 300)
    wanted = np.exp(-np.maximum(distance - min_dist, 0))

    def off(a: float, b: float) -> float:
        return float(((1 / (1 + a * distance ** (2 * b)) - wanted) ** 2).sum())

    for other_a, other_b in [(1.01, 1), (0.99, 1), (1, 1.01), (1, 0.99)]:
        assert off(a, b) < off(a * other_a, b * other_b)
