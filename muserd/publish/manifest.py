"""The manifest of a site, the one file that names all others: docs/formats.md."""

from collections.abc import Iterator

import msgspec

from muserd.ground.json_bodies import Record
from muserd.ground.records import EncoderInfo, Space
from muserd.publish.columns import CHUNK_SIZE, DETAIL_CHUNK_SIZE

FORMAT = 1


class EncoderEntry(Record, frozen=True, kw_only=True):
    """What made a map's vectors."""

    id: str
    label: str
    dim: int
    note: str

    @classmethod
    def of(cls, encoder: EncoderInfo) -> "EncoderEntry":
        """What is told of an encoder."""
        return cls(id=encoder.id, label=encoder.label, dim=encoder.dim, note=encoder.note)


class Drift(Record, frozen=True, kw_only=True):
    """How far items moved by the last fit, in map units."""

    p50: float
    p95: float


class FitEntry(Record, frozen=True, kw_only=True):
    """The fit that is shown. `at` is Unix milliseconds."""

    number: int
    at: int
    method: str
    items: int
    trustworthiness: float | None = None
    recall: float | None = None
    drift: Drift | None = None


class ThumbLevel(Record, frozen=True, kw_only=True):
    """The pages of one size of thumbnails, with the addresses of `pages`."""

    px: int
    page_px: int
    packed: int
    pages: tuple[str, ...]


class ThumbIndex(Record, frozen=True, kw_only=True):
    """The file that lists the pages."""

    space: Space
    levels: tuple[ThumbLevel, ...]


class Thumbs(Record, frozen=True, kw_only=True):
    """Where thumbnails are: the address of a `ThumbIndex`, and of single ones by slot."""

    index: str | None
    loose: dict[str, str]

    @classmethod
    def none(cls) -> "Thumbs":
        """There are no thumbnails yet."""
        return cls(index=None, loose={})


class SpaceEntry(Record, frozen=True, kw_only=True):
    """One space of a manifest: its files by address.

    Attributes:
        bounds, frame, cell: see `SpaceModel`.
        thumbs: of pictures only.
        links: of a site without a daemon, where items have to do with one another.
    """

    encoder: EncoderEntry | None
    count: int
    slots: int
    fit: FitEntry | None
    bounds: tuple[float, float, float, float]
    frame: tuple[float, float, float, float]
    cell: float
    columns: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()
    regions: str | None = None
    terrain: str | None = None
    lineage: str | None = None
    thumbs: Thumbs | msgspec.UnsetType = msgspec.UNSET
    links: str | msgspec.UnsetType = msgspec.UNSET

    def named(self) -> Iterator[str]:
        """Every address that it names itself."""
        yield from (*self.columns, *self.details, *self.neighbours)
        yield from filter(None, (self.regions, self.terrain, self.lineage))
        if self.links is not msgspec.UNSET:
            yield self.links
        if self.thumbs is not msgspec.UNSET:
            yield from self.thumbs.loose.values()
            if self.thumbs.index is not None:
                yield self.thumbs.index


class Manifest(Record, frozen=True, kw_only=True):
    """The whole file."""

    format: int = FORMAT
    revision: int
    published_at: int
    title: str
    generator: str
    live: bool
    chunk_size: int = CHUNK_SIZE
    detail_chunk_size: int = DETAIL_CHUNK_SIZE
    spaces: dict[Space, SpaceEntry]
