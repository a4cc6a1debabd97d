"""How good a map is, and how far a refit moved it."""

import numpy as np
from numpy.typing import NDArray

from muserd.ground.records import Drift, Quality
from muserd.layout.register import radius

BLOCK = 128  # sampled rows that are compared at a time,
BLOCK_NUMBERS = 2**24  # or fewer on a large map: each number takes some 30 bytes meanwhile
NO_REGION = -1


def quality(
    vectors: NDArray[np.float32],
    places: NDArray[np.float32],
    k: int = 15,
    sample: int = 1000,
    seed: int = 42,
) -> Quality:
    """How well neighbourhoods are kept, over a sample of the items.

    Args:
        vectors: float32[n, d], unit length.
        places: float32[n, 2].
        k: the size of a neighbourhood; smaller maps use half of what they have.
        sample: items at most.
        seed: of the sample.

    Returns:
        Trustworthiness (Venna, Kaski 2001, doi:10.1007/3-540-44668-0_68): neighbours on the map
        that are none by vector cost their rank. Recall: see `Quality`.
    """
    count = len(vectors)
    k = min(k, max((count - 1) // 2, 1))
    if count < 4:
        return Quality(1.0, 1.0, count)
    rows = np.arange(count)
    if count > sample:
        rows = np.sort(np.random.default_rng(seed).choice(count, sample, replace=False))
    penalty, hits = 0.0, 0
    points = places.astype(np.float64)
    size = max(1, min(BLOCK, BLOCK_NUMBERS // count))
    for some in np.array_split(rows, -(-len(rows) // size)):
        alike = vectors[some] @ vectors.T
        apart = np.zeros((len(some), count))
        for axis in (0, 1):
            apart += (points[some, None, axis] - points[None, :, axis]) ** 2
        itself = np.arange(len(some))
        alike[itself, some], apart[itself, some] = -np.inf, np.inf
        near = np.argpartition(apart, k, axis=1)[:, :k]
        given = np.take_along_axis(alike, near, axis=1)
        least = -np.partition(-alike, k - 1, axis=1)[:, k - 1]
        hits += int((given >= least[:, None]).sum())
        for row, column in zip(*np.nonzero(given < least[:, None]), strict=True):
            # Equals share the best rank: duplicates are no one's fault.
            penalty += int((alike[row] > given[row, column]).sum()) + 1 - k
    worst = len(rows) * k * (2 * count - 3 * k - 1) / 2
    return Quality(
        round(1.0 - penalty / worst if worst > 0 else 1.0, 6),
        round(hits / (len(rows) * k), 6),
        len(rows),
    )


def recall_lost(
    places: NDArray[np.float32],
    neighbours: NDArray[np.int32],
    shown: NDArray[np.bool_],
    settled: NDArray[np.bool_],
    k: int = 15,
    sample: int = 256,
    seed: int = 42,
) -> float:
    """By how much the recall of neighbours fell since the fit, without looking at vectors.

    The recall among all that is shown is compared with that among the settled items alone, whose
    places and likenesses are as they were: so it is 0 right after a fit, whatever the map is like.

    Args:
        places: float32[n, 2]; rows that are not shown may hold anything.
        neighbours: int32[n, m] rows, nearest first, −1 pads; m well above `k`.
        shown: bool[n], rows on the map.
        settled: bool[n], those of them that the fit contained.
        k: the size of a neighbourhood.
        sample: items at most.
        seed: of the sample.
    """
    rows = np.flatnonzero(shown)
    if len(rows) > sample:
        rows = np.sort(np.random.default_rng(seed).choice(rows, sample, replace=False))
    then = _recall(places, neighbours, rows[settled[rows]], settled, k)
    return then - _recall(places, neighbours, rows, shown, k)


def _recall(
    places: NDArray[np.float32],
    neighbours: NDArray[np.int32],
    rows: NDArray[np.intp],
    among: NDArray[np.bool_],
    k: int,
) -> float:
    """The share of the nearest by vector that are nearest on the map; 1 for no rows."""
    others = np.flatnonzero(among)
    points = places[others]
    hits = told = 0
    for row in rows.tolist():
        true = neighbours[row]
        true = true[(true >= 0) & among[true]][:k]
        if not len(true):
            continue
        apart = ((points - places[row]) ** 2).sum(axis=1)
        apart[others == row] = np.inf
        near = np.argpartition(apart, len(true) - 1)[: len(true)]
        hits += len(np.intersect1d(others[near], true))
        told += len(true)
    return hits / told if told else 1.0


def drift(
    old: NDArray[np.float32],
    new: NDArray[np.float32],
    old_labels: NDArray[np.int32],
    new_labels: NDArray[np.int32],
) -> Drift:
    """How far common items moved.

    Args:
        old: float32[n, 2], places before.
        new: float32[n, 2], places of the same items after.
        old_labels: int32[n, 3], their regions before, −1 for none.
        new_labels: int32[n, 3], their regions after.
    """
    if not len(old):
        return Drift(0.0, 0.0, 1.0, 0)
    apart = new.astype(np.float64) - old.astype(np.float64)
    moved = np.sqrt((apart**2).sum(axis=1)) / radius(old)
    was = old_labels != NO_REGION
    stays = (old_labels[:, :, None] == new_labels[:, None, :]).any(axis=2)
    kept = float(stays[was].mean()) if was.any() else 1.0
    p50, p95 = np.percentile(moved, [50, 95]).tolist()
    return Drift(round(p50, 6), round(p95, 6), round(kept, 6), len(old))
