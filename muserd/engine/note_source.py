"""A note as its file has it, for people to read: the head apart, the text untouched."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from muserd.engine.links import resolve
from muserd.extract.encodings import decoded
from muserd.extract.heads import split_head
from muserd.extract.links import links_in
from muserd.ground.beneath import open_below
from muserd.ground.formats import format_of
from muserd.ground.records import FileRecord, ItemId
from muserd.store.reader import Reader

WRITTEN = frozenset({"markdown", "mdx", "text", "rst", "org", "latex", "html", "asciidoc", "csv"})
"""Formats whose files are texts that people write and read; of others the words are shown."""
_HEADED = frozenset({"markdown", "mdx", "text"})
_MOST_BYTES = 5 * 2**20
_MOST_FACTS, _LONGEST_FACT = 40, 500
_MOST_ROWS = 2_000  # of a table


@dataclass(frozen=True, slots=True)
class NoteSource:
    """The text of a note's file.

    Attributes:
        format: as `ground.formats` names it.
        text: without its head, in the notation of its format; of a table of values one line a row,
            its cells separated by tabs.
        head: what its head says, as (key, value) for people.
    """

    format: str
    text: str
    head: tuple[tuple[str, str], ...]


def read_source(file: FileRecord, roots: Iterable[bytes]) -> NoteSource | None:
    """The text of a file below a root; None where it is away, too large, or of no such format."""
    row = format_of(file.path)
    if row is None or row.name not in WRITTEN or file.stat.size > _MOST_BYTES:
        return None
    try:
        with os.fdopen(open_below(roots, file.path), "rb") as opened:
            data = opened.read(_MOST_BYTES)
    except OSError:
        return None
    found = decoded(data)
    if found is None:
        return None
    if row.name == "csv":
        return NoteSource(row.name, _tabbed(found.text, file.path), ())
    if row.name not in _HEADED:
        return NoteSource(row.name, found.text, ())
    head, body = split_head(found.text)
    return NoteSource(row.name, body, _facts(head.values))


def _tabbed(text: str, path: bytes) -> str:
    """A table of values as lines of cells; the text as it is where it is none."""
    import csv

    from muserd.extract.sheets import csv_rows  # what office documents need comes with it

    try:
        rows = list(islice(csv_rows(text, path), _MOST_ROWS))
    except csv.Error:
        return text
    return "\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in rows if row)


def targets(
    reader: Reader, file: FileRecord, source: NoteSource, roots: frozenset[bytes]
) -> dict[str, ItemId]:
    """The items that a note's links mean, by the target as it is written."""
    found: dict[str, ItemId] = {}
    for link in links_in(source.format, source.text):
        item = resolve(reader, file, link.target, roots)
        if item is not None:
            found[link.target] = item
    return found


def _facts(values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    pairs = ((str(key), _said(value)) for key, value in values.items())
    return tuple((key, value) for key, value in pairs if value)[:_MOST_FACTS]


def _said(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(filter(None, map(_said, value)))[:_LONGEST_FACT]
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_said(one)}" for key, one in value.items())[:_LONGEST_FACT]
    return "" if value is None else " ".join(str(value).split())[:_LONGEST_FACT]
