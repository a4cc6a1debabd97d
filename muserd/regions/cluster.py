"""The regions of a map: HDBSCAN at up to three nested levels, cut from one tree.

HDBSCAN (Campello, Moulavi, Sander 2013, doi:10.1007/978-3-642-37456-2_14) builds one hierarchy of
density; each level condenses it with its own least size and takes the leaves, as Toponymy does.
Leaves, not the "excess of mass", for that tends to find one giant region.

Runs in the layout worker (hdbscan, scipy).
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from muserd.ground.records import LEVELS
from muserd.regions.inheritance import OUTLIER, inherit, number, settle

FEWEST_ITEMS = 6  # a smaller map needs no regions
FEWEST_REGIONS = 8  # a level with fewer needs no coarser one
FEWEST_COUNTRIES = 3  # a coarser level with fewer says nothing
LEAST_SIZE, LEAST_SHARE = 10, 5e-4  # of a region at the finest level; the share of large maps
CLEARLY_FEWER = 0.7  # a coarser level has at most this share of the finer one's regions
LATE_REGIONS = 16  # the same over a map that people know: a new level recolours it
COARSER = 0.85  # the next coarser level's least size is this quantile of the region sizes
ECHO = 0.75  # of its parent's items: an only child with so many is no region
HYSTERESIS = 2  # times the least size: leaves that part a region which has a past
NEIGHBOURS = 15  # that an item follows

_Levels: TypeAlias = list[tuple[NDArray[np.int32], int]]  # labels, and their least size


@dataclass(frozen=True, slots=True)
class Cut:
    """The regions of a map.

    Attributes:
        labels: int32[n, 3], level 0 the coarsest; numbered from 0 at each level, −1 for outliers
            and at levels that the map does not have.
        sizes: the least size of a region at each level that was cut, coarsest first.
    """

    labels: NDArray[np.int32]
    sizes: tuple[int, ...]


def cluster(
    places: NDArray[np.float32],
    min_cluster_size: int = 0,
    min_samples: int = 5,
    levels: int = LEVELS,
    before: NDArray[np.int32] | None = None,
    sizes: tuple[int, ...] = (),
) -> Cut:
    """Cut a map into nested regions.

    Args:
        places: float32[n, 2], finite.
        min_cluster_size: least size at the finest level; 0 lets the number of items decide.
        min_samples: neighbours that make a place dense.
        levels: how many levels at most, 1 to 3.
        before: int32[n, 3], the region ids that the items had, −1 for none; None for a map
            without a past. Each level is inherited (see `inheritance`).
        sizes: least sizes in the cut before, coarsest first. Where the finest differs by more
            than a factor of two, another cut is wanted, and the past does not count.

    Guarantee: deterministic. Every region below level 0 lies within one region of the level
    above; an item with a region at some level has one at all coarser levels.
    """
    labels = np.full((len(places), LEVELS), OUTLIER, dtype=np.int32)
    if len(places) < FEWEST_ITEMS:
        return Cut(labels, ())
    least = min_cluster_size or least_size(len(places))
    tree = _tree(places, min(min_samples, least))
    near = _neighbours(places, NEIGHBOURS)
    past = _past(before, sizes, least)
    cuts, taken = _cuts(tree, near, past, least, levels)
    nested = _nest(places, cuts[::-1])
    for level, flat in enumerate(nested):
        labels[:, level] = flat
    return Cut(_without_echoes(labels), tuple(taken[::-1]))


def _cuts(
    tree: NDArray[np.float64], near: NDArray[np.intp], past: _Levels, least: int, levels: int
) -> tuple[list[NDArray[np.int32]], list[int]]:
    """Flat cuts of a tree, int32[n] each, finest first, and the least size of a region in each."""
    cuts: list[NDArray[np.int32]] = []
    taken: list[int] = []
    size, finer = least, len(near)
    while len(cuts) < levels:
        known = len(cuts) < len(past)
        if known and cuts:
            size = max(past[len(cuts)][1], taken[-1] + 1)
        flat = _leaves(tree, size)
        if known:
            clear = _leaves(tree, HYSTERESIS * size)
            flat = inherit(near, past[len(cuts)][0], flat, clear, size, least // 2)
        else:
            flat = settle(near, flat)
        found = int(flat.max()) + 1
        if found < (FEWEST_COUNTRIES if cuts and not known else 1):
            break
        if known or found <= CLEARLY_FEWER * finer:
            cuts.append(flat)
            taken.append(size)
            finer = found
            fewest = LATE_REGIONS if past else FEWEST_REGIONS
            if len(cuts) >= len(past) and found < fewest:
                break
        size = max(int(np.quantile(np.bincount(flat[flat != OUTLIER]), COARSER)), size + 1)
    return cuts, taken


def least_size(items: int) -> int:
    """The least size of a region at the finest level, for so many items."""
    return max(min(LEAST_SIZE, items // 10), 3, round(LEAST_SHARE * items))


def _tree(places: NDArray[np.float32], min_samples: int) -> NDArray[np.float64]:
    """The single linkage tree: merged nodes, distance, size per row."""
    from hdbscan import HDBSCAN

    model = HDBSCAN(
        min_cluster_size=2,
        min_samples=min(min_samples, len(places) - 1),
        approx_min_span_tree=False,
        core_dist_n_jobs=1,
    )
    tree = model.fit(places.astype(np.float64)).single_linkage_tree_.to_numpy()
    # Duplicates merge at distance 0, where density has no number: let them lie a hair apart.
    distances = tree[:, 2]
    apart = distances[distances > 0]
    distances[distances == 0] = (apart.min() if apart.size else 1.0) / 2
    return np.asarray(tree, dtype=np.float64)


def _leaves(tree: NDArray[np.float64], size: int) -> NDArray[np.int32]:
    """int32[n]: the leaf regions of the tree condensed with a least size."""
    from hdbscan.hdbscan_ import _tree_to_labels

    found = _tree_to_labels(None, tree, size, cluster_selection_method="leaf")
    return np.asarray(found[0], dtype=np.int32)


def _past(before: NDArray[np.int32] | None, sizes: tuple[int, ...], least: int) -> _Levels:
    """The old levels and their least sizes, finest first; none where another cut is wanted."""
    if before is None or not sizes or not 0.5 <= least / sizes[-1] <= 2:
        return []
    return [(before[:, level], sizes[level]) for level in range(len(sizes) - 1, -1, -1)]


def _nest(places: NDArray[np.float32], cuts: list[NDArray[np.int32]]) -> list[NDArray[np.int32]]:
    """Make each finer region lie within one region of the level above, coarsest first."""
    nested = list(cuts)
    for level in range(len(nested) - 1, 0, -1):
        nested[level - 1] = _embrace(places, nested[level - 1], nested[level])
    return nested


def _without_echoes(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """Without regions that are nearly all of their parent: their children take their place.

    An only child says nothing that its parent does not say, and wants the same name.
    """
    clear = labels.copy()
    for level in range(LEVELS - 1):
        inside = clear[:, level] != OUTLIER
        for parent in np.unique(clear[inside, level]).tolist():
            rows = np.flatnonzero(clear[:, level] == parent)
            for _ in range(level + 1, LEVELS):
                below = clear[rows, level + 1]
                children = np.unique(below[below != OUTLIER])
                if len(children) != 1 or (below != OUTLIER).mean() < ECHO:
                    break
                following = clear.max(axis=0)[level + 1 :] + 1
                finer = clear[rows, level + 2 :]
                clear[rows, level + 1 : -1] = np.where(
                    finer == OUTLIER, OUTLIER, finer + following[:-1]
                )
                clear[rows, -1] = OUTLIER
    for level in range(LEVELS):
        clear[:, level] = number(clear[:, level])
    return clear


def _embrace(
    places: NDArray[np.float32], coarse: NDArray[np.int32], fine: NDArray[np.int32]
) -> NDArray[np.int32]:
    """The coarse regions, changed so that each takes in its finer regions whole.

    A finer region without a coarse one joins the nearest, unless it lies farther off than it is
    wide: such an island is a coarse region of its own.
    """
    from scipy.spatial import cKDTree

    whole = coarse.copy()
    mainland = np.flatnonzero(coarse != OUTLIER)
    shore = cKDTree(places[mainland])
    following = int(coarse.max()) + 1
    for region in range(int(fine.max()) + 1):
        members = np.flatnonzero(fine == region)
        inside = coarse[members]
        inside = inside[inside != OUTLIER]
        if 2 * inside.size >= members.size:
            whole[members] = np.bincount(inside).argmax()
            continue
        found = shore.query(places[members])
        distance, nearest = np.asarray(found[0]), np.asarray(found[1])
        width = 2 * np.sqrt(places[members].var(axis=0).sum())
        if distance.min() <= width:
            whole[members] = np.bincount(coarse[mainland[nearest]]).argmax()
        else:
            whole[members] = following
            following += 1
    return number(whole)


def _neighbours(places: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """intp[n, k]: the nearest other items on the map, k at most `count`."""
    from scipy.spatial import cKDTree

    among = min(count + 1, len(places))
    near = cKDTree(places).query(places, k=among)[1].reshape(len(places), among)
    return np.asarray(near[:, 1:], dtype=np.intp)
