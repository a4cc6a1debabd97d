"""The atlas of a map: its regions with identity, place, name and colour, after a refit.

Runs in the layout worker (hdbscan, scipy).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from muserd.ground.facts import UNDATED_MS
from muserd.ground.records import (
    LEVELS,
    NO_REGION,
    ItemId,
    Region,
    RegionEvent,
    RegionId,
    Space,
)
from muserd.regions.cluster import cluster
from muserd.regions.colours import colours, handed_up
from muserd.regions.identity import cliff, continuity, match
from muserd.regions.members import Group, Members, Words, heart
from muserd.regions.name_choice import Named
from muserd.regions.naming import names
from muserd.regions.peaks import Heights, neighbours

__all__ = ["Atlas", "Members", "Settings", "Words", "compose"]


@dataclass(frozen=True, slots=True)
class Settings:
    """How regions are cut: see `cluster`."""

    min_cluster_size: int = 0
    min_samples: int = 5
    levels: int = LEVELS


@dataclass(frozen=True, slots=True)
class Atlas:
    """The regions of a map.

    Attributes:
        labels: int32[n, 3], region ids; −1 for outliers.
        regions: living ones first, by level and id; then the retired ones.
        next_region: the first id that was never given.
        events: what became of the regions, by name.
        kept: the share of region memberships that the refit kept, 0 to 1.
        cliff: why the cut should be held; empty when nothing speaks against it.
        sizes: least size of a region per level, coarsest first: give it to the next `compose`.
    """

    labels: NDArray[np.int32]
    regions: list[Region]
    next_region: int
    events: list[RegionEvent]
    kept: float
    cliff: str
    sizes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LastMap:
    """What the items of a map were on the one before.

    Attributes:
        labels: int32[n, 3], the region ids they had; anything where not `known`.
        known: bool[n], whether the item stood on it.
        regions: its regions, retired ones too.
        next_region: the first id that was never given.
        sizes: those of its atlas. Without them the map is cut as if there had been none: a full fit
            is made because the land has become another one, and regions of its first days must not
            hold it back. Ids are matched all the same.
    """

    labels: NDArray[np.int32]
    known: NDArray[np.bool_]
    regions: list[Region] = field(default_factory=list)
    next_region: int = 1
    sizes: tuple[int, ...] = ()


def compose(
    space: Space,
    places: NDArray[np.float32],
    members: Members,
    last: LastMap,
    settings: Settings,
    words: Words | None,
    plain: Words | None = None,
) -> Atlas:
    """Cut a map into regions, and give each its identity, name and colour.

    Args:
        space: what the items are.
        places: float32[n, 2], finite; those of the new fit.
        members: the items, in the same order.
        last: what they were on the last map.
        settings: how to cut.
        words: encodes words into the space of the vectors; None where nothing does.
        plain: encodes everyday English, for the titles of pictures; None where nothing does.

    Guarantee: deterministic. Ids are never given twice; names the user gave stay.
    """
    known = np.asarray(last.known, dtype=bool)
    before = np.where(known[:, None], last.labels, NO_REGION).astype(np.int32)
    cut = cluster(
        places, settings.min_cluster_size, settings.min_samples, settings.levels, before, last.sizes
    )
    first = max([last.next_region, *(region.id + 1 for region in last.regions)])
    matched = match(before, cut.labels, known, _retired(last.regions, members), first)
    was = {region.id: region for region in last.regions}
    groups = _groups(matched.ids, members, was)
    named = names(space, groups, members, words, plain)
    painted = _paint(groups, places, matched.ids, last.regions)
    heights = Heights(places)
    living = [
        _region(group, named[group.id], painted[group.id], members, places, heights, was)
        for group in groups
    ]
    events = list(matched.events)
    gone = _gone(last.regions, living, events)
    return Atlas(
        matched.ids,
        [*living, *gone],
        matched.next_id,
        [_named(event, [*living, *gone]) for event in events],
        continuity(before, matched.ids, known),
        cliff(before[known], matched.ids) if last.sizes else "",
        cut.sizes,
    )


def _retired(regions: list[Region], members: Members) -> list[tuple[Region, int]]:
    """The retired regions, each with the row of its medoid, −1 where that is no member."""
    rows = {int(item): row for row, item in enumerate(members.ids)}
    return [(region, rows.get(int(region.medoid), -1)) for region in regions if region.retired]


def _groups(
    labels: NDArray[np.int32], members: Members, was: Mapping[RegionId, Region]
) -> list[Group]:
    """The regions, parents before their children, with the names that they bring along."""
    groups = []
    for level in range(LEVELS):
        for number in np.unique(labels[:, level]):
            if number == NO_REGION:
                continue
            region = RegionId(int(number))
            rows = np.flatnonzero(labels[:, level] == number)
            parent = RegionId(int(labels[rows[0], level - 1])) if level else NO_REGION
            old = was.get(region)
            groups.append(
                Group(
                    region,
                    parent,
                    level,
                    rows,
                    heart(members.vectors, rows),
                    old.name if old else "",
                    old.pinned if old else False,
                    old.terms if old else (),
                )
            )
    return groups


def _paint(
    groups: Sequence[Group],
    places: NDArray[np.float32],
    labels: NDArray[np.int32],
    old_regions: Sequence[Region],
) -> dict[RegionId, str]:
    """The colour of each region; those of retired ones come back with them."""
    family = [(group.id, group.parent) for group in groups]
    sizes = {group.id: len(group.rows) for group in groups}
    brought = handed_up(family, sizes, {region.id: region.colour for region in old_regions})
    return colours(family, neighbours(places, labels), brought)


def _region(
    group: Group,
    named: Named,
    colour: str,
    members: Members,
    places: NDArray[np.float32],
    heights: Heights,
    was: Mapping[RegionId, Region],
) -> Region:
    old = was.get(group.id)
    stood = (old.x, old.y) if old is not None and not old.retired else None
    peak = heights.peak(group.rows, stood)
    times = members.times_ms[group.rows]
    dated = times[times < UNDATED_MS]
    times = dated if len(dated) else times
    return Region(
        id=group.id,
        parent=group.parent,
        level=group.level,
        name=named.name,
        pinned=group.pinned,
        terms=named.terms,
        example=named.example and not group.pinned,
        colour=colour,
        count=len(group.rows),
        x=float(places[peak, 0]),
        y=float(places[peak, 1]),
        medoid=ItemId(int(members.ids[group.heart[0]])),
        first_time_ms=int(times.min()),
        last_time_ms=int(times.max()),
    )


def _gone(
    old_regions: Sequence[Region], living: Sequence[Region], events: list[RegionEvent]
) -> list[Region]:
    """The regions that are no more; one whose last item went leaves an event too."""
    alive = {region.id for region in living}
    told = {event.region for event in events if event.change == "retired"}
    gone = []
    for region in sorted(old_regions, key=lambda region: region.id):
        if region.id in alive:
            continue
        gone.append(replace(region, retired=True))
        if not region.retired and region.id not in told:
            events.append(RegionEvent("retired", region.id))
    return gone


def _named(event: RegionEvent, regions: Sequence[Region]) -> RegionEvent:
    """An event with the region's name."""
    name = next((region.name for region in regions if region.id == event.region), "")
    return replace(event, name=name)
