"""Which files Muser takes, told by their suffix alone."""

import os
import re

from muserd.ground.records import Kind

_PICTURES: dict[bytes, str] = {
    b".apng": "image/apng",
    b".avif": "image/avif",
    b".bmp": "image/bmp",
    b".dib": "image/bmp",
    b".gif": "image/gif",
    b".heic": "image/heic",
    b".heif": "image/heif",
    b".hif": "image/heif",
    b".jfif": "image/jpeg",
    b".jpe": "image/jpeg",
    b".jpeg": "image/jpeg",
    b".jpg": "image/jpeg",
    b".png": "image/png",
    b".tif": "image/tiff",
    b".tiff": "image/tiff",
    b".webp": "image/webp",
}
# Never as active content: a browser shows the source of an HTML note and runs nothing of it.
_NOTES: dict[bytes, str] = {
    b".htm": "text/plain",
    b".html": "text/plain",
    b".markdown": "text/plain",
    b".md": "text/plain",
    b".org": "text/plain",
    b".rst": "text/plain",
    b".tex": "text/plain",
    b".txt": "text/plain",
}

MEDIA_TYPES: dict[bytes, str] = _PICTURES | _NOTES
"""Suffix in lower case, dot included → media type under which the original may be served."""


# A hyphen that is not inside a date: `2024-03-05`, `2024-03`.
_JOINTS = re.compile(r"(?<!\b\d{4})(?<!\b\d{4}-\d{2})-|-(?!\d{2}(?!\d))")
_NOTION_ID = re.compile(r" [0-9a-f]{32}$")


def kind_of(path: bytes) -> Kind | None:
    """The kind of a file by its suffix, in any case; None for a file that Muser does not take."""
    suffix = suffix_of(path)
    if suffix in _PICTURES:
        return "image"
    return "note" if suffix in _NOTES else None


def suffix_of(path: bytes) -> bytes:
    """The last suffix in lower case, dot included; empty where there is none, as in `.md`."""
    return os.path.splitext(path)[1].lower()


def title_from_name(name: str) -> str:
    """A title made from a file name: its stem, `_` and `-` read as spaces. Never empty.

    The hyphens of a date stay: `2024-03-05`. The identifier that Notion appends goes.
    """
    stem = os.path.splitext(os.path.basename(name))[0] or name
    stem = _NOTION_ID.sub("", stem) or stem
    title = " ".join(_JOINTS.sub(" ", stem.replace("_", " ")).split())
    return title or stem.strip() or "untitled"
