"""Where the label of a region stands, and which regions touch."""

import numpy as np
from numpy.typing import NDArray

from muserd.ground.records import LEVELS, NO_REGION, RegionId

GRID = 256  # cells along a side
NEAR = 15  # neighbours on the map
WIDTHS = 2.0  # the bandwidth in median distances to the fifteenth neighbour
HIGHER = 1.15  # a label moves for a peak higher than its own by this factor
CLOSEST = 3  # regions whose centres are nearest count as touching

Pair = tuple[RegionId, RegionId]


class Heights:
    """The density of a map at its items.

    Args:
        places: float32[n, 2], finite.
    """

    def __init__(self, places: NDArray[np.float32]) -> None:
        self._places = places.astype(np.float64)
        self._at = _densities(self._places)

    def peak(self, rows: NDArray[np.intp], stood: tuple[float, float] | None) -> int:
        """The row of the densest item among `rows`.

        The label stays with the item nearest to where it stood, unless the peak is clearly higher.
        """
        best = int(rows[np.lexsort((rows, -self._at[rows]))[0]])
        if stood is None:
            return best
        apart = ((self._places[rows] - np.array(stood)) ** 2).sum(axis=1)
        here = int(rows[apart.argmin()])
        return here if self._at[best] <= HIGHER * self._at[here] else best


def neighbours(places: NDArray[np.float32], labels: NDArray[np.int32]) -> set[Pair]:
    """Pairs of regions of one level that touch: their items are neighbours, or their centres."""
    from scipy.spatial import cKDTree

    pairs: set[Pair] = set()
    for level in range(LEVELS):
        inside = np.flatnonzero(labels[:, level] != NO_REGION)
        flat = labels[inside, level]
        regions = np.unique(flat)
        if len(regions) < 2:
            continue
        among = min(NEAR + 1, len(inside))
        near = cKDTree(places[inside]).query(places[inside], k=among)[1]
        found = np.stack([np.repeat(flat, among), flat[near].ravel()], axis=1)
        centres = np.stack([places[inside[flat == region]].mean(axis=0) for region in regions])
        closest = min(CLOSEST + 1, len(regions))
        around = cKDTree(centres).query(centres, k=closest)[1].reshape(len(regions), closest)
        islands = np.stack([np.repeat(regions, closest), regions[around].ravel()], axis=1)
        every = np.sort(np.concatenate([found, islands]), axis=1)
        for one, other in np.unique(every, axis=0).tolist():
            if one != other:
                pairs.add((RegionId(one), RegionId(other)))
    return pairs


def _densities(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """float64[n]: Gaussian density at each item, from a grid; all equal where all is one place."""
    from scipy.ndimage import gaussian_filter
    from scipy.spatial import cKDTree

    count = len(places)
    if count < 2:
        return np.ones(count)
    # A far outlier must not shrink the land to a cell.
    low, high = np.quantile(places, [0.001, 0.999], axis=0)
    extent = float((high - low).max())
    if extent <= 0:
        return np.ones(count)
    among = min(NEAR + 1, count)
    distances = np.asarray(cKDTree(places).query(places, k=among)[0])
    reach = float(np.median(distances[:, -1]))
    step = extent / (GRID - 1)
    cells = np.clip(np.rint((places - low) / step), 0, GRID - 1).astype(np.intp)
    grid = np.zeros((GRID, GRID))
    np.add.at(grid, (cells[:, 0], cells[:, 1]), 1.0)
    smooth = gaussian_filter(grid, max(WIDTHS * reach / step, 0.5), mode="constant")
    return np.asarray(smooth[cells[:, 0], cells[:, 1]])
