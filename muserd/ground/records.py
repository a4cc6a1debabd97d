"""The nouns of Muser, as immutable records. What they mean is in docs/architecture.md, Words."""

import os
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, NewType

from muserd.ground.facts import Facts

ItemId = NewType("ItemId", int)  # u32, never reused
Slot = NewType(
    "Slot", int
)  # u32, dense per space: row index of an item in every array; reused after a purge
FitNumber = NewType("FitNumber", int)  # per space, from 1
RegionId = NewType("RegionId", int)  # per space, from 1, never reused
ContentHash = NewType("ContentHash", bytes)  # SHA-256 of the file's bytes, 32 bytes

Space = Literal["image", "text"]
Kind = Literal["image", "note"]
SPACES: tuple[Space, ...] = ("image", "text")
KINDS: tuple[Kind, ...] = ("image", "note")
SPACE_OF: dict[Kind, Space] = {"image": "image", "note": "text"}
KIND_OF: dict[Space, Kind] = {"image": "image", "text": "note"}

NO_ITEM = ItemId(2**32 - 1)  # of a slot that holds none

LayoutEngine = Literal["muser", "umap-learn"]
FitMethod = Literal["full", "warm", "growth"]  # that is asked for

LEVELS = 3  # levels of regions: 0 country, 1 county, 2 parish
NO_REGION = RegionId(-1)  # an outlier at that level

THUMB_LEVELS_PX = (64, 128, 256)
NEIGHBOURS_KEPT = 30  # in the store: the slack absorbs deletions
NEIGHBOURS_USED = 15  # by fits, places and the site


I64 = (-(2**63) + 1, 2**63 - 1)  # the least one means None in the store
U64 = (0, 2**64 - 1)


def within(value: int, bounds: tuple[int, int]) -> int:
    """The nearest number to `value` that lies within bounds, both included."""
    return max(bounds[0], min(bounds[1], value))


@dataclass(frozen=True, slots=True)
class FileStat:
    """What `stat` says of a file. Equal stats mean an unchanged file (see `is_racy`)."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int = field(compare=False)  # not stable across reboots: never identity

    @classmethod
    def of(cls, result: os.stat_result) -> "FileStat":
        """What Muser keeps of a `stat`, within the bounds that the store can hold.

        A time before 1677 or after 2262 counts as the first or the last moment between them:
        nanoseconds since 1970 have 64 bits, and NTFS begins in 1601.
        """
        return cls(
            size=within(result.st_size, U64),
            mtime_ns=within(result.st_mtime_ns, I64),
            ctime_ns=within(result.st_ctime_ns, I64),
            inode=within(result.st_ino, U64),
            device=within(result.st_dev, U64),
        )


class FileState(StrEnum):
    """Where a known path stands."""

    PRESENT = "present"
    OFFLINE = "offline"  # its root is away: a ghost, nothing is forgotten
    UNREADABLE = "unreadable"  # permission lost: a ghost too
    FAILED = "failed"  # see its Failure
    PART = "part"  # belongs to the item of another file: see watch.parts


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A path under a root, as last seen."""

    path: bytes
    root: bytes
    kind: Kind
    stat: FileStat
    state: FileState
    item: ItemId | None
    seen_at_ms: int  # when `stat` was taken: tells racy mtimes


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """One unique content. Several files may be one item.

    Attributes:
        name: of one of its files, for people.
        facts: what the content says of itself.
        gone_at_ms: when its last file went; None while it has one.
        previous: the item this one replaced when a file was edited.
    """

    id: ItemId
    slot: Slot
    kind: Kind
    content: ContentHash
    name: str
    facts: Facts
    added_at_ms: int
    gone_at_ms: int | None = None
    previous: ItemId | None = None


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """Where an item stands on its map. Coordinates are float32 in the fit's own units.

    Attributes:
        x, y: the place itself.
        rx, ry: the relaxed place, where thumbnails do not overlap.
        regions: the region per level, NO_REGION for an outlier.
        fit: the fit it was placed in.
        settled: whether that fit contained the item; else it was placed after it.
        confidence: 0 to 1: how sure the placement is; 1 for settled items.
        rank: the zoom level from which its thumbnail shows, 0 to 15.
    """

    x: float
    y: float
    rx: float
    ry: float
    regions: tuple[RegionId, RegionId, RegionId]
    fit: FitNumber
    settled: bool
    confidence: float
    rank: int


@dataclass(frozen=True, slots=True)
class EncoderInfo:
    """Which encoder made a space's vectors. Vectors of two ids are never compared.

    Attributes:
        id: changes whenever vectors would: model, weights, preprocessing. Not the device.
        label: for people, e.g. `EfficientNet-Lite0 (built-in)`.
        dim: length of its vectors.
        device: `cpu`, `cuda`, `mps`; with the precision, e.g. `cpu bf16`.
        note: what people should know, e.g. why `auto` fell back; empty if nothing.
    """

    id: str
    label: str
    dim: int
    device: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Region:
    """A HDBSCAN cluster with a lasting identity."""

    id: RegionId
    parent: RegionId  # NO_REGION at level 0
    level: int
    name: str
    pinned: bool  # the user named it
    terms: tuple[str, ...]
    colour: str  # "#rrggbb"
    count: int
    x: float  # of the label: the densest member
    y: float
    medoid: ItemId
    first_time_ms: int
    last_time_ms: int
    retired: bool = False
    example: bool = False  # called by the title of one of its items: nothing holds all together


RegionChange = Literal["kept", "split", "merged", "new", "retired", "revived"]


@dataclass(frozen=True, slots=True)
class RegionEvent:
    """What became of a region in a refit.

    Attributes:
        change: `split` and `merged` are told of the region that goes on.
        region: its id.
        others: after `split` the ids of its other children, after `merged` of its other parents.
        name: the region's, after the refit.
    """

    change: RegionChange
    region: RegionId
    others: tuple[RegionId, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Quality:
    """How well a map keeps neighbourhoods, measured on a sample. All in 0..1."""

    trustworthiness: float
    recall: float  # of the 15 nearest by vector, the share among the 15 nearest on the map
    sample: int


@dataclass(frozen=True, slots=True)
class Drift:
    """How far common items moved in a refit: displacement ÷ RMS radius of the old map."""

    p50: float
    p95: float
    kept_regions: float  # share of common items that kept their region id
    common: int


@dataclass(frozen=True, slots=True)
class FitRecord:
    """One full fit of a space.

    Attributes:
        state: `current`; `past`, can be rolled back to; `held`, waits for `refit --accept`.
        reason: why it was made (`first`, `growth`, `novelty`, `asked`, …) or held.
        method: `full`, `warm`, `small`.
        engine: what laid it out: Muser's own optimiser, or umap-learn.
        params: everything a placement needs besides the vectors: JSON-able numbers.
        sizes: the least size of a region per level, coarsest first.
        events: what became of the regions.
    """

    number: FitNumber
    space: Space
    encoder: str
    at_ms: int
    items: int
    method: str
    state: Literal["current", "past", "held"]
    reason: str
    seconds: float
    quality: Quality | None
    drift: Drift | None
    params: dict[str, float]
    sizes: tuple[int, ...] = ()
    events: tuple[RegionEvent, ...] = ()
    engine: LayoutEngine = "muser"


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not become an item: what, why, what to do, when it is tried again."""

    path: bytes
    kind: Kind
    cause: str  # see errors.FileError
    message: str
    hint: str
    at_ms: int
    attempts: int
    next_try_at_ms: int | None  # None: only a new content or `muserctl failed retry`
    stat: FileStat | None
    decoder: str  # version of the reading code: a newer one tries again
