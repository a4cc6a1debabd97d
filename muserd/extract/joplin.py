"""Joplin's export (`.jex`): a tar of records, of which notes, their tags and notebooks are read."""

import io
import re
import tarfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from muserd.extract import budget
from muserd.extract.blocks import Document
from muserd.extract.content import Content
from muserd.extract.dates import parse_moment
from muserd.extract.exports import Exported, document_of
from muserd.extract.html import read_html
from muserd.extract.limits import Limits
from muserd.extract.markdown import read_markdown
from muserd.ground.errors import FileError
from muserd.ground.paths import display

_NOTE, _TAG, _TAGGED = "1", "5", "6"  # `type_` of a record
_FIELD = re.compile(r"([a-z_]+): ?(.*)")
_MOST_RECORDS = 50_000
_BROKEN = (tarfile.TarError, EOFError, OSError, ValueError, zlib.error)


@dataclass(frozen=True, slots=True)
class _Record:
    text: str
    fields: Mapping[str, str]


def read_jex(content: Content, limits: Limits) -> Document:
    """The notes of an export, with the names of their tags; attached files are not opened.

    Raises:
        FileError: `corrupt`, `encrypted` or `bomb`.
    """
    name = display(content.path)
    try:
        records = list(_records(content, limits))
    except _BROKEN as error:
        raise FileError("corrupt", f"{name} is damaged: {error}", "export it anew") from error
    called = {one.fields["id"]: one.text.strip() for one in records if _is(one, _TAG)}
    tags: defaultdict[str, list[str]] = defaultdict(list)
    for one in records:
        if _is(one, _TAGGED) and one.fields.get("tag_id") in called:
            tags[one.fields.get("note_id", "")].append(called[one.fields["tag_id"]])
    notes = [one for one in records if _is(one, _NOTE)]
    if any(one.fields.get("encryption_applied") == "1" for one in notes):
        raise FileError("encrypted", f"{name} is encrypted", "export it without encryption")
    if not notes:
        raise FileError("corrupt", f"{name} holds no note", "export it anew")
    return document_of((_note(one, tuple(tags[one.fields["id"]])) for one in notes), len(notes))


def _is(record: _Record, kind: str) -> bool:
    return record.fields.get("type_") == kind


def _note(record: _Record, tags: tuple[str, ...]) -> Exported:
    title, _, body = record.text.partition("\n")
    read = read_html if record.fields.get("markup_language") == "2" else read_markdown
    document = read(body.lstrip("\n"))
    times = (record.fields.get(key) for key in ("user_created_time", "created_time"))
    created = next(filter(None, map(parse_moment, times)), None)
    return Exported(title.strip(), document.blocks, created, (*tags, *document.tags))


def _records(content: Content, limits: Limits) -> Iterator[_Record]:
    left = limits.unpacked_max_bytes
    with tarfile.open(fileobj=io.BytesIO(content.data), mode="r:") as archive:
        for number, member in enumerate(archive):
            budget.check()
            if number >= _MOST_RECORDS:
                return
            if not member.isreg() or not member.name.endswith(".md") or "/" in member.name:
                continue
            left -= member.size
            if left < 0:
                raise FileError(
                    "bomb",
                    f"{display(content.path)} holds more than "
                    f"{limits.unpacked_max_bytes // 2**20} MB of text",
                    "export one notebook at a time",
                )
            opened = archive.extractfile(member)
            if opened is not None:
                record = _record(opened.read().decode("utf-8", "replace"))
                if record is not None:
                    yield record


def _record(text: str) -> _Record | None:
    """A record: its text, and the fields in the block at its end."""
    body, _, tail = text.rpartition("\n\n")
    lines = [_FIELD.fullmatch(line) for line in tail.strip().split("\n")]
    fields = {found.group(1): found.group(2) for found in lines if found is not None}
    return _Record(body, fields) if "id" in fields and "type_" in fields else None
