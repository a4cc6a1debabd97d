"""The optimiser, against its formulas written out item by item in plain Python.

Attraction and repulsion are the gradients of UMAP's cross-entropy (arXiv:1802.03426, appendix C).
"""

import numpy as np
import pytest

from muserd.layout.descent import Anchors, Schedule, descend
from muserd.layout.graph import Graph

A, B = 1.577, 0.895
MASK = 2**64 - 1
RING = 12


def ring() -> tuple[np.ndarray, Graph]:
    """Items in a ring, tied to the next two by weights of which the periods are 1, 2 and 4."""
    weights = np.zeros((RING, RING))
    for i in range(RING):
        near, far = (i + 1) % RING, (i + 2) % RING
        weights[i, near] = weights[near, i] = (1.0, 0.5)[i % 2]
        weights[i, far] = weights[far, i] = 0.25
    rows, ends = np.nonzero(weights)
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=RING))])
    graph = Graph(starts, ends.astype(np.int32), weights[rows, ends].astype(np.float32))
    places = np.random.default_rng(3).normal(size=(RING, 2)) * 3 + (20, -7)
    places[5] = places[4]  # neighbours on one spot: no direction, no force
    return places.astype(np.float32), graph


def clip(value: float) -> float:
    return min(max(value, -4.0), 4.0)


def first_state(item: int, seed: int) -> int:
    """Splitmix64."""
    state = (item + 1) * 0x9E3779B97F4A7C15 & MASK
    state ^= seed * 0xBF58476D1CE4E5B9 & MASK
    state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    state = (state ^ (state >> 27)) * 0x94D049BB133111EB & MASK
    return (state ^ (state >> 31)) | 1


def following(state: int) -> int:
    """Xorshift64."""
    state ^= state << 13 & MASK
    state ^= state >> 7
    return state ^ (state << 17 & MASK)


def expected(
    places: np.ndarray, graph: Graph, schedule: Schedule, anchors: Anchors | None
) -> np.ndarray:
    """Every epoch as the module describes it, in double precision."""
    count = len(places)
    old = places.astype(np.float64)
    period = graph.weights.max() / graph.weights.astype(np.float64)
    due, due_away = period.copy(), period / schedule.repelling
    states = [first_state(item, schedule.seed) for item in range(count)]
    for epoch in range(schedule.epochs):
        rate = schedule.rate * (1 - epoch / schedule.epochs)
        new = old.copy()
        for i in range(count):
            step = rate * (anchors.freedom[i] if anchors else 1.0)
            if step == 0:
                continue
            here = old[i].copy()
            for edge in range(graph.starts[i], graph.starts[i + 1]):
                if due[edge] > epoch:
                    continue
                apart = here - old[graph.ends[edge]]
                squared = float(apart @ apart)
                if squared > 0:
                    pull = -2 * A * B * squared ** (B - 1) / (1 + A * squared**B)
                    here += [2 * step * clip(pull * one) for one in apart]
                due[edge] += period[edge]
                interval = period[edge] / schedule.repelling
                draws = int((epoch - due_away[edge]) / interval)
                for _ in range(draws):
                    states[i] = following(states[i])
                    other = states[i] % count
                    apart = here - old[other]
                    squared = float(apart @ apart)
                    if other != i and squared > 0:
                        away = 2 * schedule.gamma * B / (0.001 + squared) / (1 + A * squared**B)
                        here += [step * clip(away * one) for one in apart]
                due_away[edge] += draws * interval
            if anchors:
                here += min(anchors.hold[i] * rate, 1.0) * (anchors.places[i] - here)
            new[i] = here
        old = new
    return old


@pytest.mark.parametrize("epochs", [1, 2, 3, 9])
def test_every_epoch_moves_items_by_the_gradient(epochs: int) -> None:
    """Edges in proportion to their weights, four random items away from for each."""
    places, graph = ring()
    schedule = Schedule(epochs, rate=0.5, repelling=4, gamma=1.5, seed=11)
    moved = descend(places, graph, A, B, schedule)
    np.testing.assert_allclose(moved, expected(places, graph, schedule, None), atol=2e-4)
    assert np.abs(moved - places).max() > 0.1 or epochs == 1


def test_anchors_hold_and_pin() -> None:
    """A held item goes a share of its way back each epoch, all of it at most; a pinned one stays.

    The share is that of the rate of the epoch, not of the item's own.
    """
    places, graph = ring()
    anchors = Anchors(
        places + np.float32(2),
        np.linspace(0, 3, RING).astype(np.float32),
        np.where(np.arange(RING) % 5 == 0, 0, np.linspace(0.2, 3, RING)).astype(np.float32),
    )
    schedule = Schedule(6, rate=0.5, repelling=4, seed=2)
    moved = descend(places, graph, A, B, schedule, anchors)
    np.testing.assert_allclose(moved, expected(places, graph, schedule, anchors), atol=2e-4)
    assert np.array_equal(moved[::5], places[::5])


def test_none_repels_where_none_is_asked_for() -> None:
    """An edge alone draws its ends together until they nearly meet."""
    graph = Graph(np.array([0, 1, 2]), np.array([1, 0], np.int32), np.ones(2, np.float32))
    places = np.array([[0, 0], [3, 4]], dtype=np.float32)
    schedule = Schedule(200, rate=0.1, gamma=0.0)
    moved = descend(places, graph, A, B, schedule)
    assert np.linalg.norm(moved[0] - moved[1]) < 0.5
    np.testing.assert_allclose(moved.mean(axis=0), places.mean(axis=0), atol=1e-4)
