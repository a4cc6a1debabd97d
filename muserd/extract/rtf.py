"""Rich text (RTF 1.9), by striprtf: words only; embedded objects and pictures are left out."""

import re

from muserd.extract.blocks import Document, paragraphs
from muserd.extract.content import Content
from muserd.extract.head import Head, head_of
from muserd.extract.limits import Limits
from muserd.ground.errors import FileError
from muserd.ground.paths import display

_TITLE = re.compile(r"\{\\title ([^{}\\]{1,300})\}")
_CREATED = re.compile(r"\{\\creatim\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})(?:\\hr(\d+)\\min(\d+))?")
_HEX = re.compile(r"[0-9a-fA-F\s]{4000,}")  # pictures, as people embed them


def read_rtf(content: Content, limits: Limits) -> Document:  # noqa: ARG001 - see `Format.yields`
    """The paragraphs of a text; title and time of its information group.

    Raises:
        FileError: `corrupt`.
    """
    from striprtf.striprtf import rtf_to_text

    source = _HEX.sub("", content.data.decode("latin-1"))
    if not source.lstrip().startswith("{\\rtf"):
        raise FileError(
            "corrupt", f"{display(content.path)} is no rich text", "its suffix may be wrong"
        )
    try:
        text = rtf_to_text(source, errors="replace")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise FileError(
            "corrupt", f"{display(content.path)} is damaged: {error}", "save it anew"
        ) from error
    return Document(paragraphs(text.replace("\n", "\n\n")), _head(source[:20_000]))


def _head(source: str) -> Head:
    values = {}
    if title := _TITLE.search(source):
        values["title"] = title.group(1)
    if made := _CREATED.search(source):
        year, month, day, hour, minute = (int(part or 0) for part in made.groups())
        values["date"] = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:00"
    return head_of(values)
