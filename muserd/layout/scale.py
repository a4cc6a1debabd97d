"""How large a map is, and how far apart its items stand, by measures that outliers do not bend."""

import numpy as np
from numpy.typing import NDArray

SAMPLE = 256  # items whose neighbours are measured
NEIGHBOURS = 15
CORE = 0.998  # of the items along each axis make the extent


def extent(places: NDArray[np.float32]) -> float:
    """The longer side of the land without its outermost items, map units; 0 for a point."""
    if len(places) < 2:
        return 0.0
    spare = max(round(len(places) * (1 - CORE) / 2), 1) if len(places) >= 20 else 0
    ends = [spare, len(places) - 1 - spare]
    low, high = np.partition(places.astype(np.float64), ends, axis=0)[ends]
    return float((high - low).max())


def reach(places: NDArray[np.float32], neighbours: int = NEIGHBOURS) -> float:
    """The median distance to the n-th neighbour on the map, over a sample; map units."""
    count = len(places)
    if count < 2:
        return 0.0
    points = places.astype(np.float64)
    kth = min(neighbours, count - 1)
    probes = points[np.linspace(0, count - 1, min(count, SAMPLE)).astype(np.intp)]
    distances = [np.partition(((points - probe) ** 2).sum(axis=1), kth)[kth] for probe in probes]
    return float(np.sqrt(np.median(distances)))
