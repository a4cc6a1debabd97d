"""Every JSON body that others read, as rows of a table: for docs/schemas.md and its test.

`python -m tests.schemas_of_bodies > docs/schemas.md` writes the page.
"""

import inspect
import sys
import types
from collections.abc import Iterator
from typing import Union, get_args, get_origin

import msgspec

from muserd.control import bodies, requests
from muserd.engine import answers, job_results, status
from muserd.engine.find import answers as find_answers
from muserd.ground import events, json_bodies
from muserd.ground.config import Root

Struct = type[msgspec.Struct]

# Title → what is said first, and the structs in the order in which a reader meets them.
SECTIONS: tuple[tuple[str, str, tuple[object, ...]], ...] = (
    (
        "Answers of the control socket",
        (
            "`muserctl … --json` prints them. Every body is one object with `schema`; `items` and "
            "`regions` are one object a line (NDJSON)."
        ),
        (status, answers, find_answers, bodies, job_results, json_bodies),
    ),
    (
        "Bodies of requests",
        (
            "POST on the control socket. A field with a default may be left out; an unknown one "
            "is an error."
        ),
        (requests, Root),
    ),
    (
        "Events",
        "The data of Server-Sent Events on `/events`.",
        (events, status.SpaceNews, status.StatusNews),
    ),
)
_BASES = (json_bodies.Body, json_bodies.Record, json_bodies.BySpace, msgspec.Struct)
_EVENTS_ONLY = {"StatusNews", "SpaceNews"}


def page() -> str:
    """docs/schemas.md."""
    lines = [
        "# Schemas",
        "",
        (
            "Made from the structs of the program by `python -m tests.schemas_of_bodies`; a test "
            "compares it with them. `BySpace` is an object with the keys `image` and `text`. A "
            "type with `| null` may be null. The published site is described in "
            "[formats](formats.md)."
        ),
    ]
    for title, words, sources in SECTIONS:
        lines += ["", f"## {title}", "", words]
        for struct in _structs(sources, events=title == "Events"):
            lines += ["", f"### {struct.__name__}", "", _first_line(struct), ""]
            lines += _table(struct)
    return "\n".join(lines)


def fields(struct: Struct) -> dict[str, str]:
    """The JSON keys of a struct with their types in words."""
    return {one.encode_name: _type(one.type) for one in msgspec.structs.fields(struct)}


def _structs(sources: tuple[object, ...], *, events: bool) -> Iterator[Struct]:
    for source in sources:
        if inspect.isclass(source):
            yield source
            continue
        for one in vars(source).values():
            if not inspect.isclass(one) or not issubclass(one, msgspec.Struct) or one in _BASES:
                continue
            mine = one.__module__ == getattr(source, "__name__", "")
            if mine and (events or one.__name__ not in _EVENTS_ONLY):
                yield one


def _table(struct: Struct) -> Iterator[str]:
    if not msgspec.structs.fields(struct):
        yield "No fields."
        return
    yield "| key | type | default |"
    yield "|---|---|---|"
    for one in msgspec.structs.fields(struct):
        yield f"| `{one.encode_name}` | {_type(one.type)} | {_default(one)} |"


def _default(one: msgspec.structs.FieldInfo) -> str:
    if one.required:
        return ""
    if one.default is msgspec.UNSET:
        return "left out"
    if one.default is msgspec.NODEFAULT:
        return "`{}`"
    return f"`{msgspec.json.encode(one.default).decode()}`"


def _type(kind: object) -> str:
    parts = get_args(kind)
    structs = [one for one in parts if inspect.isclass(one) and issubclass(one, msgspec.Struct)]
    if len(structs) > 1 and get_origin(kind) in {types.UnionType, Union}:
        # Which one it is follows from the request, so they are not tagged: msgspec cannot tell.
        words = " | ".join(one.__name__ for one in structs)
    elif get_origin(kind) is tuple and parts[1:] == (...,) and get_args(parts[0]):
        return f"array of {_type(parts[0])}"
    else:
        words = _words(msgspec.inspect.type_info(kind))
    return words.replace("|", "\\|")


def _words(info: msgspec.inspect.Type) -> str:
    kinds = msgspec.inspect
    match info:
        case kinds.UnionType(types=several):
            words = " | ".join(_words(t) for t in several if not isinstance(t, kinds.CustomType))
        case kinds.LiteralType(values=values):
            words = " | ".join(msgspec.json.encode(value).decode() for value in values)
        case kinds.VarTupleType(item_type=inner) | kinds.ListType(item_type=inner):
            words = f"array of {_words(inner)}"
        case kinds.TupleType(item_types=inner):
            words = "[" + ", ".join(map(_words, inner)) + "]"
        case kinds.StructType(cls=cls):
            inner = ", ".join(
                one.__name__ if inspect.isclass(one) else _type(one) for one in get_args(cls)
            )
            words = f"BySpace of {inner}" if inner else cls.__name__
        case kinds.IntType(ge=least, le=most):
            words = "integer" if least is None else f"integer, {least} to {most}"
        case kinds.FloatType():
            words = "number"
        case kinds.StrType():
            words = "string"
        case kinds.BoolType():
            words = "boolean"
        case kinds.NoneType():
            words = "null"
        case _:
            words = "object"
    return words


def _first_line(struct: Struct) -> str:
    return (inspect.getdoc(struct) or "").split("\n\n")[0].replace("\n", " ")


if __name__ == "__main__":
    sys.stdout.write(page() + "\n")
