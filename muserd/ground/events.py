"""Events that every open page is sent, and what they carry. See docs/formats.md.

The data of an event is encoded once, when it is made: the journal and every stream take the bytes.
"""

from typing import Literal

import msgspec

from muserd.ground.json_bodies import Record, encode
from muserd.ground.records import Space

EventName = Literal["items", "refit", "status"]


class ItemDetail(Record, frozen=True, kw_only=True):
    """What is said of an item when it is looked at. What there is none of is left out.

    Attributes:
        rating, place, pages, frames, seconds, notice, incomplete: see `Facts`; only where there is
            something to say.
        path: of the file that stands for it, as programs read it.
    """

    title: str
    name: str
    excerpt: str
    tags: tuple[str, ...]
    size: int
    width: int
    height: int
    length: int
    time_source: str
    time_precision: str
    utc_offset_min: int | None
    path: str
    rating: int | msgspec.UnsetType = msgspec.UNSET
    place: tuple[float, float] | msgspec.UnsetType = msgspec.UNSET
    pages: int | msgspec.UnsetType = msgspec.UNSET
    frames: int | msgspec.UnsetType = msgspec.UNSET
    seconds: float | msgspec.UnsetType = msgspec.UNSET
    notice: str | msgspec.UnsetType = msgspec.UNSET
    incomplete: bool | msgspec.UnsetType = msgspec.UNSET


class LiveItem(ItemDetail, frozen=True, kw_only=True):
    """One item of an `items` event: its columns, its details, its relatives.

    Attributes:
        x, y, rx, ry: map units.
        time: minutes of the local calendar since 1970.
        parent: slot, −1 for none; `cosine` and `weak` belong to that edge.
        thumb: address of the thumbnail; None for notes, and when it is on a page.
        neighbours: slot and cosine of the nearest items, nearest first.
        rating, place, pages, frames, seconds: see `ground.facts`; left out where there are none,
            as in the details of the site.
    """

    slot: int
    id: int
    x: float
    y: float
    rx: float
    ry: float
    region: tuple[int, int, int]
    time: int
    rank: int
    flags: int
    aspect: int
    confidence: int
    parent: int
    cosine: float
    weak: bool
    thumb: str | None
    neighbours: tuple[tuple[int, float], ...]


class ItemsNews(Record, frozen=True, kw_only=True):
    """The data of an `items` event. `reload` stands for lists that would be too long."""

    revision: int
    space: Space
    slots: int
    count: int
    added: tuple[LiveItem, ...] | msgspec.UnsetType = msgspec.UNSET
    removed: tuple[int, ...] | msgspec.UnsetType = msgspec.UNSET
    changed: tuple[LiveItem, ...] | msgspec.UnsetType = msgspec.UNSET
    reload: Literal[True] | msgspec.UnsetType = msgspec.UNSET


class RefitNews(Record, frozen=True, kw_only=True):
    """The data of a `refit` event: the page must read the manifest again."""

    revision: int
    space: Space | msgspec.UnsetType = msgspec.UNSET
    number: int | msgspec.UnsetType = msgspec.UNSET
    reason: str


class Event(msgspec.Struct, frozen=True):
    """An event with its encoded data.

    Attributes:
        revision: of the published state that it leads to.
        data: one JSON object.
        space: None when it concerns both, and in journals of older versions.
    """

    revision: int
    name: EventName
    data: msgspec.Raw
    space: Space | None = None

    @classmethod
    def of(
        cls, revision: int, name: EventName, data: msgspec.Struct, space: Space | None = None
    ) -> "Event":
        """An event with these data."""
        return cls(revision, name, msgspec.Raw(encode(data)), space)


def gap(revision: int) -> Event:
    """The event for a client whose last revision is no longer in the journal."""
    return Event.of(revision, "refit", RefitNews(revision=revision, reason="gap"))
