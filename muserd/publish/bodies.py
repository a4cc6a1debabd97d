"""The bodies of the site's JSON files besides the columns. See docs/formats.md."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muserd.ground.facts import UNDATED_MS
from muserd.ground.names import exact
from muserd.ground.records import NEIGHBOURS_USED, ItemId, ItemRecord, Region, RegionId, Space
from muserd.lineage.forest import Lineage
from muserd.publish.columns import CHUNK_SIZE, DETAIL_CHUNK_SIZE
from muserd.publish.packed import pack
from muserd.terrain.density import Terrain

_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - calendars and clocks, in no zone


def detail(item: ItemRecord, path: bytes, size: int) -> dict[str, Any]:
    """What is said of one item when it is looked at."""
    facts = item.facts
    special = {
        "rating": facts.rating,
        "place": facts.place,
        "pages": facts.pages,
        "frames": facts.frames,
        "seconds": facts.seconds,
    }
    return {
        **{name: value for name, value in special.items() if value},
        "title": item.facts.title,
        "name": item.name,
        "excerpt": item.facts.excerpt,
        "tags": list(item.facts.tags),
        "size": size,
        "width": item.facts.width,
        "height": item.facts.height,
        "length": item.facts.length,
        "time_source": item.facts.time_source,
        "time_precision": item.facts.time_precision,
        "utc_offset_min": item.facts.utc_offset_min,
        "path": exact(path),
    }


def details(space: Space, number: int, items: list[dict[str, Any] | None]) -> dict[str, Any]:
    """One details file."""
    return {
        "space": space,
        "chunk": number,
        "first": number * DETAIL_CHUNK_SIZE,
        "items": items,
    }


def neighbours(
    space: Space, number: int, slots: NDArray[np.int32], cosines: NDArray[np.float32]
) -> dict[str, Any]:
    """One neighbours file from the whole graph, int32 [n, 30] and float32 [n, 30]."""
    first = number * CHUNK_SIZE
    rows = slice(first, min(first + CHUNK_SIZE, len(slots)))
    near = np.ascontiguousarray(slots[rows, :NEIGHBOURS_USED])
    return {
        "space": space,
        "chunk": number,
        "first": first,
        "count": len(near),
        "slots": pack(near),
        "cosine": pack(bytes_of(cosines[rows, :NEIGHBOURS_USED])),
    }


def regions(
    space: Space,
    living: Iterable[Region],
    counts: Mapping[RegionId, int],
    slots: Mapping[ItemId, int],
) -> dict[str, Any]:
    """The regions file. `slots` finds the medoids."""
    return {
        "space": space,
        "regions": [
            {
                "id": region.id,
                "parent": region.parent,
                "level": region.level,
                "name": region.name,
                "pinned": region.pinned,
                "example": region.example,
                "terms": list(region.terms),
                "colour": region.colour,
                "count": counts.get(region.id, 0),
                "x": region.x,
                "y": region.y,
                "medoid": slots.get(region.medoid, -1),
                "years": years(region),
            }
            for region in living
        ],
    }


def terrain(space: Space, land: Terrain) -> dict[str, Any]:
    """The terrain file."""
    top = float(land.grid.max(initial=0.0)) or 1.0
    heights = np.rint(land.grid * (255.0 / top)).astype(np.uint8)
    return {
        "space": space,
        "size": land.grid.shape[0],
        "bounds": list(land.bounds),
        "heights": pack(heights),
        "top": top,
        "thresholds": list(land.thresholds),
    }


def lineage(space: Space, tree: Lineage) -> dict[str, Any]:
    """The lineage file."""
    return {
        "space": space,
        "parent": pack(tree.parent.astype(np.int32)),
        "cosine": pack(bytes_of(tree.cosine)),
        "weak": pack(tree.weak.astype(np.uint8)),
    }


def bytes_of(cosines: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Cosines as 0 … 255; negative ones are 0."""
    return np.rint(np.clip(cosines, 0.0, 1.0) * 255).astype(np.uint8)


def years(region: Region) -> list[int] | None:
    """First and last year of a region; None where no time of its items can be believed."""
    if region.first_time_ms >= UNDATED_MS:
        return None
    return [year(region.first_time_ms), year(region.last_time_ms)]


def year(time_ms: int) -> int:
    """The calendar year of Unix milliseconds."""
    return (_EPOCH + dt.timedelta(milliseconds=time_ms)).year
