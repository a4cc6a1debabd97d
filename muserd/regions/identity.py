"""Which new region is which old one: identities that outlive a refit.

Old and new regions are compared by the items they share (Jaccard) and paired so that the sum is
greatest (Kuhn 1955, doi:10.1002/nav.3800020109). So the largest child inherits a split and the
largest parent a merger. Runs in the layout worker (scipy).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muserd.ground.records import LEVELS, NO_REGION, Region, RegionChange, RegionEvent, RegionId

SAME = 0.3  # Jaccard from which on two regions are the same one
OTHER_LEVEL = 0.1  # taken off per level between them: a twin at the same level goes first
PART = 0.2  # of a region's items: fewer that go elsewhere are no split, no merger
CLIFF = 2.0  # a level's count may change by this factor


@dataclass(frozen=True, slots=True)
class Matched:
    """The new regions under lasting ids.

    Attributes:
        ids: int32[n, 3], −1 for outliers.
        events: one `kept`, `new`, `revived` or `retired` per region, and the splits and mergers.
        next_id: the first id that was never given.
    """

    ids: NDArray[np.int32]
    events: tuple[RegionEvent, ...]
    next_id: int


@dataclass(frozen=True, slots=True)
class _Set:
    """One region as the rows of its items."""

    level: int
    number: int
    rows: NDArray[np.intp]


def match(
    old: NDArray[np.int32],
    new: NDArray[np.int32],
    common: NDArray[np.bool_],
    retired: Sequence[tuple[Region, int]] = (),
    next_id: int = 1,
) -> Matched:
    """Give the new regions the ids of the old ones that they are, and fresh ones to the rest.

    Args:
        old: int32[n, 3], region ids before; −1 for outliers and for rows not in `common`.
        new: int32[n, 3], labels of the new cut, numbered per level.
        common: bool[n], rows that both maps hold.
        retired: regions given up earlier, with the row of their medoid; one that a new region of
            its level and about its size grows around again is revived.
        next_id: the first id that was never given.

    Guarantee: deterministic; no id is given twice, none is taken from a living region.
    """
    before, after = _sets(old, common), _sets(new, np.ones(len(new), dtype=bool))
    shared = _shared(before, after, common)
    pairs = _pair(before, after, shared, common)
    ids = np.full_like(new, NO_REGION)
    given: list[RegionId] = []
    events: list[RegionEvent] = []
    sleeping = [(region, row) for region, row in retired if row >= 0]
    change: RegionChange
    for index, region in enumerate(after):
        if index in pairs:
            change, identity = "kept", RegionId(before[pairs[index]].number)
        elif woken := _revived(region, sleeping):
            sleeping = [entry for entry in sleeping if entry[0].id != woken]
            change, identity = "revived", woken
        else:
            change, identity = "new", RegionId(next_id)
            next_id += 1
        ids[region.rows, region.level] = identity
        given.append(identity)
        events.append(RegionEvent(change, identity))
    events += _fates(before, after, shared, given)
    return Matched(ids, tuple(events), next_id)


def continuity(old: NDArray[np.int32], new: NDArray[np.int32], common: NDArray[np.bool_]) -> float:
    """The share of region memberships that were kept, over all levels.

    Args:
        old: int32[n, 3], region ids before.
        new: int32[n, 3], region ids after.
        common: bool[n], rows that both maps hold.

    Returns:
        0 to 1; 1 when nothing was in a region before. An item that changed from a region to none
        counts as lost, at whatever level its region stood.
    """
    was = common[:, None] & (old != NO_REGION)
    if not was.any():
        return 1.0
    stays = (old[:, :, None] == new[:, None, :]).any(axis=2)
    return float(stays[was].mean())


def cliff(before: NDArray[np.int32], after: NDArray[np.int32]) -> str:
    """Why a new cut should be held: the number of regions at some level jumped.

    HDBSCAN has cliffs where one item more turns fifty regions into three.

    Args:
        before: int32[n, 3], ids or labels; −1 for outliers.
        after: int32[m, 3], the same after.

    Returns:
        The reason in words; empty when there is none.
    """
    for level in range(LEVELS):
        had, has = (
            len(np.unique(side[side[:, level] != NO_REGION, level])) for side in (before, after)
        )
        # A handful may double, and a small map may gain or lose a whole level.
        if max(had, has) > 6 and min(had, has) and max(had, has) > CLIFF * min(had, has):
            return f"{has} regions at level {level} where there were {had}"
    return ""


def _sets(labels: NDArray[np.int32], rows: NDArray[np.bool_]) -> list[_Set]:
    """The regions by level and number."""
    return [
        _Set(level, int(number), np.flatnonzero(rows & (labels[:, level] == number)))
        for level in range(LEVELS)
        for number in np.unique(labels[rows, level])
        if number != NO_REGION
    ]


def _shared(before: list[_Set], after: list[_Set], common: NDArray[np.bool_]) -> NDArray[np.int64]:
    """int64[old, new]: items in common."""
    shared = np.zeros((len(before), len(after)), dtype=np.int64)
    home = np.full((len(common), LEVELS), -1, dtype=np.int64)
    for index, region in enumerate(after):
        home[region.rows, region.level] = index
    for index, region in enumerate(before):
        found = home[region.rows].ravel()
        shared[index] = np.bincount(found[found >= 0], minlength=len(after))
    return shared


def _pair(
    before: list[_Set], after: list[_Set], shared: NDArray[np.int64], common: NDArray[np.bool_]
) -> dict[int, int]:
    """New index → old index, where they are the same region."""
    from scipy.optimize import linear_sum_assignment

    if not before or not after:
        return {}
    was = np.array([len(region.rows) for region in before])
    now = np.array([int(common[region.rows].sum()) for region in after])
    jaccard = shared / np.maximum(was[:, None] + now[None, :] - shared, 1)
    depth_was = np.array([region.level for region in before])
    depth_now = np.array([region.level for region in after])
    apart = np.abs(depth_was[:, None] - depth_now[None, :])
    likeness = np.where(jaccard >= SAME, jaccard - OTHER_LEVEL * apart, 0.0)
    olds, news = linear_sum_assignment(likeness, maximize=True)
    return {
        int(new): int(old) for old, new in zip(olds, news, strict=True) if likeness[old, new] > 0
    }


def _revived(region: _Set, sleeping: Iterable[tuple[Region, int]]) -> RegionId | None:
    """The retired region whose heart lies in this one, if they are about the same size."""
    for candidate, medoid in sleeping:
        alike = 0.5 <= len(region.rows) / max(candidate.count, 1) <= 2
        if candidate.level == region.level and alike and medoid in region.rows:
            return candidate.id
    return None


def _fates(
    before: list[_Set], after: list[_Set], shared: NDArray[np.int64], given: list[RegionId]
) -> list[RegionEvent]:
    """Splits, mergers and retirements. A region may stand at another level than before."""
    events = []
    heir = {identity: new for new, identity in enumerate(given)}
    elder = {RegionId(region.number): index for index, region in enumerate(before)}
    for index, region in enumerate(before):
        identity = RegionId(region.number)
        if identity not in heir:
            events.append(RegionEvent("retired", identity))
            continue
        level = after[heir[identity]].level
        children = tuple(
            given[new]
            for new in np.flatnonzero(shared[index] >= PART * len(region.rows))
            if after[new].level == level and given[new] != identity
        )
        if children:
            events.append(RegionEvent("split", identity, children))
    for new, identity in enumerate(given):
        if identity not in elder:
            continue
        level = before[elder[identity]].level
        parents = tuple(
            RegionId(before[old].number)
            for old in np.flatnonzero(shared[:, new] > 0)
            if before[old].level == level
            and before[old].number != identity
            and shared[old, new] >= 0.5 * len(before[old].rows)
        )
        if parents:
            events.append(RegionEvent("merged", identity, parents))
    return events
