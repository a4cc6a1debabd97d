"""Borders drawn on a map: what lies inside, and a border around given places."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from muserd.ground.errors import UsageError

MOST_POINTS = 10_000
_MARGIN = 0.02  # of the extent, kept around the members
_LONERS = 0.05  # of the members, farthest from their middle, that a border need not hold

Points = Sequence[tuple[float, float]]


def checked(points: Points) -> tuple[tuple[float, float], ...]:
    """A border that encloses something.

    Raises:
        UsageError: fewer than three points, too many, values that are no numbers, no area.
    """
    if not 3 <= len(points) <= MOST_POINTS:
        raise UsageError(
            f"a border of {len(points):,} points", f"draw one of 3 to {MOST_POINTS:,} points"
        )
    line = np.asarray(points, dtype=np.float64)
    if line.shape != (len(points), 2) or not np.isfinite(line).all():
        raise UsageError("a point of the border is no pair of numbers", "draw it again")
    if abs(area(line)) <= 0 or not np.ptp(line, axis=0).all():
        raise UsageError("the border encloses nothing", "draw it around something")
    return tuple((float(x), float(y)) for x, y in line)


def area(line: NDArray[np.float64]) -> float:
    """The signed area of a polygon float64[n, 2] (the shoelace formula)."""
    x, y = line[:, 0], line[:, 1]
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def inside(places: NDArray[np.float32], points: Points) -> NDArray[np.bool_]:
    """bool[n]: which of some places, float32[n, 2], lie inside a polygon, by the even-odd rule."""
    line = np.asarray(points, dtype=np.float64)
    x, y = places[:, 0].astype(np.float64), places[:, 1].astype(np.float64)
    odd = np.zeros(len(places), np.bool_)
    near = (x >= line[:, 0].min()) & (x <= line[:, 0].max())
    near &= (y >= line[:, 1].min()) & (y <= line[:, 1].max())
    rows = np.flatnonzero(near)
    px, py = x[rows], y[rows]
    crossed = np.zeros(len(rows), np.bool_)
    for (x0, y0), (x1, y1) in zip(line, np.roll(line, -1, axis=0), strict=True):
        if y0 == y1:
            continue
        spans = (py < y0) != (py < y1)
        crossed ^= spans & (px < x0 + (py - y0) * (x1 - x0) / (y1 - y0))
    odd[rows] = crossed
    return odd


def around(places: NDArray[np.float32]) -> tuple[tuple[float, float], ...]:
    """A border around places, float32[n, 2], n ≥ 1: their convex hull without the farthest few."""
    middle = np.median(places, axis=0)
    apart = np.linalg.norm(places - middle, axis=1)
    kept = places[apart <= np.quantile(apart, 1 - _LONERS)] if len(places) > 10 else places
    hull = _hull(np.unique(kept.astype(np.float64), axis=0))
    reach = max(float(np.ptp(kept, axis=0).max()), 1e-3)
    if len(hull) < 3:
        x, y = kept.mean(axis=0, dtype=np.float64)
        half = reach / 2 + _MARGIN * reach
        square = (
            (x - half, y - half),
            (x + half, y - half),
            (x + half, y + half),
            (x - half, y + half),
        )
        return tuple((float(a), float(b)) for a, b in square)
    centre = hull.mean(axis=0)
    outward = hull - centre
    length = np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-9)
    grown = hull + outward / length * _MARGIN * reach
    return tuple((float(x), float(y)) for x, y in grown)


def _hull(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The convex hull of sorted points, counter-clockwise (Andrew's monotone chain)."""

    def half(ordered: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        chain: list[NDArray[np.float64]] = []
        for point in ordered:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
                chain.pop()
            chain.append(point)
        return chain[:-1]

    if len(points) < 3:
        return points
    return np.array(half(points) + half(points[::-1]))


def _turn(a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64]) -> float:
    return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))
