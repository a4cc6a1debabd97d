"""Old regions on a new map: continuity has the right of way where density does not say otherwise.

The leaves of a density tree are fragile: a few new items, or places that moved by a hundredth, turn
one leaf into two, or two into one, where people see no change. So each item keeps its region, and
the new tree is asked only for what is clear:

- a region dissolves when its items no longer have mostly one another for neighbours, or are few;
- it parts where it came apart on the map, or where the tree shows two leaves of twice the least
  size within it (a first cut takes leaves of the least size: this is the hysteresis);
- a region is born from a leaf of items that were in none.

At last single items follow where two thirds of their neighbours are.
"""

import numpy as np
from numpy.typing import NDArray

OUTLIER = -1
FEWEST_NEAR = 3  # neighbours that are asked about a member of a small region
OWN = 0.5  # of its items' neighbours in regions: a region with fewer of its own dissolves
STRANGE = 0.8  # of a leaf's items in no region: it is a region of its own
CLEAR_SHARE = 2 / 3  # of the neighbours that must agree for an item to follow them
STAY_SHARE = 1 / 3  # the same, where the leaf that an item lies in says so too
ROUNDS = 10  # of following

Labels = NDArray[np.int32]
Near = NDArray[np.intp]


def inherit(
    near: Near, before: Labels, fresh: Labels, clear: Labels, size: int, fewest: int
) -> Labels:
    """The regions of one level, where the level has a past.

    Args:
        near: intp[n, k], the nearest other items on the new map, nearest first.
        before: int32[n], the old region of each item, −1 for none.
        fresh: int32[n], leaves of the new tree with the least size, −1 for outliers.
        clear: int32[n], the same with twice the least size.
        size: the least size.
        fewest: items of a region; one with less dissolves.

    Returns:
        int32[n], numbered from 0.
    """
    flat = _dissolve(near, number(before), fewest)
    flat = _part(near, _come_apart(near, flat, size), clear)
    flat = _born(flat, fresh)
    return settle(near, flat, fresh)


def settle(near: Near, flat: Labels, fresh: Labels | None = None) -> Labels:
    """Let items follow their neighbours.

    A leaf stops at the density where it parted from its sibling, so it leaves out its own rim. An
    item that arrived there later would join by the vote of its neighbours: so may those that are
    there already, if anybody there counts them as a neighbour.

    Args:
        near: intp[n, k], as above.
        flat: int32[n], regions, −1 for none.
        fresh: int32[n], leaves of the new tree, where the regions are older than it: they have a
            say on who joins, and on who leaves for no other region.

    Returns:
        int32[n], numbered from 0.
    """
    settled = flat.copy()
    if not near.shape[1]:
        return settled
    wish = None if fresh is None else _heirs(flat, fresh)
    for _ in range(ROUNDS):
        following = _follow(near, settled)
        if fresh is not None and wish is not None:
            joins = (following == OUTLIER) & (_support(near, settled, wish) >= STAY_SHARE)
            following[joins] = wish[joins]
            rests = (following == settled) & (fresh == OUTLIER)
            following[rests & (_support(near, settled, settled) < STAY_SHARE)] = OUTLIER
        alone = (settled == OUTLIER) & ~_welcome(near, settled, following)
        following[alone] = OUTLIER
        if (following == settled).all():
            break
        settled = following
    return number(settled)


def _support(near: Near, flat: Labels, region: Labels) -> NDArray[np.float64]:
    """float64[n]: the share of each item's neighbours in some region; 0 where that is none."""
    return np.asarray(((flat[near] == region[:, None]).mean(axis=1)) * (region != OUTLIER))


def number(flat: Labels) -> Labels:
    """The same regions, numbered without gaps by their first members."""
    regions, first, place = np.unique(flat, return_index=True, return_inverse=True)
    numbers = np.empty(len(regions), dtype=np.int32)
    order = np.argsort(np.where(regions == OUTLIER, -1, first), kind="stable")
    numbers[order] = np.arange(len(regions))
    outliers = int(len(regions) > 0 and regions[0] == OUTLIER)
    return np.asarray((numbers - outliers)[place], dtype=np.int32)


def _follow(near: Near, flat: Labels) -> Labels:
    """Where each item's neighbours are, two thirds of them; else where it is."""
    asked = _asked(near, flat)
    nobody = np.iinfo(np.int32).max
    ballots = np.sort(np.where(asked, flat[near], nobody), axis=1)
    count = asked.sum(axis=1)
    # If two thirds agree, the middle ballot is theirs.
    middle = np.take_along_axis(ballots, (count // 2)[:, None], axis=1)
    agree = (ballots == middle).sum(axis=1) >= CLEAR_SHARE * count
    return np.where(agree, middle[:, 0], flat).astype(np.int32)


def _welcome(near: Near, flat: Labels, following: Labels) -> NDArray[np.bool_]:
    """Whether any item of the region that one would follow counts it as a neighbour in turn.

    Who lives far out has neighbours too, but is nobody's.
    """
    returned = flat[:, None] == following[near]
    welcome = np.zeros(len(flat), dtype=bool)
    welcome[near[returned]] = True
    return welcome


def _asked(near: Near, flat: Labels) -> NDArray[np.bool_]:
    """bool[n, k]: which neighbours speak for an item: half as many as its region has members."""
    sizes = np.bincount(flat[flat != OUTLIER], minlength=1)
    reach = np.where(flat == OUTLIER, near.shape[1], np.maximum(sizes[flat] // 2, FEWEST_NEAR))
    return np.asarray(np.arange(near.shape[1]) < reach[:, None])


def _dissolve(near: Near, flat: Labels, fewest: int) -> Labels:
    """Without regions whose items lie scattered among others', or are fewer than `fewest`."""
    inside = flat != OUTLIER
    if not inside.any() or not near.shape[1]:
        return flat
    asked = _asked(near, flat) & inside[near]
    own = (asked & (flat[near] == flat[:, None])).sum(axis=1)
    count = int(flat.max()) + 1
    sizes = np.bincount(flat[inside], minlength=count)
    shared = np.bincount(flat[inside], own[inside], minlength=count)
    said = np.bincount(flat[inside], asked.sum(axis=1)[inside], minlength=count)
    holds = (shared >= OWN * said) & (sizes >= fewest)
    return np.where(inside & holds[flat], flat, OUTLIER).astype(np.int32)


def _come_apart(near: Near, flat: Labels, size: int) -> Labels:
    """Pieces of at least `size` items become regions, where no neighbours tie them to the rest."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    ties = _asked(near, flat) & (flat[near] == flat[:, None]) & (flat != OUTLIER)[:, None]
    rows, columns = np.nonzero(ties)
    shape = (len(flat), len(flat))
    graph = csr_array((np.ones(len(rows), np.int8), (rows, near[rows, columns])), shape=shape)
    _, piece = connected_components(graph, directed=False)
    sizes = np.bincount(piece)
    parted, following = flat.copy(), int(flat.max(initial=OUTLIER)) + 1
    largest: dict[int, int] = {}
    for one in np.flatnonzero(sizes >= max(size, 2)).tolist():
        members = np.flatnonzero(piece == one)
        region = int(flat[members[0]])
        if region in largest:
            parted[members], following = following, following + 1
        largest[region] = one
    return parted


def _part(near: Near, flat: Labels, clear: Labels) -> Labels:
    """Regions that hold two clear leaves or more part into them."""
    leaves = int(clear.max(initial=OUTLIER)) + 1
    owners = _owners(flat, clear, leaves)
    parts = np.full(len(flat), OUTLIER, dtype=np.int32)
    torn = [region for region in np.unique(owners).tolist() if (owners == region).sum() > 1]
    if OUTLIER in torn:
        torn.remove(OUTLIER)
    affected = np.isin(flat, torn)
    core = affected & (clear != OUTLIER)
    core[core] = owners[clear[core]] == flat[core]
    parts[core] = clear[core]
    # The rest of a region goes with the nearest of its cores, from neighbour to neighbour.
    for _ in range(len(flat)):
        lost = np.flatnonzero(affected & (parts == OUTLIER))
        knows = (parts[near[lost]] != OUTLIER) & (flat[near[lost]] == flat[lost, None])
        found = knows.any(axis=1)
        if not found.any():
            break
        guide = near[lost[found], knows[found].argmax(axis=1)]
        parts[lost[found]] = parts[guide]
    return np.where(parts == OUTLIER, flat, parts + int(flat.max(initial=OUTLIER)) + 1).astype(
        np.int32
    )


def _owners(flat: Labels, leaf: Labels, leaves: int) -> NDArray[np.intp]:
    """intp[leaves]: the region that holds more than half of a leaf; −1 where none does."""
    owners = np.full(leaves, OUTLIER, dtype=np.intp)
    both = (leaf != OUTLIER) & (flat != OUTLIER)
    if not both.any():
        return owners
    shared = np.zeros((leaves, int(flat.max()) + 1), dtype=np.int64)
    np.add.at(shared, (leaf[both], flat[both]), 1)
    sizes = np.bincount(leaf[leaf != OUTLIER], minlength=leaves)
    first = shared.argmax(axis=1)
    holds = shared[np.arange(leaves), first] > OWN * sizes
    owners[holds] = first[holds]
    return owners


def _born(flat: Labels, fresh: Labels) -> Labels:
    """New regions from leaves whose items were in none."""
    settled = fresh != OUTLIER
    if not settled.any():
        return flat
    sizes = np.bincount(fresh[settled])
    strangers = np.bincount(fresh[settled & (flat == OUTLIER)], minlength=len(sizes))
    strange = strangers >= STRANGE * sizes
    born = settled & (flat == OUTLIER) & strange[fresh]
    return np.where(born, fresh + int(flat.max(initial=OUTLIER)) + 1, flat).astype(np.int32)


def _heirs(flat: Labels, fresh: Labels) -> Labels:
    """int32[n]: the region that an item's leaf mostly belongs to, −1 for none."""
    leaves = int(fresh.max(initial=OUTLIER)) + 1
    owners = _owners(flat, fresh, leaves)
    if not leaves:
        return np.full(len(flat), OUTLIER, dtype=np.int32)
    return np.where(fresh == OUTLIER, OUTLIER, owners[fresh]).astype(np.int32)
