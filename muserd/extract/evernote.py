"""Evernote's export (`.enex`): all its notes as one, in order."""

import re

from muserd.extract import budget
from muserd.extract.blocks import Block, Document
from muserd.extract.content import Content
from muserd.extract.head import head_of
from muserd.extract.html import read_html
from muserd.extract.limits import Limits
from muserd.extract.xml import below, local, parse_xml, text_of
from muserd.ground.errors import FileError
from muserd.ground.paths import display

_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z")


def read_enex(content: Content, limits: Limits) -> Document:  # noqa: ARG001 - see `Format.yields`
    """The notes of an export: titles as headings, their text, all tags, the earliest time.

    Attached files are dropped while they are read.

    Raises:
        FileError: `corrupt` or `bomb`.
    """
    name = display(content.path)
    root = parse_xml(content.data, name, doctype=True, drop=frozenset({"data", "recognition"}))
    if local(root) != "en-export":
        raise FileError("corrupt", f"{name} is no export of Evernote's", "export it anew")
    blocks: list[Block] = []
    budget.keep(blocks)
    titles: list[str] = []
    dates: list[str] = []
    for note in below(root, "note"):
        titles += [text_of(one) for one in below(note, "title")]
        blocks += [Block("heading", text_of(one)) for one in below(note, "title")]
        dates += [text_of(one) for one in below(note, "created")]
        for body in below(note, "content"):
            blocks += read_html("".join(body.itertext())).blocks
    stamps = sorted(filter(None, map(_STAMP.fullmatch, dates)), key=lambda found: found.group())
    values: dict[str, object] = {"tags": [text_of(one) for one in below(root, "tag")]}
    if len(titles) == 1:
        values["title"] = titles[0]
    if stamps:
        year, month, day, hour, minute, second = stamps[0].groups()
        values["date"] = f"{year}-{month}-{day}T{hour}:{minute}:{second}+00:00"
    return Document(blocks, head_of(values), pages=len(titles))
