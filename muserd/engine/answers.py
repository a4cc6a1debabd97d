"""What doors get when they ask: items, regions, failures, hits. Frozen; encoded by the door."""

import msgspec

from muserd.engine.links import EdgeKind
from muserd.ground.facts import TimeSource
from muserd.ground.json_bodies import Body, Record
from muserd.ground.names import exact
from muserd.ground.records import Failure, ItemRecord, Kind, PlaceRecord, Region, Space

_NOWHERE = (-1, -1, -1)


class Item(Body, frozen=True, kw_only=True):
    """One line of `muserctl items --json`.

    Attributes:
        time: Unix milliseconds; may be negative. A time whose offset is not known is the wall
            clock's, read as if it were UTC.
        when: the same for people, as far as it is known: `2024-03-05`, `2023-05-06 07:08:09`,
            `2016-01-28 12:21:20+01:00`.
        time_source: where it was read; `ground/facts.py` lists the sources.
        time_doubtful: whether it looks like the time of a clock that was never set.
        x, y, rx, ry: the place and the relaxed place in map units; None before the first fit.
        region: the region per level, coarsest first; −1 for an outlier.
        provisional: whether it was placed after the current fit.
        offline: whether every file of it is out of reach.
        incomplete: whether the end of its file is missing, and the rest is shown all the same.
        paths: every file of this content.
        notice: what could not be done as usual when it was read; empty for nothing.
    """

    id: int
    kind: Kind
    title: str
    time: int
    when: str = ""
    time_source: TimeSource = "mtime"
    time_doubtful: bool = False
    x: float | None = None
    y: float | None = None
    rx: float | None = None
    ry: float | None = None
    region: tuple[int, int, int] = _NOWHERE
    provisional: bool = True
    offline: bool = False
    incomplete: bool = False
    width: int
    height: int
    tags: tuple[str, ...]
    paths: tuple[str, ...]
    notice: str = ""

    @classmethod
    def of(
        cls,
        record: ItemRecord,
        place: PlaceRecord | None,
        paths: tuple[str, ...],
        *,
        offline: bool,
    ) -> "Item":
        """An item with its place in the current fit; None when it has none."""
        return cls(
            id=record.id,
            kind=record.kind,
            title=record.facts.title,
            time=record.facts.time_ms,
            when=record.facts.when,
            time_source=record.facts.time_source,
            time_doubtful=record.facts.time_doubtful,
            x=place.x if place else None,
            y=place.y if place else None,
            rx=place.rx if place else None,
            ry=place.ry if place else None,
            region=place.regions if place else _NOWHERE,
            provisional=not (place and place.settled),
            offline=offline,
            incomplete=record.facts.incomplete,
            width=record.facts.width,
            height=record.facts.height,
            notice=record.facts.notice,
            tags=record.facts.tags,
            paths=paths,
        )


class RegionInfo(Body, frozen=True, kw_only=True):
    """One line of `muserctl regions --json`.

    Attributes:
        parent: the region that contains it; −1 at level 0.
        level: 0 to 2, coarsest first.
        pinned: whether the name was given by the user.
        count: items on the map.
        colour: `#rrggbb`.
        x, y: of its label, in map units.
    """

    id: int
    space: Space
    parent: int
    level: int
    name: str
    pinned: bool
    terms: tuple[str, ...]
    count: int
    colour: str
    x: float
    y: float

    @classmethod
    def of(cls, space: Space, region: Region, count: int) -> "RegionInfo":
        """A region and the number of its items at this moment."""
        return cls(
            id=region.id,
            space=space,
            parent=region.parent,
            level=region.level,
            name=region.name,
            pinned=region.pinned,
            terms=region.terms,
            count=count,
            colour=region.colour,
            x=region.x,
            y=region.y,
        )


class FailureInfo(Record, frozen=True, kw_only=True):
    """A file that could not be read: why, what to do, when it is tried again.

    Attributes:
        at, next_try_at: Unix milliseconds; `next_try_at` is None when only a change of the file,
            or `muserctl failed retry`, leads to another attempt.
    """

    path: str
    kind: Kind
    cause: str
    message: str
    hint: str
    at: int
    attempts: int
    next_try_at: int | None

    @classmethod
    def of(cls, failure: Failure) -> "FailureInfo":
        """The stored record, for people and programs."""
        return cls(
            path=exact(failure.path),
            kind=failure.kind,
            cause=failure.cause,
            message=failure.message,
            hint=failure.hint,
            at=failure.at_ms,
            attempts=failure.attempts,
            next_try_at=failure.next_try_at_ms,
        )


class Hit(Record, frozen=True, kw_only=True):
    """An item that was found. `score` is a cosine, or a probability of classes, 0 to 1."""

    slot: int
    id: int
    title: str
    name: str
    score: float


class SearchResult(Body, frozen=True, kw_only=True):
    """The answer of `/api/search`, best hit first."""

    space: Space
    query: str
    hits: tuple[Hit, ...]


class Similar(Body, frozen=True, kw_only=True):
    """The answer of `/api/similar`, nearest item first."""

    space: Space
    id: int
    hits: tuple[Hit, ...]


class Related(Record, frozen=True, kw_only=True):
    """An item that has to do with another.

    Attributes:
        kind: `link`, `embed`, `name` (of its file), or `day` (same day and folder).
        outward: whether the item that was asked about points at this one.
        reason: for people.
    """

    id: int
    slot: int
    space: Space
    title: str
    name: str
    kind: EdgeKind
    outward: bool
    reason: str


class Links(Body, frozen=True, kw_only=True):
    """The answer of `/api/links`: what an item points at, what points at it, its bridges.

    Attributes:
        parts: paths of the files that belong to it beside its own, sorted: `/original?part=N`
            gives the N-th, from 1.
    """

    id: int
    edges: tuple[Related, ...]
    parts: tuple[str, ...] = ()


class LinkTarget(Body, frozen=True, kw_only=True):
    """The item that a link of a note means."""

    id: int
    slot: int
    space: Space


class NotePage(Body, frozen=True, kw_only=True):
    """The answer of `/api/note`: a note as its file has it, to be set without trusting it.

    Attributes:
        text: the file's own text without its head; the words of a document, such as a PDF.
        format: the notation of `text`, as docs/formats-read.md names it; `words` for a document.
        head: what the head of the file says, as (key, value).
        links: the items that its links mean, by the target as it is written.
        sections: (title, time for people, text) of each note in a file that holds several; `text`
            is empty then.
    """

    id: int
    text: str
    format: str
    head: tuple[tuple[str, str], ...] = ()
    links: dict[str, LinkTarget] = msgspec.field(default_factory=dict)
    sections: tuple[tuple[str, str, str], ...] = ()


class NoteText(Body, frozen=True, kw_only=True):
    """The words of a note, without markup, for programs."""

    id: int
    text: str
