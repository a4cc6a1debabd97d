"""UMAP's optimiser, for all items at once and the same on any number of threads.

Like `optimize_layout_euclidean` of umap-learn it draws edges in proportion to their weights, each
with a few random items to keep away from. Unlike it, every item computes its own move of an epoch
from where the others stood before it, with its own random numbers; so items may be moved in
parallel and the result does not depend on how. Runs in the layout worker (numba); the compiled
code is kept in the cache folder.
"""

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from muserd.layout.graph import Graph

PER_THREAD = 1000  # items; with fewer, threads wait for one another longer than they work


@dataclass(frozen=True, slots=True)
class Schedule:
    """How an optimisation goes.

    Attributes:
        epochs: rounds; in each the strongest edges are drawn, the others in proportion.
        rate: of the first round; it falls to 0 linearly.
        repelling: random items per drawn edge.
        gamma: the weight of keeping away.
        seed: of the random numbers.
    """

    epochs: int
    rate: float = 1.0
    repelling: int = 5
    gamma: float = 1.0
    seed: int = 42


@dataclass(frozen=True, slots=True)
class Anchors:
    """What holds items where they were.

    Attributes:
        places: float32[n, 2], where each is held; rows that are not held may hold anything finite.
        hold: float32[n], times the rate the share of the way back per epoch, 0 for none.
        freedom: float32[n], factor on the item's own rate; 0 pins it.
    """

    places: NDArray[np.float32]
    hold: NDArray[np.float32]
    freedom: NDArray[np.float32]


def descend(
    places: NDArray[np.float32],
    graph: Graph,
    a: float,
    b: float,
    schedule: Schedule,
    anchors: Anchors | None = None,
) -> NDArray[np.float32]:
    """Optimise a layout.

    Args:
        places: float32[n, 2], finite: where to start.
        graph: over the same items.
        a: of the curve of nearness,
        b: 1 / (1 + a d^2b).
        schedule: how long and how fast.
        anchors: what holds items; None for a free layout.

    Returns:
        float32[n, 2].

    Guarantee: deterministic; the same on any number of threads.
    """
    count = len(places)
    if anchors is None:
        nothing = np.zeros(count, np.float32)
        anchors = Anchors(places, nothing, np.ones(count, np.float32))
    current = np.ascontiguousarray(places, dtype=np.float32).copy()
    following = current.copy()
    period = (graph.weights.max(initial=1e-12) / graph.weights).astype(np.float32)
    due, due_away = period.copy(), period / np.float32(max(schedule.repelling, 1))
    state = _states(count, schedule.seed)
    threads = min(numba.config.NUMBA_NUM_THREADS, max(count // PER_THREAD, 1))
    numba.set_num_threads(threads)
    for epoch in range(schedule.epochs):
        rate = schedule.rate * (1.0 - epoch / schedule.epochs)
        _epoch(
            current, following, graph.starts, graph.ends, period, due, due_away, state,
            np.float32(epoch), np.float32(rate), np.float32(a), np.float32(b),
            np.float32(schedule.gamma), np.float32(schedule.repelling),
            anchors.places, anchors.hold, anchors.freedom,
        )  # fmt: skip
        current, following = following, current
    return current


def _states(count: int, seed: int) -> NDArray[np.uint64]:
    """uint64[n]: a random state per item (splitmix64), never 0."""
    with np.errstate(over="ignore"):
        state = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        state ^= np.uint64(seed) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state ^= state >> np.uint64(31)
    return state | np.uint64(1)


@numba.njit(cache=True, parallel=True, fastmath=True, nogil=True, error_model="numpy")
def _epoch(  # type: ignore[no-untyped-def]
    current, following, starts, ends, period, due, due_away, state,
    epoch, rate, a, b, gamma, repelling, held_at, hold, freedom,
):  # fmt: skip
    count = current.shape[0]
    for i in numba.prange(count):
        step = rate * freedom[i]
        x, y = current[i, 0], current[i, 1]
        if step > 0:
            random = state[i]
            for edge in range(starts[i], starts[i + 1]):
                if due[edge] > epoch:
                    continue
                j = ends[edge]
                dx, dy = x - current[j, 0], y - current[j, 1]
                squared = dx * dx + dy * dy
                if squared > 0:
                    pull = _pull(squared, a, b)
                    # The edge is drawn from both ends, and each draw moves both: twice.
                    x += np.float32(2.0) * step * _clip(pull * dx)
                    y += np.float32(2.0) * step * _clip(pull * dy)
                due[edge] += period[edge]
                interval = period[edge] / repelling
                draws = np.int64((epoch - due_away[edge]) / interval)
                for _ in range(draws):
                    random ^= random << np.uint64(13)
                    random ^= random >> np.uint64(7)
                    random ^= random << np.uint64(17)
                    k = np.int64(random % np.uint64(count))
                    if k == i:
                        continue
                    dx, dy = x - current[k, 0], y - current[k, 1]
                    squared = dx * dx + dy * dy
                    if squared > 0:
                        push = _push(squared, a, b, gamma)
                        x += step * _clip(push * dx)
                        y += step * _clip(push * dy)
                if draws > 0:
                    due_away[edge] += draws * interval
            state[i] = random
            back = min(hold[i] * rate, np.float32(1.0))
            x += back * (held_at[i, 0] - x)
            y += back * (held_at[i, 1] - y)
        following[i, 0] = x
        following[i, 1] = y


@numba.njit(inline="always")
def _pull(squared, a, b):  # type: ignore[no-untyped-def]
    """How strongly an edge draws its ends together, per unit between them; negative."""
    power = squared ** (b - np.float32(1.0))
    return np.float32(-2.0) * a * b * power / (a * power * squared + np.float32(1.0))


@numba.njit(inline="always")
def _push(squared, a, b, gamma):  # type: ignore[no-untyped-def]
    """How strongly two items without an edge keep apart, per unit between them."""
    near = (np.float32(0.001) + squared) * (a * squared**b + np.float32(1.0))
    return np.float32(2.0) * gamma * b / near


@numba.njit(cache=True, fastmath=True, nogil=True)
def _clip(value):  # type: ignore[no-untyped-def]
    # As UMAP's: no draw moves an item farther along an axis, at full rate.
    return min(max(value, np.float32(-4.0)), np.float32(4.0))
