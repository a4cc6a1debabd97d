"""What a refit keeps: how firmly each item is held, and where newcomers start.

An item whose neighbours are the same as in the last fit is held where it stands; the more of them
changed, the freer it is. Anchors to earlier places come from Dynamic t-SNE (Rauber, Falcão, Telea
2016, doi:10.2312/eurovisshort.20161164), weighing them by shared neighbours from AlignedUMAP.
"""

import numpy as np
from numpy.typing import NDArray

from muserd.ground.records import NEIGHBOURS_USED
from muserd.layout.graph import Graph

NOBODY = -1
ROUNDS = 8  # of handing places on to newcomers that only know other newcomers


def unchanged(neighbours: NDArray[np.int32], settled: NDArray[np.bool_]) -> NDArray[np.float32]:
    """How much of each neighbourhood is as it was: Jaccard of then and now, 0 for newcomers.

    Then: the nearest that were settled already. Those gone since are not counted.

    Args:
        neighbours: int32[n, k] rows, nearest first, −1 pads; k well above 15.
        settled: bool[n], rows that the last fit contained.
    """
    real = neighbours != NOBODY
    known = real & settled[neighbours]
    now = real & (np.cumsum(real, axis=1) <= NEIGHBOURS_USED)
    then = known & (np.cumsum(known, axis=1) <= NEIGHBOURS_USED)
    both, either = (now & then).sum(axis=1), (now | then).sum(axis=1)
    share = np.where(either > 0, both / np.maximum(either, 1), 1.0)
    return np.where(settled, share, 0.0).astype(np.float32)


def seat(
    graph: Graph, places: NDArray[np.float32], standing: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Where everybody starts: newcomers at the weighted mean of the neighbours that stand.

    Args:
        graph: of the new fit.
        places: float32[n, 2]; rows that do not stand may hold anything.
        standing: bool[n], rows with a place; at least one.
    """
    seated = np.where(standing[:, None], places, 0.0).astype(np.float64)
    rows, has = graph.rows, standing.copy()
    for _ in range(ROUNDS):
        waiting = ~has
        if not waiting.any():
            break
        weight = np.where(has[graph.ends] & waiting[rows], graph.weights, 0.0)
        total = np.bincount(rows, weight, minlength=len(places))
        reached = total > 0
        if not reached.any():
            break
        for axis in (0, 1):
            sums = np.bincount(rows, weight * seated[graph.ends, axis], minlength=len(places))
            seated[reached, axis] = sums[reached] / total[reached]
        has |= reached
    seated[~has] = seated[standing].mean(axis=0)
    return seated.astype(np.float32)
