"""Structs from what people and programs wrote, key by key, with errors that name the key.

msgspec checks each value against the type and the range of its field. Its own messages are for
developers; the ones made here name key, value, expected type and range, and the nearest right key.
"""

import difflib
import math
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from muserd.ground.errors import MuserError

S = TypeVar("S", bound=msgspec.Struct)


def build(cls: type[S], table: Mapping[str, Any], error: type[MuserError], prefix: str = "") -> S:
    """A struct from a table of TOML or an object of JSON.

    Args:
        cls: the struct; fields may be structs and tuples of structs.
        table: keys and values as they were parsed.
        error: what to raise.
        prefix: of every key in messages, such as `web.`.

    Raises:
        error: an unknown or missing key, a value of another type or out of range.
    """
    fields = {field.name: field for field in msgspec.structs.fields(cls)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in fields:
            raise _unknown(key, list(fields), error, prefix)
        values[key] = _value(fields[key].type, value, f"{prefix}{key}", error)
    for name, field in fields.items():
        if field.required and name not in values:
            raise error(f"`{prefix}{name}` is missing", f"it must be {expected(field.type)}")
    return cls(**values)


def expected(kind: Any) -> str:
    """A type and its range in words, such as `a whole number from 0 to 65535`."""
    info = msgspec.inspect.type_info(kind)
    return _described(info)


def limits(kind: Any) -> tuple[float, float] | None:
    """The least and the greatest value of a number, both included; None for other types."""
    info = msgspec.inspect.type_info(kind)
    if isinstance(info, msgspec.inspect.IntType | msgspec.inspect.FloatType):
        return (info.ge, info.le) if info.ge is not None and info.le is not None else None
    return None


def _value(kind: Any, value: Any, name: str, error: type[MuserError]) -> Any:
    info = msgspec.inspect.type_info(kind)
    if isinstance(info, msgspec.inspect.StructType):
        if not isinstance(value, dict):
            raise error(f"`{name}` is {_shown(value)}, not a table", f"write [{name}]")
        return build(info.cls, value, error, f"{name}.")
    if isinstance(info, msgspec.inspect.VarTupleType):
        if not isinstance(value, list):
            raise error(f"`{name}` is {_shown(value)}", f"it must be {expected(kind)}")
        inner = kind.__args__[0]
        return tuple(_value(inner, one, f"{name}[{at}]", error) for at, one in enumerate(value))
    wrong = error(f"`{name}` is {_shown(value)}", f"it must be {expected(kind)}")
    if isinstance(value, float) and not math.isfinite(value):
        raise wrong
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, UnicodeEncodeError):  # lone surrogates are no name of ours
        raise wrong from None


def _unknown(key: str, known: list[str], error: type[MuserError], prefix: str) -> MuserError:
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    hint = f"known: {', '.join(known)}" if known else "nothing may be given here"
    hint = f"did you mean `{prefix}{close[0]}`?" if close else hint
    return error(f"unknown key `{prefix}{key}`", hint)


def _described(info: msgspec.inspect.Type) -> str:
    inspect = msgspec.inspect
    match info:
        case inspect.BoolType():
            words = "true or false"
        case inspect.StrType():
            words = "a text"
        case inspect.IntType(ge=least, le=most):
            words = f"a whole number from {least} to {most}"
        case inspect.FloatType(ge=least, le=most):
            words = f"a number from {least} to {most}"
        case inspect.LiteralType(values=values):
            words = f"one of {', '.join(map(_shown, values))}"
        case inspect.VarTupleType(item_type=inner):
            words = f"a list, each {_described(inner)}"
        case inspect.UnionType(types=kinds):
            given = (one for one in kinds if not isinstance(one, inspect.NoneType))
            words = " or ".join(map(_described, given))
        case _:
            words = "a table"
    return words


def _shown(value: Any) -> str:
    """A value as it is written in TOML and JSON, as far as it matters, and not at any length."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = f'"{value}"' if isinstance(value, str) else repr(value)
    text = text.encode("unicode_escape").decode() if not text.isprintable() else text
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


_LONGEST = 80
