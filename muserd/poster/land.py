"""The land of a poster: the map's density with the page's coasts, its bands, contours and shade.

The outlines are those of the page: the same field of noise moves the same heights
(viewer/src/geometry/roughness.js), so that people recognise their coasts.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

_REACH = 0.85  # share of the smoothing's width by which a place may move
_LONGEST = 3.2  # the longest waves, in widths of the smoothing
_OCTAVES = 6
_TURNS = 64  # directions of the noise's slopes
_BANDS = 8
_STRONG_EVERY = 5
_RELIEF = 2.2  # rise over run of a slope that climbs all of the land within a width
_SHORTEST = 10  # points of a ring; smaller ones are noise of the grid
_SHELF = (0.35, 1.0, 2.2)  # widths of the smoothing: how far from the coast each tint reaches
_WATER_LINES = (0.25, 0.6, 1.05, 1.6, 2.25)  # likewise, of the lines along the coast

Rings = list[NDArray[np.float64]]  # lines of points float64[n, 2] in map units
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Land:
    """What is drawn of it, in map units.

    Attributes:
        shelf: rings of the sea's tints, from the deep to the coast.
        bands: rings of the land's tints, the lowest first.
        thin, strong: contour lines; the coast is strong.
        water: lines along the coast, the nearest first.
        shade: float32[n, n], −1 … 1: away from the light, in the light; row 0 is the lowest y.
        bounds: of the shade.
    """

    shelf: list[Rings]
    bands: list[Rings]
    thin: Rings
    strong: Rings
    water: list[Rings]
    shade: NDArray[np.float32]
    bounds: Bounds


def land_of(grid: NDArray[np.float32], bounds: Bounds, thresholds: Sequence[float]) -> Land:
    """The land of a terrain, float32[n, n]: see `terrain.density`."""
    from contourpy import FillType, contour_generator
    from scipy import ndimage

    width = _smoothing(grid)
    rough = roughened(grid.astype(np.float64), bounds, width)
    fine = np.maximum(ndimage.zoom(rough, 2, order=3, mode="nearest", grid_mode=True), 0.0)
    levels = contour_levels(thresholds, float(grid.max()))
    coast = levels[0].value if levels else math.inf
    x, y = _axes(bounds, len(fine))
    heights = contour_generator(x, y, fine, fill_type=FillType.OuterOffset)
    offshore = ndimage.distance_transform_edt(fine < coast) if levels else np.zeros_like(fine)
    sea = contour_generator(x, y, offshore, fill_type=FillType.OuterOffset)
    wide = 2 * width  # of the smoothing, in cells of the fine grid
    edges = [level.value for level in levels if level.band]
    return Land(
        shelf=[_filled(sea.filled(-1.0, reach * wide)) for reach in reversed(_SHELF) if levels],
        bands=[_filled(heights.filled(edge, math.inf)) for edge in edges],
        thin=_lines(heights, [one.value for one in levels[1:] if not one.strong]),
        strong=_lines(heights, [one.value for n, one in enumerate(levels) if one.strong or not n]),
        water=[_lines(sea, [reach * wide]) for reach in _WATER_LINES if levels],
        shade=hillshade(fine, coast, wide),
        bounds=bounds,
    )


@dataclass(frozen=True, slots=True)
class Level:
    """A contour: whether it is an index contour, and whether a tint begins at it."""

    value: float
    strong: bool
    band: bool


def contour_levels(thresholds: Sequence[float], top: float) -> list[Level]:
    """The page's contours: see viewer/src/geometry/levels.js."""
    anchors = [value for value in thresholds if 0 < value < top]
    if not anchors:
        return []
    values = [anchors[0] * 0.55]
    for value, after in zip(anchors, [*anchors[1:], None], strict=True):
        values.append(value)
        if after is not None:
            values.append((value + after) / 2)
        else:
            values += [value + (top - value) * k / 4 for k in (1, 2, 3)]
    count = len(values)
    bands = {round(n * (count - 1) / _BANDS) for n in range(min(_BANDS, count))}
    return [
        Level(value, n % _STRONG_EVERY == _STRONG_EVERY - 1, n in bands)
        for n, value in enumerate(values)
    ]


def roughened(grid: NDArray[np.float64], bounds: Bounds, width: float) -> NDArray[np.float64]:
    """The same heights, each taken from a place nearby that a fixed field of noise names."""
    from scipy import ndimage

    size = len(grid)
    unit = (bounds[2] - bounds[0]) / size
    at = bounds[0] + unit * np.arange(size), bounds[1] + unit * np.arange(size)
    x, y = np.meshgrid(*at)
    dx, dy = np.zeros_like(grid), np.zeros_like(grid)
    first = math.ceil(math.log2(width * unit * _LONGEST))
    for k in range(_OCTAVES):
        length = 2.0 ** (first - k)
        steps = math.log2(width * unit * _LONGEST / length)
        height = 0.56 ** max(steps, 0.0) * min(1.0, 1.0 + steps)
        if height <= 0.001 or length <= 5 * unit:
            continue
        seed = (first - k) * 131
        reach = _REACH * width * height
        dx += reach * noise(x / length, y / length, seed)
        dy += reach * noise(x / length, y / length, seed + 57)
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float64)
    moved: NDArray[np.float64] = ndimage.map_coordinates(
        grid, [rows + dy, columns + dx], order=1, mode="nearest"
    )
    return moved


def noise(x: NDArray[np.float64], y: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Gradient noise after Perlin 2002 (doi:10.1145/566654.566636), −1 … 1."""
    i, j = np.floor(x), np.floor(y)
    u, v = x - i, y - j
    su, sv = (w * w * w * (w * (w * 6 - 15) + 10) for w in (u, v))
    a = _slope(i, j, seed, u, v)
    b = _slope(i + 1, j, seed, u - 1, v)
    c = _slope(i, j + 1, seed, u, v - 1)
    d = _slope(i + 1, j + 1, seed, u - 1, v - 1)
    return np.asarray(1.4 * (a + su * (b - a) + sv * (c + su * (d - c) - a - su * (b - a))))


def hillshade(heights: NDArray[np.float64], coast: float, width: float) -> NDArray[np.float32]:
    """After Horn 1981 (doi:10.1109/PROC.1981.11918): light from 315° at 45°, the sea flat.

    Heights are taken by their logarithm, or only the peaks would have relief.
    """
    top = float(heights.max(initial=0.0))
    if not math.isfinite(coast) or top <= coast:
        return np.zeros(heights.shape, np.float32)
    foot = max(coast * 1.5, top * 0.02, 1e-9)
    unit = _RELIEF * width / math.log1p((top - coast) / foot) / 8
    z = np.log1p(np.maximum(heights - coast, 0.0) / foot) * unit
    edge = np.pad(z, 1, mode="edge")
    left, right, middle = edge[:, :-2], edge[:, 2:], edge[:, 1:-1]
    dx = (right - left)[:-2] + 2 * (right - left)[1:-1] + (right - left)[2:]
    across = left + 2 * middle + right
    dy = across[2:] - across[:-2]
    light = (0.5 * dx - 0.5 * dy + math.sqrt(0.5)) / np.sqrt(dx * dx + dy * dy + 1)
    shade = np.clip(light / math.sqrt(0.5) - 1, -0.75, 0.75) / 0.75
    return np.where(z > 0, shade, 0.0).astype(np.float32)


def _slope(
    i: NDArray[np.float64],
    j: NDArray[np.float64],
    seed: int,
    u: NDArray[np.float64],
    v: NDArray[np.float64],
) -> NDArray[np.float64]:
    with np.errstate(over="ignore"):
        a = i.astype(np.int64).astype(np.uint32) * np.uint32(0x27D4EB2D)
        b = j.astype(np.int64).astype(np.uint32) * np.uint32(0x165667B1)
        mixed = a ^ b ^ np.uint32(seed * 0x9E3779B1 & 0xFFFFFFFF)
        mixed = (mixed ^ mixed >> np.uint32(15)) * np.uint32(0x2C1B3C6D)
    turn = (mixed ^ mixed >> np.uint32(13)) & np.uint32(_TURNS - 1)
    angle = 2 * math.pi / _TURNS * turn
    return np.asarray(np.cos(angle) * u + np.sin(angle) * v)


def _smoothing(grid: NDArray[np.float32]) -> float:
    """The width of the kernel in cells, told by the steepest slope: see the page's."""
    dx = grid[2:-2, 4:] - grid[2:-2, :-4]
    dy = grid[4:, 2:-2] - grid[:-4, 2:-2]
    steepest = float((dx * dx + dy * dy).max(initial=0.0))
    top = float(grid.max(initial=0.0))
    return 0.607 * top / (math.sqrt(steepest) / 4) if steepest > 0 else len(grid) / 20


def _axes(bounds: Bounds, size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The middles of cells along each axis."""
    x0, y0, x1, y1 = bounds
    middles = (np.arange(size) + 0.5) / size
    return x0 + (x1 - x0) * middles, y0 + (y1 - y0) * middles


def _filled(found: Any) -> Rings:
    """The rings of what contourpy gives for `FillType.OuterOffset`."""
    rings = []
    for points, offsets in zip(*found, strict=True):
        rings += [points[a:b] for a, b in pairwise(offsets) if b - a >= _SHORTEST]
    return rings


def _lines(generator: Any, values: Sequence[float]) -> Rings:
    rings: Rings = []
    for value in values:
        rings += [line for line in generator.lines(value) if len(line) >= _SHORTEST]
    return rings
