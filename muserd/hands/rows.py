"""What is exported of an item: one row, the same for every format."""

import msgspec

from muserd.ground.records import Kind, Space


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One item of an export.

    Attributes:
        time: as for people, with the precision that is known.
        x, y: on the map; None when it is not placed.
        region: names from the coarsest to the finest.
        neighbours: (id, cosine) of the nearest items of the export.
        text: of a note.
        thumb: WebP of 128 pixels; empty for notes and where there is none.
    """

    id: int
    kind: Kind
    space: Space
    title: str
    path: str
    paths: tuple[str, ...]
    tags: tuple[str, ...]
    time: str
    time_ms: int
    width: int
    height: int
    size: int
    language: str
    x: float | None
    y: float | None
    region: tuple[str, ...]
    region_ids: tuple[int, ...]
    colour: str
    excerpt: str
    neighbours: tuple[tuple[int, float], ...] = ()
    text: str = ""
    thumb: bytes = b""


class RegionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One region of an export. `x` and `y` are those of its label."""

    id: int
    parent: int
    level: int
    name: str
    colour: str
    count: int
    x: float
    y: float
