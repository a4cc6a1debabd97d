"""From which zoom level on an item's thumbnail shows: few and evenly spread first, then more.

At each level the shown items keep a least distance on the map, which halves from level to level,
and the important ones go first: a Poisson disc sample per level (Bridson 2007 calls the pattern
blue noise), nested. Large maps use scipy: for the layout worker.
"""

import numpy as np
from numpy.typing import NDArray

from muserd.layout.scale import extent

LEVELS = 16
ACROSS = 12.0  # thumbnails side by side over the whole map at level 0
ROUNDS = 4  # of picking per level: more would hardly find more
SMALL = 2000  # items whose distances are compared without a tree


def ranks(places: NDArray[np.float32], order: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The level of every item.

    Args:
        places: float32[n, 2], finite.
        order: float32[n], importance; of two that are too close the greater shows first, of
            equals the first row.

    Returns:
        uint8[n], 0 to 15; at 15 everything shows.
    """
    count = len(places)
    levels = np.full(count, LEVELS - 1, dtype=np.uint8)
    points = places.astype(np.float64)
    standing = np.empty(count, dtype=np.int64)  # 0 for the most important
    standing[np.lexsort((np.arange(count), -order))] = np.arange(count)
    waiting, nearest = np.arange(count), np.full(count, np.inf)
    for level in range(LEVELS - 1):
        apart = _least_distance(places, level)
        for _ in range(ROUNDS):
            ready = waiting[nearest[waiting] >= apart]
            if not len(ready):
                break
            chosen = _pick(points[ready], standing[ready], apart)
            shown = ready[chosen]
            levels[shown] = level
            waiting = np.setdiff1d(waiting, shown, assume_unique=True)
            if len(waiting):
                found = _distance_to(points[waiting], points[shown])
                nearest[waiting] = np.minimum(nearest[waiting], found)
    return levels


def rank_of(
    x: float,
    y: float,
    places: NDArray[np.float32],
    ranks: NDArray[np.uint8],
    present: NDArray[np.bool_],
) -> int:
    """The level of one item more; the others keep theirs.

    Args:
        x: its place,
        y: map units.
        places: float32[n, 2]; rows that hold no item are not looked at.
        ranks: uint8[n].
        present: bool[n], rows that hold an item, without the new one.
    """
    standing = places[present].astype(np.float64)
    if not len(standing):
        return 0
    squared = ((standing - (x, y)) ** 2).sum(axis=1)
    nearest = np.full(LEVELS, np.inf)
    np.minimum.at(nearest, ranks[present], squared)
    nearest = np.sqrt(np.minimum.accumulate(nearest))
    widest = extent(places[present])
    for level in range(LEVELS - 1):
        if nearest[level] >= max(widest, 1e-9) / ACROSS / 2**level:
            return level
    return LEVELS - 1


def _least_distance(places: NDArray[np.float32], level: int) -> float:
    return max(extent(places), 1e-9) / ACROSS / float(2**level)


def _pick(
    points: NDArray[np.float64], standing: NDArray[np.int64], apart: float
) -> NDArray[np.intp]:
    """Some of the points, no two nearer than `apart`, the most important of each place."""
    cells = np.floor((points - points.min(axis=0)) / apart).astype(np.int64)
    keys = cells[:, 0] * 2**31 + cells[:, 1]
    by_cell = np.lexsort((standing, keys))
    first = np.ones(len(by_cell), dtype=bool)
    first[1:] = np.diff(keys[by_cell]) != 0
    best = by_cell[first]  # one per cell, by rising key
    known = keys[best]
    wins = np.ones(len(best), dtype=bool)
    for step in (-1, 0, 1):
        for across in (-1, 0, 1):
            if step or across:
                wanted = known + step * 2**31 + across
                at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
                there = known[at] == wanted
                close = ((points[best] - points[best[at]]) ** 2).sum(axis=1) < apart**2
                wins &= ~(there & close & (standing[best[at]] < standing[best]))
    return best[wins]


def _distance_to(points: NDArray[np.float64], shown: NDArray[np.float64]) -> NDArray[np.float64]:
    """float64[m]: from each point to the nearest of those shown."""
    if len(points) * len(shown) <= SMALL**2:
        squared = ((points[:, None, :] - shown[None, :, :]) ** 2).sum(axis=2)
        return np.asarray(np.sqrt(squared.min(axis=1)))
    from scipy.spatial import cKDTree

    return np.asarray(cKDTree(shown).query(points)[0])
