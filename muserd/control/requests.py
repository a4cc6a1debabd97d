"""The bodies of POST requests, checked before anything is done. All errors are UsageErrors."""

import json
import math
from typing import Annotated, Any, cast, get_args

import msgspec
from starlette.requests import Request

from muserd.engine.find.examples import MOST as MOST_EXAMPLES
from muserd.ground.errors import UsageError
from muserd.ground.names import path_of
from muserd.ground.records import LayoutEngine, Space

MAX_BODY_BYTES = 65_536
MAX_WAIT_S = 30.0
_FORM = "send one object, such as {}; see docs/formats.md"
MOST_HITS = 100_000
_MAX_NAME = 80  # characters of a region's name

Number = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]


class Nothing(msgspec.Struct, frozen=True):
    """No fields at all."""


class Refit(msgspec.Struct, frozen=True):
    """`/refit`: of one space, or of both. `engine` needs `fresh`: other fits are Muser's own."""

    space: Space | None = None
    fresh: bool = False
    engine: LayoutEngine | None = None

    def __post_init__(self) -> None:
        """Raise UsageError where the fields do not go together."""
        if self.engine is not None and not self.fresh:
            raise UsageError("`engine` needs `fresh`", "only a fresh fit can be made by umap-learn")


class Accept(msgspec.Struct, frozen=True):
    """`/accept`: the fit that is held, of one space or of either."""

    space: Space | None = None


class Rollback(msgspec.Struct, frozen=True):
    """`/rollback`."""

    space: Space
    number: Number


class Rescan(msgspec.Struct, frozen=True):
    """`/rescan`: one root, or all."""

    root: str | None = None
    force: bool = False


class SomePath(msgspec.Struct, frozen=True):
    """A path, or none for all of them."""

    path: str | None = None


class RemoveRoot(msgspec.Struct, frozen=True):
    """`/roots/remove`: with `keep`, its items wait for it for `resources.keep_deleted_days`."""

    path: str
    keep: bool = False


class Forget(msgspec.Struct, frozen=True):
    """`/forget`: what was at these paths, or all that was deleted."""

    paths: tuple[str, ...] = ()
    deleted: bool = False

    def __post_init__(self) -> None:
        """Raise UsageError unless exactly one of the two is given."""
        if self.deleted is bool(self.paths):
            raise UsageError("nothing to forget was named", "give `paths`, or `deleted`")


class Rename(msgspec.Struct, frozen=True):
    """`/regions/rename`: without a name, Muser names the region again."""

    space: Space
    region: Number
    name: str | None = None


class Switch(msgspec.Struct, frozen=True):
    """`/encoder/switch`."""

    space: Space


class Verify(msgspec.Struct, frozen=True):
    """`/verify`."""

    repair: bool = False


class Backup(msgspec.Struct, frozen=True):
    """`/backup`: into a new folder."""

    target: str


class Adopt(msgspec.Struct, frozen=True):
    """`/adopt`: the shards of a folder; `roots` are pairs: a folder's name then and now."""

    folder: str
    roots: tuple[tuple[str, str], ...] = ()


class Revoke(msgspec.Struct, frozen=True):
    """`/sessions/revoke`: one session by its id, or all of them."""

    id: str | None = None
    all: bool = False

    def __post_init__(self) -> None:
        """Raise UsageError unless exactly one of the two is given."""
        if self.all is (self.id is not None):
            raise UsageError("no session was named", "give `id`, or `all`")


class Find(msgspec.Struct, frozen=True):
    """`/find`: words and filters, and examples by path or by the id of an item."""

    q: str = ""
    space: Space | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_HITS)] = 20
    meaning: bool = True
    like: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    like_items: tuple[Number, ...] = ()
    unlike_items: tuple[Number, ...] = ()

    def __post_init__(self) -> None:
        """Raise UsageError where there is nothing to look for, or too much."""
        if not self.q.strip() and not self.like and not self.like_items:
            raise UsageError("nothing to look for", "give words, a filter, or an example (--like)")
        for key in ("like", "unlike", "like_items", "unlike_items"):
            if len(getattr(self, key)) > MOST_EXAMPLES:
                raise UsageError(f"`{key}` has more than {MOST_EXAMPLES} examples", "give fewer")


async def read(request: Request, most_bytes: int = MAX_BODY_BYTES) -> dict[str, Any]:
    """The JSON object of a body; an empty body is an empty object. Raises UsageError."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most_bytes:
            raise UsageError(f"the body has more than {most_bytes} bytes", _FORM)
        parts.append(part)
    if not size:
        return {}
    try:
        # Not by msgspec: paths that are not UTF-8 are sent as lone surrogates, which it refuses.
        value = json.loads(b"".join(parts))
    except (ValueError, RecursionError):
        raise UsageError("the body is not valid JSON", _FORM) from None
    if not isinstance(value, dict):
        raise UsageError("the body must be a JSON object", _FORM)
    return value


def space(value: object) -> Space | None:
    """The space of a query string; None for nothing. Raises UsageError."""
    if value is None or value in get_args(Space):
        return cast("Space | None", value)
    raise UsageError(f"there is no space {value!r}", "it is image or text")


def seconds(text: str | None) -> float:
    """How long to wait, at most 30 s; 0 for nothing. Raises UsageError."""
    try:
        value = float(text or 0)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise UsageError(f"`wait` is {text!r}", "give seconds")
    return min(value, MAX_WAIT_S)


def region_name(value: str | None) -> str | None:
    """A name, trimmed; None for none. Raises UsageError."""
    if value is None:
        return None
    if not 0 < len(value.strip()) <= _MAX_NAME:
        raise UsageError(f"`name` must be a text of 1 to {_MAX_NAME} characters", "shorten it")
    if not value.isprintable():
        raise UsageError("`name` contains control characters", "type it again")
    return value.strip()


def path(value: str, key: str = "path") -> bytes:
    """An absolute path in any of the forms of `names.path_of`. Raises UsageError."""
    try:
        found = path_of(value)
    except UnicodeEncodeError:
        raise UsageError(f"`{key}` is not a path: {value!a}", "give an absolute path") from None
    if not found.startswith(b"/") or b"\0" in found:
        raise UsageError(f"`{key}` is {value!r}", "give an absolute path")
    return found


def some_path(value: str | None, key: str = "path") -> bytes | None:
    """The same; None for none."""
    return None if value is None else path(value, key)
