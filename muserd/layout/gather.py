"""Islands of a fresh map are brought within sight of one another.

UMAP puts parts that share no edge anywhere: its forces fall off so fast that the sea between two
islands says nothing. A map with one small island far out at sea shows all the rest as a speck.
Each island is moved as a whole, so distances within it stay as they are, and only towards the
mainland, until a strait of a fixed width is left.
"""

import numpy as np
from numpy.typing import NDArray

from muserd.layout.scale import reach

NEIGHBOUR = 15  # whose median distance is the unit of the widths below
SMALL = 40  # items for each of these neighbours: an island of a small map has fewer than fifteen
LINK = 3.0  # items within so many units belong to one island
STRAIT = 5.0  # units of open sea between two islands: contours do not run together
SEA = 3.0  # map units of it at least: nearer, UMAP's forces would drive them apart in a refit
STEPS = 200
CLOSE_ENOUGH = 0.02  # of a strait


def gather(places: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring far islands near.

    Args:
        places: float32[n, 2], finite.

    Returns:
        float32[n, 2]: every island translated; the largest stays where it is.

    Guarantee: deterministic. No two islands come nearer than a strait, unless they were.
    """
    unit = _unit(places)
    if unit <= 0:
        return places
    island = _islands(places, LINK * unit)
    sizes = np.bincount(island)
    if len(sizes) == 1:
        return places
    moved = places.astype(np.float64)
    coasts = [_thinned(moved[island == one], unit / 2) for one in range(len(sizes))]
    by_size = np.lexsort((np.arange(len(sizes)), -sizes))
    land, items = coasts[by_size[0]], int(sizes[by_size[0]])
    middle = moved[island == by_size[0]].mean(axis=0)
    for one in by_size[1:]:
        way = _way(coasts[one], land, middle, max(STRAIT * unit, SEA))
        rows = island == one
        moved[rows] += way
        land = np.concatenate([land, coasts[one] + way])
        middle = (middle * items + moved[rows].sum(axis=0)) / (items + sizes[one])
        items += int(sizes[one])
    return moved.astype(np.float32)


def _unit(places: NDArray[np.float32]) -> float:
    """The median distance to the 15th neighbour, as far as it is one of the same island."""
    if len(places) < 2:
        return 0.0
    nearest = min(NEIGHBOUR, max(len(places) // SMALL, 1), len(places) - 1)
    return reach(places, nearest) * float(np.sqrt(NEIGHBOUR / nearest))


def _way(
    coast: NDArray[np.float64],
    land: NDArray[np.float64],
    goal: NDArray[np.float64],
    strait: float,
) -> NDArray[np.float64]:
    """float64[2]: how far an island can go towards `goal`.

    The distance to the land falls by no more than the way that is gone, so stepping by what is
    left beyond the strait never runs aground (sphere tracing, Hart 1996).
    """
    from scipy.spatial import cKDTree

    tree = cKDTree(land)
    ahead = goal - coast.mean(axis=0)
    length = float(np.hypot(*ahead))
    gone = 0.0
    if length == 0:
        return np.zeros(2)
    ahead /= length
    for _ in range(STEPS):
        spare = float(np.min(tree.query(coast + gone * ahead)[0])) - strait
        if spare <= CLOSE_ENOUGH * strait or gone >= length:
            break
        gone = min(gone + spare, length)
    return np.asarray(gone * ahead)


def _islands(places: NDArray[np.float32], link: float) -> NDArray[np.int32]:
    """int32[n]: the island of each item; cells that touch belong together."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    cells = np.floor(places.astype(np.float64) / link).astype(np.int64)
    taken, of_item = np.unique(cells, axis=0, return_inverse=True)
    pairs = cKDTree(taken).query_pairs(1.5, output_type="ndarray")
    ones = np.ones(len(pairs), dtype=np.int8)
    graph = coo_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(len(taken), len(taken)))
    _, of_cell = connected_components(graph, directed=False)
    return np.asarray(of_cell[of_item.ravel()], dtype=np.int32)


def _thinned(points: NDArray[np.float64], cell: float) -> NDArray[np.float64]:
    """One point for each cell that holds any."""
    _, first = np.unique(np.floor(points / cell).astype(np.int64), axis=0, return_index=True)
    return points[first]
