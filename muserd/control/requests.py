"""What comes in through the control socket, checked before anything is done."""

import json
import math
from collections.abc import Iterable
from typing import Any, cast, get_args

from starlette.requests import Request

from muserd.ground import config as configuration
from muserd.ground.config import Root
from muserd.ground.errors import ConfigError, UsageError
from muserd.ground.names import path_of
from muserd.ground.records import FitNumber, LayoutEngine, RegionId, Space

MAX_BODY_BYTES = 65_536
MAX_WAIT_S = 30.0
_FORM = "send one object, such as {}; see docs/formats.md"
_MAX_NAME = 80  # characters of a region's name


async def read(request: Request) -> dict[str, Any]:
    """The JSON object of a body; an empty body is an empty object. Raises UsageError."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY_BYTES:
            raise UsageError(f"the body has more than {MAX_BODY_BYTES} bytes", _FORM)
        parts.append(part)
    if not size:
        return {}
    try:
        value = json.loads(b"".join(parts))
    except (ValueError, RecursionError):
        raise UsageError("the body is not valid JSON", _FORM) from None
    if not isinstance(value, dict):
        raise UsageError("the body must be a JSON object", _FORM)
    return value


def space(value: object) -> Space | None:
    """A space by name; None for nothing. Raises UsageError."""
    if value is None or value in get_args(Space):
        return cast("Space | None", value)
    raise UsageError(f"no such space: {value!r}", "it is image or text")


def seconds(text: str | None) -> float:
    """How long to wait, at most 30 s; 0 for nothing. Raises UsageError."""
    try:
        value = float(text or 0)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise UsageError(f"`wait` is {text!r}", "give seconds")
    return min(value, MAX_WAIT_S)


class Fields:
    """The fields of a POST, by type. Every method raises UsageError."""

    def __init__(self, fields: dict[str, Any], known: Iterable[str]) -> None:
        self._fields = fields
        known = tuple(known)
        unknown = set(fields) - set(known)
        if unknown:
            raise UsageError(
                f"unknown field: {', '.join(sorted(map(repr, unknown)))}",
                f"known: {', '.join(known) or 'none'}",
            )

    def space(self) -> Space | None:
        """`space`, if given."""
        return space(self._fields.get("space"))

    def need_space(self) -> Space:
        """`space`."""
        found = self.space()
        if found is None:
            raise UsageError("`space` is missing", "it is image or text")
        return found

    def flag(self, key: str, *, default: bool = False) -> bool:
        """A boolean."""
        value = self._fields.get(key, default)
        if not isinstance(value, bool):
            raise UsageError(f"`{key}` is {value!r}", "it is true or false")
        return value

    def string(self, key: str) -> str:
        """Any text; empty when not given."""
        value = self._fields.get(key, "")
        if not isinstance(value, str):
            raise UsageError(f"`{key}` is {value!r}", "give a text")
        return value

    def number(self, key: str, least: int, most: int, default: int) -> int:
        """A whole number in a range."""
        value = self._fields.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise UsageError(f"`{key}` is {value!r}", f"give a number from {least} to {most}")
        return value

    def paths(self, key: str, most: int) -> list[bytes]:
        """Absolute paths; none when not given."""
        value = self._fields.get(key, [])
        if not isinstance(value, list) or len(value) > most:
            raise UsageError(f"`{key}` must be a list of at most {most} paths", "give fewer")
        return [Fields({key: one}, [key]).need_path(key) for one in value]

    def layout_engine(self) -> LayoutEngine | None:
        """`engine`, if given: what makes a fresh fit. It needs `fresh`: other fits are Muser's."""
        value = self._fields.get("engine")
        if value is None:
            return None
        if value not in get_args(LayoutEngine):
            raise UsageError(f"`engine` is {value!r}", "it is muser or umap-learn")
        if not self.flag("fresh"):
            raise UsageError("`engine` needs `fresh`", "other fits keep the land: Muser makes them")
        engine: LayoutEngine = value
        return engine

    def need_fit(self) -> FitNumber:
        """The number of a fit."""
        return FitNumber(self._number("number"))

    def need_region(self) -> RegionId:
        """The id of a region."""
        return RegionId(self._number("region"))

    def text(self, key: str) -> str | None:
        """A short text, trimmed; None when not given or null."""
        value = self._fields.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not 0 < len(value.strip()) <= _MAX_NAME:
            raise UsageError(f"`{key}` must be a text of 1 to {_MAX_NAME} characters", "shorten it")
        if not value.isprintable():
            raise UsageError(f"`{key}` has control characters in it", "type it anew")
        return value.strip()

    def path(self, key: str = "path") -> bytes | None:
        """An absolute path in any of the forms of `names.path_of`."""
        value = self._fields.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            raise UsageError(f"`{key}` is {value!r}", "give an absolute path")
        try:
            path = path_of(value)
        except UnicodeEncodeError:
            raise UsageError(f"`{key}` is no path: {value!a}", "give an absolute path") from None
        if not path.startswith(b"/") or b"\0" in path:
            raise UsageError(f"`{key}` is {value!r}", "give an absolute path")
        return path

    def need_path(self, key: str = "path") -> bytes:
        """An absolute path."""
        found = self.path(key)
        if found is None:
            raise UsageError(f"`{key}` is missing", "give an absolute path")
        return found

    def root(self) -> Root:
        """A root, with the keys and checks of the configuration."""
        self.need_path()
        # JSON's strings, lists and booleans are TOML's too, but for DEL.
        lines = [
            f"{key} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007f")
            for key, value in self._fields.items()
        ]
        try:
            return configuration.parse("\n".join(["[[roots]]", *lines]), "root").roots[0]
        except ConfigError as error:
            raise UsageError(error.message, error.hint) from None

    def _number(self, key: str) -> int:
        value = self._fields.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
            raise UsageError(f"`{key}` is {value!r}", "give a number")
        return value
