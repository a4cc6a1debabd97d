"""Mailboxes: letters one after another in one file (RFC 4155, `.mbox`)."""

import re

from muserd.extract.blocks import Document
from muserd.extract.content import Content
from muserd.extract.exports import Exported, document_of
from muserd.extract.limits import Limits
from muserd.extract.mail import BROKEN, letter
from muserd.ground.errors import FileError
from muserd.ground.paths import display

# `From sender Mon May  6 07:08:09 2019`: whatever the sender, a line that ends with a year or zone.
_BEGIN = re.compile(rb"^From (?=[^\r\n]*?\d{2}:\d{2})[^\r\n]*+\r?\n", re.MULTILINE)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_MOST_BYTES = 2**20  # of a letter: its text comes before what is attached


def read_mbox(content: Content, limits: Limits) -> Document:  # noqa: ARG001 - see `Format.yields`
    """The letters of a mailbox, in order; those that cannot be understood are passed over.

    Raises:
        FileError: `corrupt`.
    """
    data = content.data
    begins = list(_BEGIN.finditer(data)) if data.startswith(b"From ") else []
    ends = [found.start() for found in begins[1:]] + [len(data)]
    spans = ((one.end(), end) for one, end in zip(begins, ends, strict=True))
    letters = (_letter(data[start : min(end, start + _MOST_BYTES)]) for start, end in spans)
    document = document_of(filter(None, letters), len(begins))
    if not document.blocks:
        raise FileError("corrupt", f"{display(content.path)} is no mailbox", "export it anew")
    return document


def _letter(data: bytes) -> Exported | None:
    try:
        head, blocks = letter(_QUOTED.sub(rb"\1", data))
    except BROKEN:
        return None
    return Exported(head.title, blocks, head.moment) if blocks or head.title else None
