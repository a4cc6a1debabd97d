"""What a person has gathered and decided: collections, and verdicts on duplicates.

Members and verdicts name contents by their hash, not items by their number: they outlive a change
of encoder, and files that go and come back.
"""

from typing import Literal, NewType

import msgspec

from muserd.ground.records import FitNumber, Space

CollectionId = NewType("CollectionId", int)  # u32, given once
CollectionKind = Literal["fixed", "border", "search"]
MirrorMode = Literal["symlink", "hardlink", "copy"]
Verdict = Literal["not-duplicates", "later"]

LONGEST_NAME = 200  # characters


class Border(msgspec.Struct, frozen=True, kw_only=True):
    """A line drawn round a part of a map.

    Attributes:
        fit: of whose map the points are.
        points: x and y in map units; the last is joined to the first.
    """

    space: Space
    fit: FitNumber
    points: tuple[tuple[float, float], ...]


class Mirror(msgspec.Struct, frozen=True, kw_only=True):
    """A folder of links that follows a collection.

    Attributes:
        folder: absolute, outside of all roots and of Muser's own folders.
        mode: `hardlink` and `copy` where symbolic links do not work.
    """

    folder: str
    mode: MirrorMode = "symlink"


class Collection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A named gathering of items.

    Attributes:
        kind: `fixed`: what was put in; `border`: and whatever arrives inside the border;
            `search`: and whatever the query finds beyond doubt.
        space: of which items only; None for both.
        colour: `#rrggbb`; empty for none.
        note: of the person's own.
        seen_ms: when its newcomers were last looked at.
    """

    id: CollectionId
    name: str
    kind: CollectionKind = "fixed"
    space: Space | None = None
    colour: str = ""
    note: str = ""
    border: Border | None = None
    query: str = ""
    mirror: Mirror | None = None
    made_ms: int = 0
    seen_ms: int = 0
