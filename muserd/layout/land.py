"""The land of a map in square cells: whose each cell is, and which are taken."""

import numpy as np
from numpy.typing import NDArray

NO_REGION = -1
UNKNOWN = -2  # whose a cell is, before anybody asked
FEW = 256  # items with a region; fewer are compared one by one
DENSE_CELLS = 2**25  # of the box around all items; a larger one is kept as a list

Cells = NDArray[np.int64]  # [n, 2], column and row of a cell


def cells_of(places: NDArray[np.floating], cell: float) -> Cells:
    """int64[n, 2]: the cells that places lie in."""
    return np.floor(places.astype(np.float64) / cell).astype(np.int64)


def middles_of(cells: Cells, cell: float) -> NDArray[np.float64]:
    """float64[n, 2]: the middles of cells, map units."""
    return np.asarray((cells + 0.5) * cell)


def spiral(radius: int) -> Cells:
    """int64[m, 2]: offsets by rising distance, ties by angle: a disc of so many cells."""
    side = np.arange(-radius, radius + 1)
    columns, rows = (axis.ravel() for axis in np.meshgrid(side, side))
    squared = columns**2 + rows**2
    inside = squared <= radius**2
    columns, rows, squared = columns[inside], rows[inside], squared[inside]
    order = np.lexsort((rows, columns, squared))
    return np.stack([columns[order], rows[order]], axis=1)


def keys_of(cells: Cells) -> NDArray[np.int64]:
    """One number per cell."""
    return np.asarray(cells[:, 0] * 2**31 + cells[:, 1])


def among(keys: NDArray[np.int64], ordered: NDArray[np.int64]) -> NDArray[np.bool_]:
    """bool[m]: which keys are in an ascending array."""
    if not len(ordered):
        return np.zeros(len(keys), dtype=bool)
    at = np.minimum(np.searchsorted(ordered, keys), len(ordered) - 1)
    return np.asarray(ordered[at] == keys)


class Land:
    """Which region a spot belongs to: that of the nearest item with one."""

    def __init__(
        self, places: NDArray[np.float32], regions: NDArray[np.int32], cell: float
    ) -> None:
        settled = regions != NO_REGION
        self._points = places[settled].astype(np.float64)
        self._regions = regions[settled]
        self._cell = cell
        self._tree = None
        if len(self._points) > FEW:
            from scipy.spatial import cKDTree

            self._tree = cKDTree(self._points)

    @property
    def inhabited(self) -> bool:
        """Whether there is any region."""
        return len(self._points) > 0

    def owner(self, cells: Cells) -> NDArray[np.int32]:
        """int32[m]: the region at the middles of cells; there must be one."""
        return self.owner_at(middles_of(cells, self._cell))

    def owner_at(self, spots: NDArray[np.float64]) -> NDArray[np.int32]:
        """int32[m]: the region at each spot; there must be one."""
        if self._tree is not None:
            return np.asarray(self._regions[self._tree.query(spots)[1]])
        nearest = np.empty(len(spots), dtype=np.intp)
        for start in range(0, len(spots), 1024):
            x, y = spots[start : start + 1024].T
            apart = np.subtract.outer(x, self._points[:, 0]) ** 2
            apart += np.subtract.outer(y, self._points[:, 1]) ** 2
            nearest[start : start + 1024] = apart.argmin(axis=1)
        return np.asarray(self._regions[nearest])


class Board:
    """Which cells are taken and whose land they are: masks over the box around all homes.

    A vast box, made by items far off, is kept as a list of taken cells instead.
    """

    def __init__(self, home: Cells, margin: int, land: Land | None) -> None:
        self._low = home.min(axis=0) - margin
        columns, rows = (home.max(axis=0) + margin + 1 - self._low).tolist()
        self._land = land
        self._free: NDArray[np.bool_] | None = None
        self._owner: NDArray[np.int32] | None = None
        self._taken = np.empty(0, dtype=np.int64)
        if columns * rows <= DENSE_CELLS:
            self._free = np.ones((columns, rows), dtype=bool)
            if land is not None:
                self._owner = np.full((columns, rows), UNKNOWN, dtype=np.int32)

    def allows(self, cells: Cells, bound: NDArray[np.int32]) -> NDArray[np.bool_]:
        """bool[m, k]: whether cells [m, k, 2] are free and in the land of `bound` [m, 1]."""
        inside = cells - self._low
        if self._free is None:
            keys = keys_of(cells.reshape(-1, 2))
            allowed = ~among(keys, self._taken).reshape(cells.shape[:-1])
        else:
            allowed = self._free[inside[..., 0], inside[..., 1]]
        if self._land is not None:
            if self._owner is None:
                owner = self._land.owner(cells.reshape(-1, 2)).reshape(cells.shape[:-1])
            else:
                wanted = allowed & (bound != NO_REGION)
                owner = self._owners(self._land, self._owner, inside, wanted)
            allowed = allowed & ((bound == NO_REGION) | (owner == bound))
        return allowed

    def _owners(
        self, land: Land, known: NDArray[np.int32], inside: Cells, wanted: NDArray[np.bool_]
    ) -> NDArray[np.int32]:
        """The owners of cells; those that are wanted and not known yet are found first."""
        owner: NDArray[np.int32] = known[inside[..., 0], inside[..., 1]]
        missing = wanted & (owner == UNKNOWN)
        if missing.any():
            flat = np.unique(inside[missing][:, 0] * known.shape[1] + inside[missing][:, 1])
            cells = np.stack(np.divmod(flat, known.shape[1]), axis=1)
            known[cells[:, 0], cells[:, 1]] = land.owner(cells + self._low)
            owner = known[inside[..., 0], inside[..., 1]]
        return owner

    def take(self, cells: Cells) -> None:
        """Mark cells as taken."""
        if self._free is None:
            self._taken = np.union1d(self._taken, keys_of(cells))
        else:
            inside = cells - self._low
            self._free[inside[:, 0], inside[:, 1]] = False
