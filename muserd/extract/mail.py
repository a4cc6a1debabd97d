"""Letters: RFC 5322 messages as mail programs save them (`.eml`)."""

import email.policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesFeedParser
from typing import cast

from muserd.extract import budget
from muserd.extract.blocks import Block, Document, paragraphs
from muserd.extract.content import Content
from muserd.extract.head import Head, head_of
from muserd.extract.html import read_html
from muserd.extract.limits import Limits
from muserd.ground.errors import FileError
from muserd.ground.paths import display

_LONGEST_HEAD = 64 * 1024
_PIECE_BYTES = 4_096
BROKEN = (LookupError, ValueError, TypeError, AttributeError, AssertionError, RecursionError)


def read_eml(content: Content, limits: Limits) -> Document:  # noqa: ARG001 - see `Format.yields`
    """Subject, date and text of a letter. Attachments are not opened; nothing is fetched.

    Raises:
        FileError: `corrupt`.
    """
    try:
        head, blocks = letter(content.data)
    except BROKEN as error:
        raise FileError(
            "corrupt", f"{display(content.path)} is no letter: {error}", "save it anew"
        ) from error
    if not blocks and not head.title:
        raise FileError("corrupt", f"{display(content.path)} is no letter", "save it anew")
    return Document(blocks, head)


def letter(data: bytes) -> tuple[Head, list[Block]]:
    """Subject and date, and the text. Raises one of `BROKEN`."""
    message = _parsed(data)
    body = message.get_body(("plain", "html"))
    values = {"title": str(message["subject"] or ""), "date": str(message["date"] or "")}
    return head_of(values), _blocks(body) if body is not None else []


def _parsed(data: bytes) -> EmailMessage:
    """The letter. Its time is looked at between pieces: parts may be tens of thousands."""
    ends = [at for at in (data.find(b"\n\n"), data.find(b"\r\n\r\n")) if at >= 0]
    if min(ends, default=len(data)) > _LONGEST_HEAD:
        raise ValueError("its head is too long")  # and read in a time that grows with its square
    parser = BytesFeedParser(policy=email.policy.default)
    for at in range(0, len(data), _PIECE_BYTES):
        budget.check()
        parser.feed(data[at : at + _PIECE_BYTES])
    return cast("EmailMessage", parser.close())


def _blocks(body: MIMEPart) -> list[Block]:
    payload = cast("bytes | None", body.get_payload(decode=True)) or b""
    try:
        text = payload.decode(body.get_content_charset() or "utf-8")
    except (LookupError, UnicodeError):
        text = payload.decode("utf-8", "replace")
    if body.get_content_type() == "text/html":
        return read_html(text).blocks
    lines = text.replace("\r\n", "\n").split("\n")
    signature = next((at for at, line in enumerate(lines) if line in {"-- ", "--"}), len(lines))
    own = [line for line in lines[:signature] if not line.startswith(">")]  # not what is quoted
    return paragraphs("\n".join(own)) or paragraphs(text)
