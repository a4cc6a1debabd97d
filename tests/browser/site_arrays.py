"""What a synthetic site says about its land: terrain, neighbours, lineage."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from site_files import packed
from site_land import Land


def terrain_of(land: Land) -> dict[str, Any]:
    """Density on 512 × 512 nodes, smoothed by repeated box filters."""
    size = 512
    low, high = np.percentile(land.xy, 0.1, 0), np.percentile(land.xy, 99.9, 0)
    side = float(max((high - low).max(), 1e-3)) * 1.3
    middle = (low + high) / 2
    bounds = [float(middle[0] - side / 2), float(middle[1] - side / 2)]
    bounds += [bounds[0] + side, bounds[1] + side]
    grid, _, _ = np.histogram2d(
        land.xy[:, 1],
        land.xy[:, 0],
        bins=size,
        range=[[bounds[1], bounds[3]], [bounds[0], bounds[2]]],
    )
    width = int(np.clip(size * 0.085 / max(len(land.xy), 30) ** 0.13, 5, 40)) | 1
    kernel = np.ones(width) / width
    for _ in range(3):
        grid = np.apply_along_axis(np.convolve, 0, grid, kernel, "same")
        grid = np.apply_along_axis(np.convolve, 1, grid, kernel, "same")
    grid *= (size / side) ** 2
    top = float(grid.max()) or 1.0
    ordered = np.sort(grid.ravel())[::-1]
    mass = np.cumsum(ordered) / ordered.sum()
    shares = (0.97, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)
    thresholds = [float(ordered[np.searchsorted(mass, share)]) for share in shares]
    return {
        "space": land.space, "size": size, "bounds": bounds,
        "heights": packed(np.round(grid / top * 255).astype(np.uint8)),
        "top": top, "thresholds": sorted({round(t, 6) for t in thresholds}),
    }  # fmt: skip


def neighbours_of(
    xy: NDArray[np.float32], kept: int = 15
) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Nearest items within blocks sorted along a Hilbert-like key: true enough to look at."""
    n = len(xy)
    slots = np.full((n, kept), -1, np.int32)
    cosine = np.zeros((n, kept), np.uint8)
    order = np.lexsort((xy[:, 1], np.floor(xy[:, 0] * 4))) if n > 6000 else np.arange(n)
    for start in range(0, n, 2000):
        block = order[start : start + 2000] if n > 6000 else np.arange(start, min(start + 2000, n))
        pool = block if n > 6000 else np.arange(n)
        gap = ((xy[block, None] - xy[None, pool]) ** 2).sum(2)
        best = np.argsort(gap, 1)[:, 1 : kept + 1]
        found = np.take_along_axis(gap, best, 1)
        slots[block, : best.shape[1]] = pool[best]
        cosine[block, : best.shape[1]] = np.clip(245 - 130 * np.sqrt(found), 60, 250)
    return slots, cosine


def lineage_of(land: Land, slots: NDArray[np.int32], rng: np.random.Generator) -> dict[str, Any]:
    """Each item hangs on its nearest earlier neighbour, else on an earlier item (weak)."""
    n = len(land.xy)
    parent = np.full(n, -1, np.int32)
    weak = np.zeros(n, np.uint8)
    rows = np.arange(n)
    earlier = (slots >= 0) & (slots < rows[:, None])
    found, first = earlier.any(1), earlier.argmax(1)
    parent[found] = slots[rows[found], first[found]]
    lost = rows[~found & (rows > 0)]
    parent[lost], weak[lost] = rng.integers(0, lost), 1
    cosine = rng.integers(140, 250, n).astype(np.uint8)
    return {
        "space": land.space,
        "parent": packed(parent),
        "cosine": packed(cosine),
        "weak": packed(weak),
    }
