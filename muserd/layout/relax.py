"""Relaxed places: a second position per item, where no two thumbnails overlap.

The map is laid out in square cells, one thumbnail wide. Every item gets a cell of its own, the
nearest to its place that is free and lies in its region's land: the cells whose nearest item of
any region is of that region. Inside its cell an item stands as near to its place as the cells
around allow, so that sparse land keeps its shape. Items without a region may go anywhere.

An arrival takes a free cell; only items in the eight cells around it may shift, within theirs.
"""

import numpy as np
from numpy.typing import NDArray

from muserd.layout.scale import extent, reach

SHARE = 0.7  # of the typical distance between items: a thumbnail's width
LEAST_SHARE = 0.2  # the same, of the distance if items were spread evenly
PLAY = 0.499  # of a cell: how far an item may stand from its middle; two halves never overlap
BRUTE = 2048 * 2048  # pairs that are compared without a tree
NO_REGION = -1

Cells = NDArray[np.int64]  # [n, 2], column and row of a cell


def cell_size(places: NDArray[np.float32]) -> float:
    """The width of a thumbnail at the relaxed scale, map units: most items nearly fit as they are.

    Args:
        places: float32[n, 2], finite.
    """
    count = len(places)
    if count < 2:
        return 1.0
    kth = min(15, count - 1)
    typical = reach(places) * np.sqrt(np.pi / (kth + 1))
    even = extent(places) / np.sqrt(count)
    return float(max(SHARE * typical, LEAST_SHARE * even)) or 1.0


def relax(
    places: NDArray[np.float32], regions: NDArray[np.int32], cell: float
) -> NDArray[np.float32]:
    """Relaxed places for a whole map. Large maps use scipy: for the layout worker.

    Args:
        places: float32[n, 2], finite.
        regions: int32[n], the finest region of each item, −1 for none.
        cell: the width of a thumbnail, map units.

    Returns:
        float32[n, 2]. Any two differ by at least `cell` along an axis, up to float32's rounding.

    Guarantee: deterministic. A region whose land has no free cell in reach spills over its border
    rather than let thumbnails overlap.
    """
    if not len(places):
        return np.empty((0, 2), dtype=np.float32)
    home = _cells_of(places, cell)
    offsets = _spiral(int(np.ceil(np.sqrt(2 * len(places) / np.pi))) + 24)
    taken = _assign(places, home, regions, cell, offsets)
    return _settle(places.astype(np.float64), taken, cell)


def relax_insert(
    relaxed: NDArray[np.float32],
    present: NDArray[np.bool_],
    regions: NDArray[np.int32],
    slot: int,
    x: float,
    y: float,
    region: int,
    cell: float,
) -> dict[int, tuple[float, float]]:
    """Find the relaxed place of one item more.

    Args:
        relaxed: float32[n, 2], of the items on the map.
        present: bool[n], slots that hold an item; with or without `slot`.
        regions: int32[n], their finest regions, −1 for none.
        slot: of the new item; may be n or more.
        x, y: its place.
        region: its finest region, −1 for none.
        cell: the width of a thumbnail.

    Returns:
        The new relaxed places, by slot: the item's own, and those of the neighbours that give way.
    """
    others = present[: len(relaxed)].copy()
    if slot < len(others):
        others[slot] = False
    slots = np.flatnonzero(others)
    standing = relaxed[slots].astype(np.float64)
    spot = np.array([[x, y]])
    occupied = _cells_of(standing, cell)
    home = _cells_of(spot, cell)[0]
    chosen = _free_cell(home, occupied, standing, regions[slots], region, cell)
    middle = _middles(chosen[None, :], cell)[0]
    beside = np.abs(occupied - chosen).max(axis=1, initial=0) <= 1 if len(slots) else others[:0]
    moved: dict[int, tuple[float, float]] = {}
    offset = occupied[beside] - chosen
    shift = standing[beside] - _middles(occupied[beside], cell)
    # Whoever stands beside the new cell may no longer lean towards it.
    leans = np.where(offset * shift < 0, 0.0, shift)
    for row, given in zip(np.flatnonzero(beside), leans, strict=True):
        spot_then = (_middles(occupied[row : row + 1], cell)[0] + given).astype(np.float32)
        if not np.array_equal(spot_then, relaxed[slots[row]]):
            moved[int(slots[row])] = (float(spot_then[0]), float(spot_then[1]))
    wish = np.clip(spot[0] - middle, -PLAY * cell, PLAY * cell)
    blocked_below, blocked_above = (offset < 0).any(axis=0), (offset > 0).any(axis=0)
    wish = np.where((wish < 0) & blocked_below | (wish > 0) & blocked_above, 0.0, wish)
    mine = (middle + wish).astype(np.float32)
    moved[slot] = (float(mine[0]), float(mine[1]))
    return moved


def _cells_of(places: NDArray[np.floating], cell: float) -> Cells:
    return np.floor(places.astype(np.float64) / cell).astype(np.int64)


def _middles(cells: Cells, cell: float) -> NDArray[np.float64]:
    return (cells + 0.5) * cell


def _spiral(radius: int) -> Cells:
    """int64[m, 2]: offsets by rising distance, ties by angle: a disc of so many cells."""
    side = np.arange(-radius, radius + 1)
    columns, rows = (axis.ravel() for axis in np.meshgrid(side, side))
    squared = columns**2 + rows**2
    inside = squared <= radius**2
    columns, rows, squared = columns[inside], rows[inside], squared[inside]
    order = np.lexsort((rows, columns, squared))
    return np.stack([columns[order], rows[order]], axis=1)


def _assign(
    places: NDArray[np.float32],
    home: Cells,
    regions: NDArray[np.int32],
    cell: float,
    offsets: Cells,
) -> Cells:
    """A cell of its own for every item.

    In rounds: everybody asks for the next cell along a spiral around home; of those who ask for
    the same free cell, the one who lives nearest gets it. The n-th item of one home starts n
    steps out, since those before it will have taken what is nearer.
    """
    count = len(places)
    land = _Land(places, regions, cell)
    taken = np.zeros((count, 2), dtype=np.int64)
    occupied = np.empty(0, dtype=np.int64)
    step = _siblings(home, places, cell)
    waiting = np.arange(count)
    bound = np.where(regions == NO_REGION, False, True)  # noqa: FBT003 - a mask, not a flag
    while len(waiting):
        lost = step[waiting] >= len(offsets)
        # No cell in reach of home: borders no longer bind, and it asks again from the start.
        bound[waiting[lost]] = False
        step[waiting[lost]] = 0
        wanted = home[waiting] + offsets[step[waiting]]
        keys = _keys(wanted)
        free = ~_among(keys, occupied)
        ask = np.flatnonzero(free)
        checked = bound[waiting[ask]]
        ours = np.ones(len(ask), dtype=bool)
        ours[checked] = land.owner(wanted[ask[checked]]) == regions[waiting[ask[checked]]]
        ask = ask[ours]
        apart = ((_middles(wanted[ask], cell) - places[waiting[ask]]) ** 2).sum(axis=1)
        ask = ask[np.lexsort((waiting[ask], apart, keys[ask]))]
        first = np.ones(len(ask), dtype=bool)
        first[1:] = np.diff(keys[ask]) != 0
        winners = ask[first]
        taken[waiting[winners]] = wanted[winners]
        occupied = np.union1d(occupied, keys[winners])
        step[waiting] += 1
        waiting = np.delete(waiting, winners)
    return taken


def _siblings(home: Cells, places: NDArray[np.float32], cell: float) -> NDArray[np.int64]:
    """int64[n]: how many of the same home stand nearer to its middle."""
    keys = _keys(home)
    apart = ((_middles(home, cell) - places) ** 2).sum(axis=1)
    order = np.lexsort((np.arange(len(home)), apart, keys))
    fresh = np.ones(len(home), dtype=bool)
    fresh[1:] = np.diff(keys[order]) != 0
    start = np.maximum.accumulate(np.where(fresh, np.arange(len(home)), 0))
    number = np.empty(len(home), dtype=np.int64)
    number[order] = np.arange(len(home)) - start
    return number


def _settle(places: NDArray[np.float64], cells: Cells, cell: float) -> NDArray[np.float32]:
    """Let every item lean towards its place where the three cells on that side are empty."""
    occupied = np.sort(_keys(cells))
    middles = _middles(cells, cell)
    lean = np.clip(places - middles, -PLAY * cell, PLAY * cell)
    for axis in (0, 1):
        for sign in (-1, 1):
            blocked = np.zeros(len(cells), dtype=bool)
            for across in (-1, 0, 1):
                step = np.array([sign, across] if axis == 0 else [across, sign])
                blocked |= _among(_keys(cells + step), occupied)
            lean[blocked & (np.sign(lean[:, axis]) == sign), axis] = 0.0
    return (middles + lean).astype(np.float32)


def _free_cell(
    home: Cells,
    occupied: Cells,
    standing: NDArray[np.float64],
    regions: NDArray[np.int32],
    region: int,
    cell: float,
) -> Cells:
    """The nearest free cell to home in the land of a region; in any land where that is full."""
    full = np.sort(_keys(occupied))
    settled = regions != NO_REGION
    fallback: Cells | None = None
    for radius in (3, 8, 24, 64, int(np.sqrt(len(occupied))) + 66):
        offsets = _spiral(radius)
        free = home + offsets[~_among(_keys(home + offsets), full)]
        if not len(free):
            continue
        if region == NO_REGION or not settled.any():
            return np.asarray(free[0])
        fallback = free[0] if fallback is None else fallback
        # Whoever owns a cell that near stands within twice the disc; farther ones do not matter.
        around = settled & (np.abs(occupied - home).max(axis=1) <= 2 * radius + 2)
        if not around.any():
            return np.asarray(free[0])
        for part in range(0, min(len(free), 4096), 64):
            middles = _middles(free[part : part + 64], cell)
            apart = ((middles[:, None, :] - standing[around][None, :, :]) ** 2).sum(axis=2)
            ours = regions[around][apart.argmin(axis=1)] == region
            if ours.any():
                return np.asarray(free[part + int(ours.argmax())])
    return np.asarray(home if fallback is None else fallback)


class _Land:
    """Which region a cell belongs to: that of the nearest item with one."""

    def __init__(
        self, places: NDArray[np.float32], regions: NDArray[np.int32], cell: float
    ) -> None:
        settled = regions != NO_REGION
        self._points = places[settled].astype(np.float64)
        self._regions = regions[settled]
        self._cell = cell
        self._tree = None
        if len(self._points) ** 2 > BRUTE:
            from scipy.spatial import cKDTree

            self._tree = cKDTree(self._points)

    def owner(self, cells: Cells) -> NDArray[np.int32]:
        """int32[m]; there must be a region."""
        if not len(cells):
            return np.empty(0, dtype=np.int32)
        middles = _middles(cells, self._cell)
        if self._tree is not None:
            return np.asarray(self._regions[self._tree.query(middles)[1]])
        nearest = np.empty(len(cells), dtype=np.intp)
        for start in range(0, len(cells), 1024):
            part = middles[start : start + 1024]
            apart = ((part[:, None, :] - self._points[None, :, :]) ** 2).sum(axis=2)
            nearest[start : start + 1024] = apart.argmin(axis=1)
        return np.asarray(self._regions[nearest])


def _keys(cells: Cells) -> NDArray[np.int64]:
    """One number per cell."""
    return np.asarray(cells[:, 0] * 2**31 + cells[:, 1])


def _among(keys: NDArray[np.int64], ordered: NDArray[np.int64]) -> NDArray[np.bool_]:
    """bool[m]: which keys are in an ascending array."""
    if not len(ordered):
        return np.zeros(len(keys), dtype=bool)
    at = np.minimum(np.searchsorted(ordered, keys), len(ordered) - 1)
    return np.asarray(ordered[at] == keys)
