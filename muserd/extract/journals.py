"""Exports in JSON: Day One's journals (`Journal.json`) and Standard Notes' backups (text files)."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from muserd.extract.blocks import Document
from muserd.extract.content import Content
from muserd.extract.dates import parse_moment
from muserd.extract.exports import Exported, document_of
from muserd.extract.limits import Limits
from muserd.extract.markdown import read_markdown
from muserd.extract.moments import Moment
from muserd.extract.tags import clean_tags
from muserd.ground.errors import FileError
from muserd.ground.paths import display

_ESCAPED = re.compile(r"\\([.!()\-+#*_>\[\]{}`])")  # Day One escapes every mark, also within words
_ATTACHED = re.compile(r"!\[[^\]\n]{0,200}\]\(dayone-moment:[^)\n]{0,200}\)")


def read_dayone(content: Content, limits: Limits) -> Document:  # noqa: ARG001 - see `Format.yields`
    """The entries of a journal: text, tags, when and in what zone. Photographs are files beside it.

    Raises:
        FileError: `corrupt`.
    """
    name = display(content.path)
    try:
        journal: Any = json.loads(content.data)
        entries = [one for one in journal["entries"] if isinstance(one, dict)]
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise FileError(
            "corrupt", f"{name} is no journal of Day One's: {error!r}", "export it anew"
        ) from error
    return document_of(map(_entry, entries), len(entries))


def _entry(entry: dict[str, Any]) -> Exported:
    written = entry.get("text")
    text = _ATTACHED.sub("", written if isinstance(written, str) else "")
    document = read_markdown(_ESCAPED.sub(r"\1", text))
    created = parse_moment(entry.get("creationDate"))
    if created is not None:
        created = _in_zone(created, entry.get("timeZone"))
    tags = (*clean_tags(entry.get("tags")), *document.tags)
    return Exported(document.heading, document.blocks, created, tags)


def _in_zone(moment: Moment, zone: object) -> Moment:
    """The moment with the offset of where it was; as it is where the zone is not known here."""
    try:
        offset = moment.civil.astimezone(ZoneInfo(str(zone).replace("\\/", "/"))).utcoffset()
    except (OSError, ValueError, LookupError, OverflowError):
        return moment
    if moment.utc_offset_min != 0 or offset is None:
        return moment
    return Moment(moment.time_ms, round(offset.total_seconds() / 60), "time", moment.source)


def read_standard_notes(text: str) -> Document | None:
    """The notes of a backup of Standard Notes; None for any other text.

    Raises:
        FileError: `encrypted`.
    """
    if not text.lstrip().startswith("{") or '"content_type"' not in text:
        return None
    try:
        items = json.loads(text)["items"]
        records = [one for one in items if isinstance(one, dict) and "content_type" in one]
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
    notes = [one for one in records if one["content_type"] == "Note" and not one.get("deleted")]
    if notes and not any(isinstance(one.get("content"), dict) for one in notes):
        raise FileError(
            "encrypted", "this backup of Standard Notes is encrypted", "export it decrypted"
        )
    tags = _tags(records)
    document = document_of(filter(None, (_note(one, tags) for one in notes)), len(notes))
    return document if document.blocks else None


def _tags(records: list[dict[str, Any]]) -> dict[str, list[str]]:
    """The tags of notes, which point at notes, by the note's identifier."""
    tags: defaultdict[str, list[str]] = defaultdict(list)
    for record in records:
        content = record.get("content")
        if record["content_type"] == "Tag" and isinstance(content, dict):
            for uuid in _references(content):
                tags[uuid].append(str(content.get("title", "")))
    return tags


def _references(content: dict[str, Any]) -> Iterator[str]:
    given = content.get("references")
    for one in given if isinstance(given, list) else ():
        if isinstance(one, dict):
            yield str(one.get("uuid", ""))


def _note(record: dict[str, Any], tags: dict[str, list[str]]) -> Exported | None:
    content = record.get("content")
    if not isinstance(content, dict) or content.get("trashed"):
        return None
    document = read_markdown(str(content.get("text") or ""))
    created = parse_moment(record.get("created_at")) or parse_moment(record.get("updated_at"))
    own = clean_tags(tags.get(str(record.get("uuid")), []))
    return Exported(
        str(content.get("title") or ""), document.blocks, created, (*own, *document.tags)
    )
