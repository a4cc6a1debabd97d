"""What a refit keeps: how firmly each item is held, and where newcomers start.

An item whose neighbours are the same as in the last fit is held where it stands; the more of them
changed, the freer it is. Anchors to earlier places come from Dynamic t-SNE (Rauber, Falcão, Telea
2016, doi:10.2312/eurovisshort.20161164), weighing them by shared neighbours from AlignedUMAP.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from muserd.ground.records import NEIGHBOURS_USED
from muserd.layout.graph import Graph
from muserd.layout.scale import reach

NOBODY = -1
ROUNDS = 8  # of handing places on to newcomers that only know other newcomers
STRANGERS = 0.5  # an islander has at least this share of its ties to other newcomers
FEWEST_ISLANDERS = 8  # fewer newcomers of one kind find their way from the shore
SHORE = 1.3  # radii of an island that must be free of settled items


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


def found_islands(
    graph: Graph, seated: NDArray[np.float32], standing: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Give newcomers who are of a new kind land of their own, on the coast next to their kin.

    Started among settled items they would have to squeeze through them, and be trapped.

    Args:
        graph: of the new fit.
        seated: float32[n, 2], where everybody would start.
        standing: bool[n], settled items, who are not moved.

    Returns:
        float32[n, 2].
    """
    rows, places = graph.rows, seated.copy()
    ties = np.bincount(rows, graph.weights, minlength=len(seated))
    among = np.bincount(rows, graph.weights * ~standing[graph.ends], minlength=len(seated))
    islander = ~standing & (among >= STRANGERS * np.maximum(ties, 1e-9))
    if not standing.any():
        return places
    room = reach(places[standing]) / np.sqrt(NEIGHBOURS_USED)
    taken = _Taken(places[standing])
    for members in _parts(graph, islander):
        if len(members) < FEWEST_ISLANDERS:
            continue
        radius = max(room * np.sqrt(len(members)), 1e-3)
        middle = np.median(seated[members].astype(np.float64), axis=0)
        centre = _open_water(middle, taken, SHORE * radius)
        apart = seated[members] - middle
        spread = float(np.sqrt((apart**2).sum(axis=1).mean())) or 1.0
        limit = np.maximum(np.sqrt((apart**2).sum(axis=1, keepdims=True)) / spread, 2.0) / 2.0
        island = centre + apart / spread / limit * radius / 2
        places[members] = island
        taken.add(island)
    return places


class _Taken:
    """Land that is taken: what is added is searched by a tree of its own, so none is built anew."""

    def __init__(self, places: NDArray[np.float32]) -> None:
        self._trees: list[Any] = []
        self.add(places)

    def add(self, places: NDArray[np.floating]) -> None:
        """Somebody stands there, too."""
        from scipy.spatial import cKDTree

        self._trees.append(cKDTree(places.astype(np.float64)))

    def nearest(self, spots: NDArray[np.float64]) -> NDArray[np.float64]:
        """float64[m]: the distance of each spot, float64[m, 2], to who stands next to it."""
        found = [tree.query(spots)[0] for tree in self._trees]
        return np.asarray(np.min(found, axis=0), np.float64)


def _parts(graph: Graph, chosen: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """The connected parts of the graph over the chosen items, largest first."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    rows = graph.rows
    inside = chosen[rows] & chosen[graph.ends]
    shape = (len(chosen), len(chosen))
    ties = csr_matrix((graph.weights[inside], (rows[inside], graph.ends[inside])), shape=shape)
    _, part = connected_components(ties, directed=False)
    members = np.flatnonzero(chosen)
    ordered = members[np.argsort(part[members], kind="stable")]
    cuts = np.flatnonzero(np.diff(part[ordered])) + 1
    return sorted(np.split(ordered, cuts), key=lambda found: (-len(found), found.sum()))


def _open_water(middle: NDArray[np.float64], taken: _Taken, radius: float) -> NDArray[np.float64]:
    """The nearest spot with nobody within a radius, looked for on growing rings."""
    for ring in range(400):
        count = max(6 * ring, 1)
        angle = 2 * np.pi * np.arange(count) / count
        spots = middle + ring * radius / 3 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        apart = taken.nearest(spots)
        if apart.max() >= radius:
            return np.asarray(spots[int(apart.argmax())])
    return middle
