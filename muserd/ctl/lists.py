"""Selections on the command line: a list of files, a region, a search, a collection."""

import argparse
import sys
from typing import Any

from muserd.ctl.parsing import given_path, whole
from muserd.ground.errors import UsageError
from muserd.ground.names import exact

_MOST_BYTES = 256 * 2**20


def add_selection(parser: argparse.ArgumentParser, *, collection: bool = False) -> None:
    """The options `--from`, `--region`, `--find` and `--space`; with `collection` that one too."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--from",
        dest="source",
        metavar="FILE",
        help="a list of paths or item ids, ended by NUL or line ends; - for standard input",
    )
    which.add_argument("--region", type=whole(0), metavar="ID", help="the items in a region")
    which.add_argument("--find", metavar="QUERY", help="the certain hits of a search")
    if collection:
        which.add_argument("--collection", metavar="NAME", help="what is in a collection")
    parser.add_argument("--space", choices=("image", "text"), help="only of this map")


def selection(arguments: argparse.Namespace) -> dict[str, Any]:
    """The fields of the selection for a request; none of them: everything.

    Raises:
        UsageError: the list cannot be read, or is empty.
    """
    fields: dict[str, Any] = {
        "region": arguments.region,
        "query": arguments.find,
        "collection": getattr(arguments, "collection", None),
        "space": arguments.space,
    }
    if arguments.source is not None:
        fields["files"] = listed(arguments.source)
    return {key: value for key, value in fields.items() if value is not None}


def listed(source: str) -> list[str]:
    """The paths and ids of a list. Raises UsageError: it cannot be read, or is empty."""
    try:
        if source == "-":
            data = sys.stdin.buffer.read(_MOST_BYTES)
        else:
            with open(source, "rb") as file:
                data = file.read(_MOST_BYTES)
    except OSError as error:
        raise UsageError(f"{source} cannot be read: {error.strerror}", "check the name") from None
    parts = data.split(b"\0") if b"\0" in data else data.splitlines()
    found = [_entry(part) for part in parts if part.strip()]
    if not found:
        raise UsageError(f"{source} lists nothing", "one path or item id a line")
    return found


def _entry(part: bytes) -> str:
    text = exact(part)
    if text.isascii() and text.isdigit():
        return text
    return given_path(text, follow=False) if not text.startswith("file://") else text
