"""A collection that grows from 300 items to all of them in twenty additions, each with a refit."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench._collection import Collection, part
from bench.layout.atlas_picture import Sheet, strip
from bench.layout.fits import Places, make, moves, nearest, told
from bench.layout.regions import cut_anew
from muserd.ground.records import LEVELS, NO_REGION, Region, Space
from muserd.layout.place import FitParams, place
from muserd.regions.atlas import Atlas, LastMap, Members, Settings, compose
from muserd.regions.vote import vote

FIRST, LAST, ADDITIONS = 300, 2000, 20
SHOWN_EVERY = 4


@dataclass(frozen=True, slots=True)
class Map:
    """A map as the daemon would have it after a fit."""

    places: Places
    params: FitParams
    atlas: Atlas


def grow(collection: Collection, picture: Path | None) -> dict[str, Any]:
    """Grow the collection; draw its maps."""
    count = min(len(collection.files), LAST)
    order = np.random.default_rng(1).permutation(len(collection.files))[:count]
    sizes = np.linspace(min(FIRST, count // 2), count, ADDITIONS + 1).astype(int).tolist()
    some = part(collection.members, order)
    now = _first(collection.space, part(some, np.arange(sizes[0])))
    sheets = [Sheet(now.places, now.atlas)]
    steps = []
    for step, size in enumerate(sizes[1:], start=1):
        before = now
        now = _next(collection.space, part(some, np.arange(size)), before)
        steps.append({"items": size, **moves(before.places, now.places), **_kept(before, now)})
        if step % SHOWN_EVERY == 0:
            sheets.append(Sheet(now.places, now.atlas))
    if picture is not None:
        strip(sheets, picture)
    fresh = make(some.vectors).places
    return {
        "steps": steps,
        "at_last": {**told(some.vectors, now.places), "regions": _counts(now.atlas.labels)},
        "fresh": {**told(some.vectors, fresh), "regions": _counts(cut_anew(fresh)[0].labels)},
        "cut_anew": _counts(cut_anew(now.places)[0].labels),
        "from_first_to_last": _kept_since(sheets[0], now),
        "names": [(region.level, region.name, region.count) for region in _alive(now.atlas)],
    }


def _first(space: Space, members: Members) -> Map:
    made = make(members.vectors)
    unknown = np.zeros(len(members.ids), dtype=bool)
    labels = np.full((len(members.ids), LEVELS), NO_REGION, dtype=np.int32)
    atlas = compose(space, made.places, members, LastMap(labels, unknown), Settings(), None)
    return Map(made.places, made.params, atlas)


def _next(space: Space, members: Members, before: Map) -> Map:
    """Arrivals are placed and find their regions, one by one; then comes a refit."""
    settled, count = len(before.places), len(members.ids)
    places, labels = _arrive(members, before, settled)
    made = make(members.vectors, places, settled=settled)
    was, known = before.atlas, np.ones(count, dtype=bool)
    last = LastMap(labels, known, was.regions, was.next_region, was.sizes)
    atlas = compose(space, made.places, members, last, Settings(), None)
    return Map(made.places, made.params, atlas)


def _arrive(members: Members, before: Map, settled: int) -> tuple[Places, NDArray[np.int32]]:
    rows, cosines = nearest(members.vectors[settled:], members.vectors[:settled])
    known = np.arange(settled, dtype=np.int32)
    places, labels = [before.places], [before.atlas.labels]
    for near, alike in zip(rows, cosines, strict=True):
        spot = place(near, alike, before.places, known, before.params)
        places.append(np.array([[spot.x, spot.y]], dtype=np.float32))
        voted = vote(before.atlas.labels[near[:15]], np.maximum(alike[:15], 0))
        labels.append(np.array([voted], dtype=np.int32))
    return np.concatenate(places), np.concatenate(labels)


def _alive(atlas: Atlas) -> list[Region]:
    return [region for region in atlas.regions if not region.retired]


def _kept(before: Map, now: Map) -> dict[str, float]:
    was = {region.id: region.name for region in _alive(before.atlas)}
    both = [region for region in _alive(now.atlas) if region.id in was]
    same = sum(was[region.id] == region.name for region in both)
    return {
        "memberships_kept": round(now.atlas.kept, 4),
        "ids_kept": round(len(both) / max(len(was), 1), 4),
        "names_kept": round(same / max(len(both), 1), 4),
    }


def _kept_since(first: Sheet, now: Map) -> dict[str, Any]:
    """What is left of the first map: where its items stand, its coarse regions and their names."""
    was = {region.id: region.name for region in _alive(first.atlas) if region.level == 0}
    is_ = {region.id: region.name for region in _alive(now.atlas)}
    both = was.keys() & is_.keys()
    return {
        "drift": moves(first.places, now.places),
        "coarse_regions": len(was),
        "still_there": len(both),
        "under_their_name": sum(was[region] == is_[region] for region in both),
    }


def _counts(labels: NDArray[np.int32]) -> list[int]:
    """Regions per level, coarsest first."""
    return [len(np.unique(flat[flat != NO_REGION])) for flat in labels.T]
