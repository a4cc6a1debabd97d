"""Which files Muser takes, told by their suffix alone. The suffixes are in `ground.formats`."""

import os
import re

from muserd.ground.formats import FORMATS, format_of
from muserd.ground.records import Kind

MEDIA_TYPES: dict[bytes, str] = {
    suffix: media_type for row in FORMATS for suffix, media_type in row.suffixes.items()
}
"""Suffix in lower case, dot included → media type under which the original may be served."""


# A hyphen that is not inside a date: `2024-03-05`, `2024-03`.
_JOINTS = re.compile(r"(?<!\b\d{4})(?<!\b\d{4}-\d{2})-|-(?!W?\d{2}(?!\d))")
# A day as Logseq writes it, and a week.
_DAY = re.compile(r"(?<![^\W_])(\d{4})_(\d{2})_(\d{2})(?![^\W_])")
_NOTION_ID = re.compile(r" [0-9a-f]{32}(?:_all)?$")


def kind_of(path: bytes) -> Kind | None:
    """The kind of a file by its suffix, in any case; None for a file that Muser does not take.

    A format whose package is not installed is taken, too: its files are failures with a remedy.
    """
    row = format_of(path)
    return row.kind if row is not None else None


def suffix_of(path: bytes) -> bytes:
    """The last suffix in lower case, dot included; empty where there is none, as in `.md`."""
    return os.path.splitext(path)[1].lower()


def title_from_name(name: str) -> str:
    """A title made from a file name: its stem, `_` and `-` read as spaces. Never empty.

    A day is written with hyphens: `2024-03-05`. The identifier that Notion appends goes.
    """
    stem = os.path.splitext(os.path.basename(name))[0] or name
    stem = _NOTION_ID.sub("", stem) or stem
    stem = _DAY.sub(r"\1-\2-\3", stem)
    title = " ".join(_JOINTS.sub(" ", stem.replace("_", " ")).split())
    return title or stem.strip() or "untitled"
