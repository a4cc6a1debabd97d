"""The terrain of a map: how densely its items lie, as heights on a grid.

A kernel density estimate by linear binning (Wand 1994, doi:10.1080/10618600.1994.10474656): every
item is shared out among the four grid nodes around it, then the grid is smoothed along both axes.
Smoothing is linear, so an arrival or a departure adds or takes exactly one stamp. What a survey
finds (bounds, bandwidth, thresholds) stays frozen until the next one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bounds = tuple[float, float, float, float]  # x0, y0, x1, y1

SIZE = 512  # nodes along each side of the grid
REACH = 4.0  # the kernel is cut off at so many bandwidths: 6e-5 of its mass is lost
MASSES = (0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)  # enclosed by the contours
FRAME_SHARE = 0.999  # of the items, along each axis: an outlier must not shrink the land
PADDING = 0.08  # of the longer side, around the frame
SAMPLE = 256  # items whose neighbours are measured for the bandwidth
NEIGHBOURS = 15


@dataclass(frozen=True, slots=True)
class Terrain:
    """Heights over a square piece of the map.

    Attributes:
        grid: float32[512, 512], items per square map unit at the centre of each cell; row 0 is
            the lowest y.
        bounds: of the grid: x0, y0, x1, y1 in map units.
        bandwidth: standard deviation of the kernel, map units.
        thresholds: contour heights, strictly ascending.
    """

    grid: NDArray[np.float32]
    bounds: Bounds
    bandwidth: float
    thresholds: tuple[float, ...]


def survey(places: NDArray[np.float32]) -> Terrain | None:
    """Measure the land from scratch.

    Args:
        places: float32[n, 2], finite.

    Returns:
        The terrain, or None when there are no items.
    """
    if not len(places):
        return None
    points = places.astype(np.float64)
    width = bandwidth(places)
    bounds = _grid_bounds(frame(places), width)
    grid = _heights(points, bounds, width)
    return Terrain(grid.astype(np.float32), bounds, width, _thresholds(grid))


def stamp(terrain: Terrain, x: float, y: float, weight: float = 1.0) -> None:
    """Add one item (+1) to the terrain's grid, or take it off (−1); bounds and thresholds stay.

    Guarantee: equals a new survey with the frozen bounds and bandwidth, up to rounding.
    """
    x0, y0, x1, y1 = terrain.bounds
    columns, across = _bump(x, x0, x1, terrain.bandwidth)
    rows, along = _bump(y, y0, y1, terrain.bandwidth)
    patch = terrain.grid[rows, columns]
    patch += np.outer(along * (weight / _cell_area(terrain.bounds)), across)
    # Taking away what was added may leave a rounding error below zero.
    np.maximum(patch, 0.0, out=patch)


def heights_at(terrain: Terrain, places: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32[n]: the height at each place, interpolated; 0 outside the grid."""
    x0, y0, x1, y1 = terrain.bounds
    columns, right = _nodes(places[:, 0].astype(np.float64), x0, x1)
    rows, up = _nodes(places[:, 1].astype(np.float64), y0, y1)
    rim = np.pad(terrain.grid, 1)
    columns, rows = np.clip(columns + 1, 0, SIZE), np.clip(rows + 1, 0, SIZE)
    lower = rim[rows, columns] * (1 - right) + rim[rows, columns + 1] * right
    upper = rim[rows + 1, columns] * (1 - right) + rim[rows + 1, columns + 1] * right
    inside = (places[:, 0] >= x0) & (places[:, 0] <= x1)
    inside &= (places[:, 1] >= y0) & (places[:, 1] <= y1)
    return np.where(inside, lower * (1 - up) + upper * up, 0.0).astype(np.float32)


def frame(places: NDArray[np.float32]) -> Bounds:
    """The view to open with: where 99.9 % of the items lie along each axis, padded.

    Of a small map at least one item may fall outside at each side, if it lies far off: 20 items
    and one lost outlier still fill the view. Items within the padding are in view again.
    """
    if not len(places):
        return -1.0, -1.0, 1.0, 1.0
    count = len(places)
    spare = max(round(count * (1 - FRAME_SHARE) / 2), 1) if count >= 20 else 0
    ordered = np.sort(places.astype(np.float64), axis=0)
    low, high = ordered[spare], ordered[count - 1 - spare]
    span = float((high - low).max()) or 1.0
    middle, half = (low + high) / 2, np.maximum((high - low) / 2, span * 0.25) + PADDING * span
    (x0, y0), (x1, y1) = middle - half, middle + half
    return float(x0), float(y0), float(x1), float(y1)


def bandwidth(places: NDArray[np.float32]) -> float:
    """The standard deviation of the kernel: twice the median distance to the 15th neighbour.

    It is held between 0.5 % and 3 % of the frame's longer side, so that neither a burst of
    duplicates nor a thin spread decides; few items get up to 10 %, or they would be dots. Scott's
    rule is not used: it assumes one hill and smooths many into one.
    """
    x0, y0, x1, y1 = frame(places)
    extent = max(x1 - x0, y1 - y0)
    count = len(places)
    widest = float(np.clip(0.45 / np.sqrt(max(count, 1)), 0.03, 0.10))
    if count <= NEIGHBOURS:
        return widest * extent
    points = places.astype(np.float64)
    probes = points[np.linspace(0, count - 1, min(count, SAMPLE)).astype(np.intp)]
    reach = [
        np.partition(((points - probe) ** 2).sum(axis=1), NEIGHBOURS)[NEIGHBOURS]
        for probe in probes
    ]
    return float(np.clip(2 * np.sqrt(np.median(reach)), 0.005 * extent, widest * extent))


def _grid_bounds(view: Bounds, width: float) -> Bounds:
    """The square around the frame and its shores: cells are square, so hills are round."""
    x0, y0, x1, y1 = view
    half = max(x1 - x0, y1 - y0) / 2 + 3 * width
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return x - half, y - half, x + half, y + half


def _heights(points: NDArray[np.float64], bounds: Bounds, width: float) -> NDArray[np.float64]:
    """Bin linearly, then smooth rows and columns by one banded matrix each."""
    x0, y0, x1, y1 = bounds
    columns, right = _nodes(points[:, 0], x0, x1)
    rows, up = _nodes(points[:, 1], y0, y1)
    binned = np.zeros((SIZE, SIZE))
    for row, row_share in ((rows, 1 - up), (rows + 1, up)):
        for column, column_share in ((columns, 1 - right), (columns + 1, right)):
            on = (row >= 0) & (row < SIZE) & (column >= 0) & (column < SIZE)
            np.add.at(binned, (row[on], column[on]), (row_share * column_share)[on])
    kernel = _kernel(width / ((x1 - x0) / SIZE))
    return kernel @ binned @ kernel / _cell_area(bounds)


def _bump(value: float, low: float, high: float, width: float) -> tuple[slice, NDArray[np.float64]]:
    """One axis of a stamp: the cells that it reaches, and what it adds to each."""
    sigma_cells = width / ((high - low) / SIZE)
    node, share = _nodes(np.array([value]), low, high)
    below, reach = int(node[0]), int(REACH * sigma_cells) + 1
    first, last = max(below - reach, 0), min(below + 1 + reach, SIZE - 1)
    cells, profile = np.arange(first, last + 1), _profile(sigma_cells)
    added = np.zeros(len(cells))
    for at, part in ((below, 1 - share[0]), (below + 1, share[0])):
        if 0 <= at < SIZE:
            added += part * profile[np.abs(cells - at)]
    return slice(first, first + len(cells)), added


def _nodes(
    values: NDArray[np.float64], low: float, high: float
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The node below each value, and the share that belongs to the node above."""
    # Values far outside are held where no node is near, so that they fit an integer.
    position = np.clip((values - low) / (high - low) * SIZE - 0.5, -3.0, SIZE + 3.0)
    below = np.floor(position)
    return below.astype(np.intp), position - below


def _kernel(sigma_cells: float) -> NDArray[np.float64]:
    """float64[512, 512]: the banded, symmetric matrix that smooths one axis."""
    offset, profile = np.arange(SIZE), _profile(sigma_cells)
    matrix: NDArray[np.float64] = profile[np.abs(offset[:, None] - offset[None, :])]
    return matrix


def _profile(sigma_cells: float) -> NDArray[np.float64]:
    """float64[512]: the kernel's share at so many cells from its middle."""
    offset = np.arange(SIZE)
    profile = np.exp(-0.5 * (offset / sigma_cells) ** 2)
    profile[offset > REACH * sigma_cells] = 0.0
    shares: NDArray[np.float64] = profile / (profile[0] + 2 * profile[1:].sum())
    return shares


def _cell_area(bounds: Bounds) -> float:
    x0, y0, x1, y1 = bounds
    return (x1 - x0) * (y1 - y0) / SIZE**2


def _thresholds(grid: NDArray[np.float64]) -> tuple[float, ...]:
    """Heights whose contours enclose 95 % … 10 % of the mass, ascending.

    The highest-density regions of Hyndman 1996 (doi:10.1080/00031305.1996.10474359). Linear steps
    would flatten a whole map under one dense burst. The mass is that of the smoothed density, so
    a lone item has rings, too.
    """
    heights = np.sort(grid.ravel())[::-1]
    enclosed = np.cumsum(heights) / heights.sum()
    at = np.minimum(np.searchsorted(enclosed, MASSES), heights.size - 1)
    return tuple(float(height) for height in np.unique(heights[at]) if height > 0)
