"""What a job ends in: one struct for each kind of work, or a refusal."""

from muserd.engine.status import FitSummary
from muserd.ground.json_bodies import ErrorDetail, Record
from muserd.ground.records import Space


class Refusal(Record, frozen=True, kw_only=True):
    """The work was not done."""

    error: ErrorDetail


class Started(Record, frozen=True, kw_only=True):
    """The work has begun; there is nothing more to say."""


class Synced(Record, frozen=True, kw_only=True):
    """`/sync`: everything was on the maps at this revision."""

    revision: int


class Files(Record, frozen=True, kw_only=True):
    """`/failures/retry`: so many files are read again."""

    files: int


class RootPath(Record, frozen=True, kw_only=True):
    """`/roots`, `/roots/remove`: the folder, written in full."""

    path: str


class Forgotten(Record, frozen=True, kw_only=True):
    """`/forget`: so many items, and the size of the store before and after.

    `by_name` of them were deleted when their paths were not kept yet: their names were compared.
    """

    items: int
    by_name: int
    bytes_before: int
    bytes_after: int


class Confirmed(Record, frozen=True, kw_only=True):
    """`/roots/confirm`: the number of folders whose deletions were held."""

    roots: int


class Renamed(Record, frozen=True, kw_only=True):
    """`/regions/rename`."""

    id: int
    name: str
    pinned: bool


class Switched(Record, frozen=True, kw_only=True):
    """`/encoder/switch`: so many files are encoded again."""

    space: Space
    files: int


class Verified(Record, frozen=True, kw_only=True):
    """`/verify`."""

    ok: bool
    problems: tuple[str, ...]


class BackedUp(Record, frozen=True, kw_only=True):
    """`/backup`: where the copy is."""

    path: str


class RefusedShard(Record, frozen=True, kw_only=True):
    """A shard of which something is wrong, and what."""

    name: str
    why: str


class Adopted(Record, frozen=True, kw_only=True):
    """`/adopt`: what became of the shards of an import and of their files.

    Attributes:
        shards: all that is in them was taken, or need not be.
        unfinished: shards that the import has not made yet.
        items: new on the maps.
        files: taken.
        known: were in the store already.
        changed: are not as they were when they were imported; they are read.
        gone: are not there.
        left_out: are left out by the rules of the watched folders.
        again: the import could not reach them; they are read.
        refused: shards of which something is wrong; the first 200.
    """

    shards: int
    unfinished: int
    items: int
    files: int
    known: int
    changed: int
    gone: int
    left_out: int
    again: int
    refused: tuple[RefusedShard, ...]


class CollectionChanged(Record, frozen=True, kw_only=True):
    """`/collections/…`: what was done to a collection.

    Attributes:
        added, taken: items put in or taken out.
        count: its items now.
        folder, files: of its mirror.
        copied: how many of these are copies where links were asked for: the disk knows none.
    """

    name: str
    added: int = 0
    taken: int = 0
    count: int = 0
    folder: str = ""
    files: int = 0
    copied: int = 0


class Decided(Record, frozen=True, kw_only=True):
    """`/duplicates/decide`: so many pairs are remembered."""

    pairs: int


class Exported(Record, frozen=True, kw_only=True):
    """`/export`.

    Attributes:
        files: what was written; of a folder, the folder.
        items: how many items are in it.
        command: how another program opens it; empty where that needs no saying.
    """

    files: tuple[str, ...]
    items: int
    command: str = ""


class ShownFit(Record, frozen=True, kw_only=True):
    """`/rollback`, and each fit of `/accept`: the fit that the map shows now."""

    space: Space
    number: int
    state: str = "current"


class NoFit(Record, frozen=True, kw_only=True):
    """A map without items: no fit was made."""

    state: str = "empty"


class Fits(Record, frozen=True, kw_only=True):
    """`/refit`, `/accept`: one fit for each space."""

    fits: tuple[FitSummary | ShownFit | NoFit, ...]


JobResult = (
    Refusal
    | Started
    | Synced
    | Files
    | RootPath
    | Confirmed
    | Forgotten
    | Renamed
    | Switched
    | Verified
    | BackedUp
    | Adopted
    | CollectionChanged
    | Decided
    | Exported
    | ShownFit
    | NoFit
    | FitSummary
    | Fits
)


def refusal(code: str, message: str, hint: str) -> Refusal:
    """The result of work that was not done."""
    return Refusal(error=ErrorDetail(code=code, message=message, hint=hint))
