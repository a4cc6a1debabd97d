"""Notes packed with what they show: TextBundle's `.textpack`, and Bear's backups of many."""

import json
import posixpath
from typing import Any

from muserd.extract.archive import Archive
from muserd.extract.blocks import Document
from muserd.extract.content import Content
from muserd.extract.dates import parse_moment
from muserd.extract.encodings import decoded
from muserd.extract.exports import Exported, document_of
from muserd.extract.heads import split_head
from muserd.extract.html import read_html
from muserd.extract.limits import Limits
from muserd.extract.markdown import read_markdown
from muserd.extract.moments import Moment
from muserd.extract.plain import read_plain
from muserd.ground.errors import FileError
from muserd.ground.paths import display

_READERS = {".md": read_markdown, ".markdown": read_markdown, ".html": read_html}


def read_textpack(content: Content, limits: Limits) -> Document:
    """The texts of all bundles in an archive; pictures and what else is attached are not opened.

    Raises:
        FileError: `encrypted`, `corrupt`, `truncated` or `bomb`.
    """
    archive = Archive(content, limits)
    texts = [name for name in archive.names() if _is_text(name)]
    notes = (_note(archive, name) for name in sorted(texts))
    document = document_of(filter(None, notes), len(texts))
    if not document.blocks:
        raise FileError("corrupt", f"{display(content.path)} holds no note", "export it anew")
    return document


def _is_text(name: str) -> bool:
    return posixpath.basename(name).lower().startswith("text.") and "__MACOSX" not in name


def _note(archive: Archive, name: str) -> Exported | None:
    found = decoded(archive.read(name) or b"")
    if found is None:
        return None
    head, body = split_head(found.text)
    folder, base = posixpath.split(name)
    document = _READERS.get(posixpath.splitext(base)[1].lower(), read_plain)(body)
    bundle = posixpath.splitext(posixpath.basename(folder))[0]
    tags = (*head.tags, *document.tags)
    created = head.moment or _created(archive.read(posixpath.join(folder, "info.json")))
    return Exported(head.title or document.heading or bundle, document.blocks, created, tags)


def _created(data: bytes | None) -> Moment | None:
    """When a note was written, as Bear says it beside the text."""
    try:
        said: Any = json.loads(data or b"{}")
    except (ValueError, RecursionError):
        return None
    own = said.get("net.shinyfrog.bear") if isinstance(said, dict) else None
    if not isinstance(own, dict):
        return None
    return parse_moment(own.get("creationDate")) or parse_moment(own.get("modificationDate"))
