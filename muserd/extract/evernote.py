"""Evernote's export (`.enex`): a notebook, or some notes."""

from xml.etree.ElementTree import Element

from muserd.extract.blocks import Document
from muserd.extract.content import Content
from muserd.extract.dates import parse_moment
from muserd.extract.exports import Exported, document_of
from muserd.extract.html import read_html
from muserd.extract.limits import Limits
from muserd.extract.moments import Moment
from muserd.extract.tags import clean_tags
from muserd.extract.xml import below, local, parse_xml, text_of
from muserd.ground.errors import FileError
from muserd.ground.paths import display


def read_enex(content: Content, limits: Limits) -> Document:  # noqa: ARG001 - see `Format.yields`
    """The notes of an export. Attached files are dropped while they are read.

    Raises:
        FileError: `corrupt` or `bomb`.
    """
    name = display(content.path)
    root = parse_xml(content.data, name, doctype=True, drop=frozenset({"data", "recognition"}))
    if local(root) != "en-export":
        raise FileError("corrupt", f"{name} is no export of Evernote's", "export it anew")
    notes = list(below(root, "note"))
    return document_of(map(_note, notes), len(notes))


def _note(note: Element) -> Exported:
    body = next(below(note, "content"), None)
    return Exported(
        title=_text(note, "title"),
        blocks=read_html("".join(body.itertext())).blocks if body is not None else [],
        created=_moment(_text(note, "created")) or _moment(_text(note, "updated")),
        tags=clean_tags([text_of(tag) for tag in below(note, "tag")]),
    )


def _text(note: Element, name: str) -> str:
    return next((text_of(one) for one in below(note, name)), "")


def _moment(stamp: str) -> Moment | None:
    return parse_moment(stamp) if stamp else None
