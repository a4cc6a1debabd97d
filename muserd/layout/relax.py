"""Relaxed places: a second position per item, where no two thumbnails overlap.

The map is laid out in square cells, one thumbnail wide. Every item gets a cell of its own, the
nearest to its place that is free and lies in its region's land: the cells whose nearest item of
any region is of that region. Inside its cell an item stands as near to its place as the cells
around allow, so that sparse land keeps its shape. Items without a region may go anywhere.

An arrival takes a free cell; only items in the eight cells around it may shift, within theirs.
"""

import numpy as np
from numpy.typing import NDArray

from muserd.layout.land import (
    NO_REGION,
    Board,
    Cells,
    Land,
    among,
    cells_of,
    keys_of,
    middles_of,
    spiral,
)
from muserd.layout.scale import extent, reach

SHARE = 0.7  # of the typical distance between items: a thumbnail's width
LEAST_SHARE = 0.2  # the same, of the distance if items were spread evenly
LOOK = 16  # steps along a spiral that are looked at together
MOST_LOOKED_AT = 2048  # free cells around an arrival
MANY = 16_384  # items that are; bounds the memory
PLAY = 0.499  # of a cell: how far an item may stand from its middle; two halves never overlap
FULL = 0.7  # of a region's land: more thumbnails than fill so much would not find a cell
SMALLEST = 0.4  # of the width that density suggests: no region makes thumbnails smaller
SURVEY = 384  # points along the longer side of a map that measure the regions' land
REACH = 2.0  # times the side of a square that holds a region: how far its items look for a cell


def cell_size(places: NDArray[np.float32], regions: NDArray[np.int32] | None = None) -> float:
    """The width of a thumbnail at the relaxed scale, map units: most items nearly fit as they are.

    Args:
        places: float32[n, 2], finite.
        regions: int32[n], the finest region of each item, −1 for none; None if there are none.
            The most crowded one may make thumbnails smaller, so that it holds its items.
    """
    count = len(places)
    if count < 2:
        return 1.0
    kth = min(15, count - 1)
    typical = reach(places) * np.sqrt(np.pi / (kth + 1))
    even = extent(places) / np.sqrt(count)
    width = float(max(SHARE * typical, LEAST_SHARE * even)) or 1.0
    if regions is None or not (regions != NO_REGION).any():
        return width
    return float(np.clip(_room(places, regions), SMALLEST * width, width))


def _room(places: NDArray[np.float32], regions: NDArray[np.int32]) -> float:
    """The width at which the most crowded region still holds its items, map units."""
    members = places[regions != NO_REGION]
    low, high = members.min(axis=0), members.max(axis=0)
    side = float((high - low).max()) / SURVEY
    if side <= 0:
        return np.inf
    margin = SURVEY // 16
    columns, rows = (((high - low) / side).astype(np.int64) + 1).tolist()
    across, along = np.meshgrid(
        np.arange(-margin, columns + margin), np.arange(-margin, rows + margin)
    )
    origin = np.floor(low.astype(np.float64) / side).astype(np.int64)
    cells = np.stack([across.ravel(), along.ravel()], axis=1) + origin
    names, member = np.unique(regions[regions != NO_REGION], return_inverse=True)
    owned = np.searchsorted(names, Land(places, regions, side).owner(cells))
    area = np.bincount(owned, minlength=len(names)) * side**2
    items = np.bincount(member, minlength=len(names))
    return float(np.sqrt(FULL * area / items).min())


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
    home = cells_of(places, cell)
    offsets = spiral(int(np.ceil(np.sqrt(2 * len(places) / np.pi))) + 24)
    land = Land(places, regions, cell)
    board = Board(home, int(offsets.max()) + 1, land if land.inhabited else None)
    taken = _assign(places, home, regions, cell, offsets, board)
    return _settle(places.astype(np.float64), taken, cell, regions, land)


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
        x: its place,
        y: map units.
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
    occupied = cells_of(standing, cell)
    home = cells_of(spot, cell)[0]
    chosen = _free_cell(home, occupied, standing, regions[slots], region, cell)
    middle = middles_of(chosen[None, :], cell)[0]
    beside = np.abs(occupied - chosen).max(axis=1, initial=0) <= 1 if len(slots) else others[:0]
    moved: dict[int, tuple[float, float]] = {}
    offset = occupied[beside] - chosen
    shift = standing[beside] - middles_of(occupied[beside], cell)
    # Whoever stands beside the new cell may no longer lean towards it.
    leans = np.where(offset * shift < 0, 0.0, shift)
    for row, given in zip(np.flatnonzero(beside), leans, strict=True):
        spot_then = (middles_of(occupied[row : row + 1], cell)[0] + given).astype(np.float32)
        if not np.array_equal(spot_then, relaxed[slots[row]]):
            moved[int(slots[row])] = (float(spot_then[0]), float(spot_then[1]))
    mine = (middle + _lean(spot[0] - middle, offset, cell)).astype(np.float32)
    moved[slot] = (float(mine[0]), float(mine[1]))
    return moved


def _lean(wish: NDArray[np.float64], offset: Cells, cell: float) -> NDArray[np.float64]:
    """How far an item leans out of the middle of its cell, float64[2], never towards a neighbour.

    Args:
        wish: float64[2], from the middle of the cell to the item's place.
        offset: [n, 2], the occupied cells beside it, from its own.
        cell: the width of a thumbnail.
    """
    lean = np.clip(wish, -PLAY * cell, PLAY * cell)
    below, above = (offset < 0).any(axis=0), (offset > 0).any(axis=0)
    return np.where((lean < 0) & below | (lean > 0) & above, 0.0, lean)


def _assign(
    places: NDArray[np.float32],
    home: Cells,
    regions: NDArray[np.int32],
    cell: float,
    offsets: Cells,
    board: Board,
) -> Cells:
    """A cell of its own for every item.

    In rounds: everybody asks for the next free cell along a spiral around home; of those who ask
    for the same one, the one whose place is nearest gets it. The n-th item of one home starts n
    steps out, since those before it take what is nearer.
    """
    taken = np.zeros_like(home)
    step = _siblings(home, places, cell)
    bound, limit = regions.copy(), _limits(regions, offsets)
    waiting = np.arange(len(home))
    while len(waiting):
        for start in range(0, len(waiting), MANY):
            some = waiting[start : start + MANY]
            _look_out(some, step, home, offsets, bound, limit, board)
        # No cell in reach of home: its border no longer binds, and it looks out again.
        lost = waiting[step[waiting] >= limit[waiting]]
        bound[lost], step[lost], limit[lost] = NO_REGION, 0, len(offsets)
        asking = np.flatnonzero(np.isin(waiting, lost, assume_unique=True, invert=True))
        wanted = home[waiting] + offsets[step[waiting]]
        winners = _nearest_askers(asking, wanted, waiting, places, cell)
        taken[waiting[winners]] = wanted[winners]
        board.take(wanted[winners])
        waiting = np.delete(waiting, winners)
    return taken


def _limits(regions: NDArray[np.int32], offsets: Cells) -> NDArray[np.int64]:
    """int64[n]: how many steps along its spiral each item may go within its region."""
    _, member, size = np.unique(regions, return_inverse=True, return_counts=True)
    radius = np.maximum(REACH * np.sqrt(size), 8.0)
    squared = (offsets**2).sum(axis=1)
    steps = np.searchsorted(squared, radius**2, side="right")[member]
    return np.where(regions == NO_REGION, len(offsets), steps)


def _look_out(
    items: NDArray[np.intp],
    step: NDArray[np.int64],
    home: Cells,
    offsets: Cells,
    bound: NDArray[np.int32],
    limit: NDArray[np.int64],
    board: Board,
) -> None:
    """Walk items along their spirals, in place, to the first cell they may have, or the end."""
    ahead = np.arange(LOOK)
    while len(items):
        steps = step[items, None] + ahead
        cells = home[items, None] + offsets[np.minimum(steps, len(offsets) - 1)]
        stop = board.allows(cells, bound[items, None]) | (steps >= limit[items, None])
        found = stop.any(axis=1)
        step[items] += np.where(found, stop.argmax(axis=1), LOOK)
        items = items[~found]


def _nearest_askers(
    ask: NDArray[np.intp],
    wanted: Cells,
    waiting: NDArray[np.intp],
    places: NDArray[np.float32],
    cell: float,
) -> NDArray[np.intp]:
    """Of those who ask for the same cell, the one whose place is nearest to it."""
    keys = keys_of(wanted[ask])
    apart = ((middles_of(wanted[ask], cell) - places[waiting[ask]]) ** 2).sum(axis=1)
    order = np.lexsort((waiting[ask], apart, keys))
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.diff(keys[order]) != 0
    return ask[order[first]]


def _siblings(home: Cells, places: NDArray[np.float32], cell: float) -> NDArray[np.int64]:
    """int64[n]: how many of the same home stand nearer to its middle."""
    keys = keys_of(home)
    apart = ((middles_of(home, cell) - places) ** 2).sum(axis=1)
    order = np.lexsort((np.arange(len(home)), apart, keys))
    fresh = np.ones(len(home), dtype=bool)
    fresh[1:] = np.diff(keys[order]) != 0
    start = np.maximum.accumulate(np.where(fresh, np.arange(len(home)), 0))
    number = np.empty(len(home), dtype=np.int64)
    number[order] = np.arange(len(home)) - start
    return number


def _settle(
    places: NDArray[np.float64],
    cells: Cells,
    cell: float,
    regions: NDArray[np.int32],
    land: Land,
) -> NDArray[np.float32]:
    """Let every item lean towards its place where the three cells on that side are empty."""
    occupied = np.sort(keys_of(cells))
    middles = middles_of(cells, cell)
    lean = np.clip(places - middles, -PLAY * cell, PLAY * cell)
    for axis in (0, 1):
        for sign in (-1, 1):
            blocked = np.zeros(len(cells), dtype=bool)
            for across in (-1, 0, 1):
                step = np.array([sign, across] if axis == 0 else [across, sign])
                blocked |= among(keys_of(cells + step), occupied)
            lean[blocked & (np.sign(lean[:, axis]) == sign), axis] = 0.0
    if land.inhabited:
        lean[(land.owner_at(middles + lean) != regions) & (regions != NO_REGION)] = 0.0
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
    away = np.abs(occupied - home).max(axis=1, initial=0)
    fallback: Cells | None = None
    for radius in (3, 8, 24, 64, int(np.sqrt(len(occupied))) + 66):
        # Whoever owns a cell that near stands within twice the disc; farther ones do not matter.
        near = away <= 2 * radius + 2
        disc = home + spiral(radius)
        free = disc[~among(keys_of(disc), np.sort(keys_of(occupied[near])))]
        if not len(free):
            continue
        fallback = free[0] if fallback is None else fallback
        settled = near & (regions != NO_REGION)
        if region == NO_REGION or not settled.any():
            return np.asarray(free[0])
        for part in range(0, min(len(free), MOST_LOOKED_AT), LOOK):
            middles = middles_of(free[part : part + LOOK], cell)
            apart = ((middles[:, None, :] - standing[settled][None, :, :]) ** 2).sum(axis=2)
            ours = regions[settled][apart.argmin(axis=1)] == region
            if ours.any():
                return np.asarray(free[part + int(ours.argmax())])
    return np.asarray(home if fallback is None else fallback)
