"""Office documents: Word and PowerPoint (ECMA-376), LibreOffice (OpenDocument 1.3).

They are ZIP containers of XML. Macros lie in parts of their own, which are never opened; pictures
and whatever a document links to are left alone.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from muserd.extract import budget
from muserd.extract.archive import Archive
from muserd.extract.blocks import Block, BlockKind, Document
from muserd.extract.content import Content
from muserd.extract.head import Head, head_of
from muserd.extract.limits import Limits
from muserd.extract.xml import attribute, below, local, parse_xml, text_of
from muserd.ground.errors import FileError
from muserd.ground.paths import display

_HEADING = re.compile(r"heading|title|überschrift|titre|título|titolo|kop\d", re.IGNORECASE)
_SLIDE = re.compile(r"ppt/slides/slide(\d+)\.xml")
_BREAKS = {"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "-", "line-break": "\n"}
_REMOVED = {"del", "moveFrom", "instrText", "delText", "fldData", "Fallback"}  # not to be seen
_PROPERTIES = {
    "title": "title",
    "created": "date",
    "creation-date": "date",
    "keywords": "keywords",
    "keyword": "keywords",
    "language": "language",
}


def read_docx(content: Content, limits: Limits) -> Document:
    """A Word document: paragraphs, headings by their style, footnotes, and what its properties say.

    Raises:
        FileError: see `Archive` and `parse_xml`.
    """
    archive, name = Archive(content, limits), display(content.path)
    blocks: list[Block] = []
    budget.keep(blocks)
    for part in ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml"):
        data = (
            archive.need(part)
            if not blocks and part.endswith("document.xml")
            else archive.read(part)
        )
        if data is not None:
            _add_word_blocks(blocks, parse_xml(data, name))
    return Document(blocks, core_properties(archive, name))


def read_pptx(content: Content, limits: Limits) -> Document:
    """A presentation, slide after slide: titles as headings, then the other text and the notes.

    Raises:
        FileError: see `Archive` and `parse_xml`.
    """
    archive, name = Archive(content, limits), display(content.path)
    found = [match for match in map(_SLIDE.fullmatch, archive.names()) if match]
    if not found:
        archive.need("ppt/slides/slide1.xml")
    blocks: list[Block] = []
    budget.keep(blocks)
    for match in sorted(found, key=lambda one: int(one.group(1))):
        blocks.extend(_slide_blocks(parse_xml(archive.need(match.group()), name)))
        notes = archive.read(f"ppt/notesSlides/notesSlide{match.group(1)}.xml")
        if notes is not None:
            blocks.extend(one for one in _slide_blocks(parse_xml(notes, name)) if one.text)
    return Document(blocks, core_properties(archive, name), pages=len(found))


def read_odf(content: Content, limits: Limits) -> Document:
    """A text or a presentation of LibreOffice: headings and paragraphs.

    Raises:
        FileError: see `Archive` and `parse_xml`.
    """
    archive, name = Archive(content, limits), display(content.path)
    head, body = odf_head(archive, name)
    blocks: list[Block] = []
    budget.keep(blocks)
    for element in body.iter():
        kind: BlockKind | None = {"h": "heading", "p": "prose"}.get(local(element))  # type: ignore[assignment]
        if kind is not None:
            _add(blocks, kind, "".join(_open_pieces(element)))
    return Document(blocks, head)


def odf_head(archive: Archive, name: str) -> tuple[Head, Element]:
    """What a document of LibreOffice says of itself, and its content.

    Raises:
        FileError: `encrypted`; see `Archive` and `parse_xml`.
    """
    manifest = archive.read("META-INF/manifest.xml")
    if manifest is not None and b"encryption-data" in manifest:
        raise FileError(
            "encrypted", f"{name} is protected by a password", "save it without a password"
        )
    body = parse_xml(archive.need("content.xml"), name)
    meta = archive.read("meta.xml")
    return _properties(parse_xml(meta, name)) if meta else Head(), body


def _add_word_blocks(blocks: list[Block], root: Element) -> None:
    for paragraph in below(root, "p"):
        style = next((attribute(one, "val") for one in below(paragraph, "pStyle")), "")
        kind: BlockKind = "heading" if _HEADING.match(style) else "prose"
        _add(blocks, kind, "".join(_pieces(paragraph)))


def _slide_blocks(root: Element) -> list[Block]:
    blocks: list[Block] = []
    for shape in below(root, "sp"):
        place = next((attribute(one, "type") for one in below(shape, "ph")), "")
        if place in {"sldNum", "dt", "ftr", "sldImg"}:
            continue
        kind: BlockKind = "heading" if place in {"title", "ctrTitle"} else "prose"
        lines = ["".join(_pieces(one)).strip() for one in below(shape, "p")]
        _add(blocks, kind, (" " if kind == "heading" else "\n").join(filter(None, lines)))
    for cell in below(root, "tc"):
        _add(blocks, "prose", text_of(cell))
    return blocks


def _pieces(element: Element) -> Iterator[str]:
    """The text of a paragraph of ECMA-376, without what was deleted, without inner paragraphs."""
    for child in element:
        name = local(child)
        if name in _BREAKS:
            yield _BREAKS[name]
        elif name == "t":
            yield child.text or ""
        elif name not in _REMOVED and name != "p":
            yield from _pieces(child)


def _open_pieces(element: Element) -> Iterator[str]:
    """The text of a paragraph of OpenDocument: text stands between elements there."""
    yield element.text or ""
    for child in element:
        name = local(child)
        if name in _BREAKS:
            yield _BREAKS[name]
        elif name == "s":  # so many spaces
            count = attribute(child, "c")
            yield " " * min(int(count) if count.isdecimal() else 1, 100)
        elif name not in {"p", "h", "note", "annotation", "frame"}:
            yield from _open_pieces(child)
        yield child.tail or ""


def _add(blocks: list[Block], kind: BlockKind, text: str) -> None:
    budget.check()
    if text.strip():
        blocks.append(Block(kind, text.strip()))


def core_properties(archive: Archive, name: str) -> Head:
    """What a document of Microsoft Office says of itself."""
    data = archive.read("docProps/core.xml")
    return _properties(parse_xml(data, name)) if data is not None else Head()


def _properties(root: Element) -> Head:
    """What the document says of itself. A title that the program made up is none."""
    values: dict[str, str] = {}
    for element in root.iter():
        key = _PROPERTIES.get(local(element))
        text = text_of(element) if key else ""
        if key and text:
            values[key] = f"{values[key]}, {text}" if key == "keywords" and key in values else text
    if re.fullmatch(r"(PowerPoint|Word|Microsoft|Untitled|Unbenannt).*", values.get("title", "")):
        del values["title"]
    return head_of(values)
