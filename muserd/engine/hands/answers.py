"""What doors get about collections and duplicates."""

from typing import Literal

from muserd.ground.gathered import Collection, CollectionKind
from muserd.ground.json_bodies import Body, Record
from muserd.ground.records import Kind, Space
from muserd.hands.duplicates import DuplicateKind


class CollectionInfo(Record, frozen=True, kw_only=True):
    """One collection.

    Attributes:
        count: members that are present.
        new: members that joined since it was looked at, which was at `seen_at`, ms of Unix time.
        mirror: the folder that shows it; empty for none.
        border: x and y of the corners, in map units of the current fit; empty for none.
    """

    id: int
    name: str
    kind: CollectionKind
    space: Space | None
    colour: str
    note: str
    query: str
    mirror: str
    count: int
    new: int
    made_at: int
    seen_at: int
    border: tuple[tuple[float, float], ...] = ()

    @classmethod
    def of(cls, collection: Collection, count: int, new: int) -> "CollectionInfo":
        """A collection as it stands."""
        return cls(
            id=collection.id,
            name=collection.name,
            kind=collection.kind,
            space=collection.space,
            colour=collection.colour,
            note=collection.note,
            query=collection.query,
            mirror=collection.mirror.folder if collection.mirror else "",
            count=count,
            new=new,
            made_at=collection.made_ms,
            seen_at=collection.seen_ms,
            border=collection.border.points if collection.border else (),
        )


class CollectionList(Body, frozen=True, kw_only=True):
    """`GET /collections`."""

    collections: tuple[CollectionInfo, ...]


class DuplicateItem(Record, frozen=True, kw_only=True):
    """A member of a group.

    Attributes:
        best: whether it is the one that is proposed to be kept; the others follow.
    """

    id: int
    kind: Kind
    title: str
    paths: tuple[str, ...]
    best: bool
    why: str = ""


class DuplicateGroup(Body, frozen=True, kw_only=True):
    """One line of `muserctl duplicates --json`. `score` is 0 to 1, that of the weakest join."""

    kind: DuplicateKind
    items: tuple[DuplicateItem, ...]
    score: float


Decision = Literal["not-duplicates", "later"]
