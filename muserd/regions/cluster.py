"""The regions of a map: HDBSCAN at up to three nested levels, cut from one tree.

HDBSCAN (Campello, Moulavi, Sander 2013, doi:10.1007/978-3-642-37456-2_14) builds one hierarchy of
density; each level condenses it with its own least size and takes the leaves, as Toponymy does.
Leaves, not the "excess of mass", for that tends to find one giant region.

Runs in the layout worker (hdbscan, scipy).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muserd.ground.records import LEVELS
from muserd.regions.survival import OUTLIER, lay_out, survive

FEWEST_ITEMS = 6  # a smaller map needs no regions
FEWEST_REGIONS = 6  # a level with fewer needs no coarser one
LEAST_SIZE, LEAST_SHARE = 10, 5e-4  # of a region at the finest level; the share of large maps
CLEARLY_FEWER = 0.7  # a coarser level has at most this share of the finer one's regions
COARSER = 0.85  # the next coarser level's least size is this quantile of the region sizes
NEIGHBOURS = 15  # that vote on an outlier
CLEAR_SHARE = 2 / 3  # of them that must agree
STAY_SHARE = 1 / 3  # of them that must agree with where it was before


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
            without a past. Regions that the new tree still holds survive (see `survival`).
        sizes: least sizes in the cut before, coarsest first; kept while they still suit.

    Guarantee: deterministic. Every region below level 0 lies within one region of the level
    above; an item with a region at some level has one at all coarser levels.
    """
    labels = np.full((len(places), LEVELS), OUTLIER, dtype=np.int32)
    if len(places) < FEWEST_ITEMS:
        return Cut(labels, ())
    least = min_cluster_size or least_size(len(places))
    tree = _tree(places, min(min_samples, least))
    wanted = sizes[::-1] if sizes and 0.5 <= least / sizes[-1] <= 2 else ()
    near = _neighbours(places, NEIGHBOURS)
    dendrogram = lay_out(tree)
    cuts: list[NDArray[np.int32]] = []
    taken: list[int] = []
    size, regions = wanted[0] if wanted else least, len(places)
    while len(cuts) < levels:
        flat = _leaves(tree, size)
        found, fewest = int(flat.max()) + 1, 2 if cuts else 1
        if found < fewest:
            break
        if found <= CLEARLY_FEWER * regions:
            past = _past(before, sizes, size)
            if past is not None:
                flat = _stay(near, survive(dendrogram, flat, past), past)
            cuts.append(_settle(near, flat))
            taken.append(size)
            regions = found
            if regions < FEWEST_REGIONS:
                break
        if len(taken) < len(wanted) and size < wanted[len(taken)]:
            size = wanted[len(taken)]
        else:
            members = np.bincount(flat[flat != OUTLIER])
            size = max(int(np.quantile(members, COARSER)), size + 1)
    nested = _nest(places, cuts[::-1])
    for level, flat in enumerate(nested):
        labels[:, level] = flat
    return Cut(labels, tuple(taken[::-1]))


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


def _past(
    before: NDArray[np.int32] | None, sizes: tuple[int, ...], size: int
) -> NDArray[np.int32] | None:
    """The old level that was cut about as finely."""
    if before is None or not sizes:
        return None
    ratio = np.abs(np.log(np.array(sizes) / size))
    return before[:, int(ratio.argmin())] if ratio.min() < np.log(2) else None


def _stay(
    near: NDArray[np.intp], flat: NDArray[np.int32], past: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Let outliers stay with those they were with, while a third of their neighbours are there."""
    outliers = np.flatnonzero((flat == OUTLIER) & (past != OUTLIER))
    both = (flat != OUTLIER) & (past != OUTLIER)
    if not outliers.size or not both.any():
        return flat
    # Where most of each old region went.
    olds, old = np.unique(past[both], return_inverse=True)
    went = np.zeros((len(olds), int(flat.max()) + 1), dtype=np.int32)
    np.add.at(went, (old, flat[both]), 1)
    heir = dict(zip(olds.tolist(), went.argmax(axis=1).tolist(), strict=True))
    wish = np.array([heir.get(int(region), OUTLIER) for region in past[outliers]])
    support = (flat[near[outliers]] == wish[:, None]).mean(axis=1)
    stays = (wish != OUTLIER) & (support >= STAY_SHARE)
    kept = flat.copy()
    kept[outliers[stays]] = wish[stays]
    return kept


def _settle(near: NDArray[np.intp], flat: NDArray[np.int32]) -> NDArray[np.int32]:
    """Let outliers join where two thirds of their neighbours agree.

    A leaf stops at the density where it parted from its sibling, so it leaves out its own rim. An
    item that arrived there later would join by the vote of its neighbours: so may those that are
    there already.
    """
    outliers = np.flatnonzero(flat == OUTLIER)
    if not outliers.size or not near.shape[1]:
        return flat
    ballots = np.sort(flat[near[outliers]], axis=1)
    # If two thirds agree, the middle ballot is theirs.
    middle = ballots[:, ballots.shape[1] // 2]
    clear = (ballots == middle[:, None]).mean(axis=1) >= CLEAR_SHARE
    settled = flat.copy()
    settled[outliers[clear]] = middle[clear]
    return settled


def _nest(places: NDArray[np.float32], cuts: list[NDArray[np.int32]]) -> list[NDArray[np.int32]]:
    """Make each finer region lie within one region of the level above, coarsest first."""
    nested = list(cuts)
    for level in range(len(nested) - 1, 0, -1):
        nested[level - 1] = _embrace(places, nested[level - 1], nested[level])
    return nested


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
    return _renumber(whole)


def _renumber(flat: NDArray[np.int32]) -> NDArray[np.int32]:
    """The same regions, numbered without gaps by their first members."""
    regions, first, place = np.unique(flat, return_index=True, return_inverse=True)
    number = np.empty(len(regions), dtype=np.int32)
    number[np.argsort(np.where(regions == OUTLIER, -1, first), kind="stable")] = np.arange(
        len(regions)
    )
    renumbered: NDArray[np.int32] = (number - (regions[0] == OUTLIER))[place].astype(np.int32)
    return renumbered


def _neighbours(places: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """intp[n, k]: the nearest other items on the map, k at most `count`."""
    from scipy.spatial import cKDTree

    among = min(count + 1, len(places))
    near = cKDTree(places).query(places, k=among)[1].reshape(len(places), among)
    return np.asarray(near[:, 1:], dtype=np.intp)
