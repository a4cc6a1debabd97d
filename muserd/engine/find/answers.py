"""What doors get when they look for something."""

from typing import Literal

import numpy as np

from muserd.find.fusion import Fused
from muserd.find.snippet import Snippet
from muserd.ground.json_bodies import Body, Record
from muserd.ground.records import SPACE_OF, ItemRecord, Kind, Space
from muserd.publish.columns import PRESENT, Columns

_NOWHERE = (-1, -1, -1)

# Why a hit is there, in words: a door's name means something to its programmers only.
REASONS = {
    "exact": "title",
    "title": "title",
    "in-title": "title",
    "words": "text",
    "apart": "text",
    "begun": "a word begins so",
    "some": "some of the words",
    "part": "part of a word",
    "meaning": "means it",
    "caption": "called so",
    "likeness": "looks like it",
    "class": "shows it",
    "neighbours": "near what is called so",
}


class DoorState(Record, frozen=True, kw_only=True):
    """Whether a kind of search has answered: `words` or `meaning`.

    Attributes:
        state: `behind`: files that were just saved may be missing; `failed`: see `message`.
    """

    state: Literal["done", "behind", "failed", "not-asked"]
    message: str = ""


class Marked(Record, frozen=True, kw_only=True):
    """A passage of a note and where the words stand in it: [first, last) character indices."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


class Section(Record, frozen=True, kw_only=True):
    """One of the notes in a file that holds several.

    Attributes:
        number: from 0, in the order of the file.
        when: its time for people; empty where nothing says it.
    """

    number: int
    title: str
    when: str


class FoundHit(Record, frozen=True, kw_only=True):
    """An item that was found.

    Attributes:
        score: of the fused ranking; comparable within one answer only.
        certain: whether it is beyond doubt; see docs/find.md.
        why: by which doors, the most telling first.
        snippet: of a note, where words of the query stand in it.
        section: of a file that holds several notes, the one in which they stand.
        x, y: on the map; None before the first fit.
        region: the region per level, −1 for an outlier.
    """

    id: int
    space: Space
    kind: Kind
    slot: int
    title: str
    name: str
    score: float
    certain: bool
    why: tuple[str, ...]
    snippet: Marked | None
    paths: tuple[str, ...]
    x: float | None = None
    y: float | None = None
    region: tuple[int, int, int] = _NOWHERE
    section: Section | None = None

    @classmethod
    def of(
        cls,
        record: ItemRecord,
        found: Fused,
        columns: Columns,
        passage: tuple[Section | None, Snippet | None],
        paths: tuple[str, ...],
    ) -> "FoundHit":
        """A hit, with its place where the item is on the map."""
        slot, placed = record.slot, False
        section, snippet = passage
        if slot < len(columns.id):
            placed = bool(columns.flags[slot] & PRESENT)
        x, y = map(float, columns.places[slot]) if placed else (None, None)
        region = columns.regions[slot] if placed else np.array(_NOWHERE)
        return cls(
            id=record.id,
            space=SPACE_OF[record.kind],
            kind=record.kind,
            slot=slot,
            title=record.facts.title,
            name=record.name,
            score=round(found.score, 6),
            certain=found.certain,
            why=tuple(dict.fromkeys(REASONS[door] for door in found.why)),
            snippet=Marked(text=snippet.text, marks=snippet.marks) if snippet else None,
            paths=paths,
            section=section,
            x=x,
            y=y,
            region=(int(region[0]), int(region[1]), int(region[2])),
        )


class Found(Body, frozen=True, kw_only=True):
    """The answer of a search.

    Attributes:
        hits: certain ones first, then by score; both spaces mixed.
        counts, certain: hits of each space in all, and how many of them are beyond doubt.
        doors: how far each kind of search has come.
        problems: sentences about what was not understood.
        terms: the words that were searched, for marking.
    """

    query: str
    hits: tuple[FoundHit, ...]
    counts: dict[Space, int]
    certain: dict[Space, int]
    doors: dict[str, DoorState]
    problems: tuple[str, ...]
    terms: tuple[str, ...]
