"""The bodies of the site's JSON files besides the columns. See docs/formats.md."""

import datetime as dt
from collections.abc import Iterable, Mapping

import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from muserd.ground.events import ItemDetail
from muserd.ground.facts import UNDATED_MS
from muserd.ground.json_bodies import Record
from muserd.ground.names import exact
from muserd.ground.records import NEIGHBOURS_USED, ItemId, ItemRecord, Region, RegionId, Space
from muserd.lineage.forest import Lineage
from muserd.publish.columns import CHUNK_SIZE, DETAIL_CHUNK_SIZE
from muserd.publish.packed import Packed, pack
from muserd.terrain.density import Terrain

_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - calendars and clocks, in no zone


class Details(Record, frozen=True, kw_only=True):
    """One details file; None for a slot without an item."""

    space: Space
    chunk: int
    first: int
    items: tuple[ItemDetail | None, ...]

    @classmethod
    def of(cls, space: Space, number: int, items: Iterable[ItemDetail | None]) -> "Details":
        """The file of a chunk of slots."""
        first = number * DETAIL_CHUNK_SIZE
        return cls(space=space, chunk=number, first=first, items=tuple(items))


class Neighbours(Record, frozen=True, kw_only=True):
    """One neighbours file: int32 and uint8 [count, 15]; cosines as 0 … 255."""

    space: Space
    chunk: int
    first: int
    count: int
    slots: Packed
    cosine: Packed

    @classmethod
    def of(
        cls, space: Space, number: int, slots: NDArray[np.int32], cosines: NDArray[np.float32]
    ) -> "Neighbours":
        """The file of a chunk, from the whole graph, int32 [n, 30] and float32 [n, 30]."""
        first = number * CHUNK_SIZE
        rows = slice(first, min(first + CHUNK_SIZE, len(slots)))
        near = np.ascontiguousarray(slots[rows, :NEIGHBOURS_USED])
        return cls(
            space=space,
            chunk=number,
            first=first,
            count=len(near),
            slots=pack(near),
            cosine=pack(bytes_of(cosines[rows, :NEIGHBOURS_USED])),
        )


class RegionEntry(Record, frozen=True, kw_only=True):
    """One region of the regions file.

    Attributes:
        medoid: slot, −1 when it is not on the map.
        years: first and last; None where no time of its items can be believed.
    """

    id: int
    parent: int
    level: int
    name: str
    pinned: bool
    example: bool
    terms: tuple[str, ...]
    colour: str
    count: int
    x: float
    y: float
    medoid: int
    years: tuple[int, int] | None

    @classmethod
    def of(cls, region: Region, count: int, medoid: int) -> "RegionEntry":
        """A region with the number of its items and the slot of its medoid."""
        return cls(
            id=region.id,
            parent=region.parent,
            level=region.level,
            name=region.name,
            pinned=region.pinned,
            example=region.example,
            terms=tuple(region.terms),
            colour=region.colour,
            count=count,
            x=region.x,
            y=region.y,
            medoid=medoid,
            years=years(region),
        )


class Regions(Record, frozen=True, kw_only=True):
    """The regions file."""

    space: Space
    regions: tuple[RegionEntry, ...]

    @classmethod
    def of(
        cls,
        space: Space,
        living: Iterable[Region],
        counts: Mapping[RegionId, int],
        slots: Mapping[ItemId, int],
    ) -> "Regions":
        """The regions of a map. `slots` finds the medoids."""
        entries = (
            RegionEntry.of(one, counts.get(one.id, 0), slots.get(one.medoid, -1)) for one in living
        )
        return cls(space=space, regions=tuple(entries))


class Land(Record, frozen=True, kw_only=True):
    """The terrain file: heights uint8 [size, size], of which 255 stand for `top`."""

    space: Space
    size: int
    bounds: tuple[float, ...]
    heights: Packed
    top: float
    thresholds: tuple[float, ...]

    @classmethod
    def of(cls, space: Space, land: Terrain) -> "Land":
        """The file of a terrain."""
        top = float(land.grid.max(initial=0.0)) or 1.0
        return cls(
            space=space,
            size=land.grid.shape[0],
            bounds=tuple(land.bounds),
            heights=pack(np.rint(land.grid * (255.0 / top)).astype(np.uint8)),
            top=top,
            thresholds=tuple(land.thresholds),
        )


class Tree(Record, frozen=True, kw_only=True):
    """The lineage file: of each slot its parent, int32, and the edge to it, uint8."""

    space: Space
    parent: Packed
    cosine: Packed
    weak: Packed

    @classmethod
    def of(cls, space: Space, tree: Lineage) -> "Tree":
        """The file of a lineage."""
        return cls(
            space=space,
            parent=pack(tree.parent.astype(np.int32)),
            cosine=pack(bytes_of(tree.cosine)),
            weak=pack(tree.weak.astype(np.uint8)),
        )


class LinkEntry(Record, frozen=True, kw_only=True):
    """One relation of an item in the slot `of`, of the links file's space, to another one.

    Attributes:
        kind: `link`, `embed`, `name` (of its file), or `day` (same day and folder).
        outward: whether `of` points at the other.
        title: of the other.
        reason: for people.
    """

    of: int
    space: Space
    slot: int
    kind: str
    outward: bool
    title: str
    reason: str


class Links(Record, frozen=True, kw_only=True):
    """The links file, of a site without a daemon."""

    space: Space
    links: tuple[LinkEntry, ...]


def detail(item: ItemRecord, path: bytes, size: int) -> ItemDetail:
    """What is said of one item; of its files, the path and the size of one."""
    facts = item.facts
    return ItemDetail(
        rating=facts.rating or UNSET,
        place=facts.place or UNSET,
        pages=facts.pages or UNSET,
        frames=facts.frames or UNSET,
        seconds=facts.seconds or UNSET,
        notice=facts.notice or UNSET,
        incomplete=facts.incomplete or UNSET,
        title=facts.title,
        name=item.name,
        excerpt=facts.excerpt,
        tags=facts.tags,
        size=size,
        width=facts.width,
        height=facts.height,
        length=facts.length,
        time_source=facts.time_source,
        time_precision=facts.time_precision,
        utc_offset_min=facts.utc_offset_min,
        path=exact(path),
    )


def bytes_of(cosines: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Cosines as 0 … 255; negative ones are 0."""
    return np.rint(np.clip(cosines, 0.0, 1.0) * 255).astype(np.uint8)


def years(region: Region) -> tuple[int, int] | None:
    """First and last year of a region; None where no time of its items can be believed."""
    if region.first_time_ms >= UNDATED_MS:
        return None
    return year(region.first_time_ms), year(region.last_time_ms)


def year(time_ms: int) -> int:
    """The calendar year of Unix milliseconds."""
    return (_EPOCH + dt.timedelta(milliseconds=time_ms)).year
