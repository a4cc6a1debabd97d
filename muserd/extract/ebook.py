"""E-books: EPUB 2 and 3. A ZIP container of XHTML, in the order of its spine."""

import posixpath
from urllib.parse import unquote

from muserd.extract import budget
from muserd.extract.archive import Archive
from muserd.extract.blocks import Block, Document
from muserd.extract.content import Content
from muserd.extract.head import Head, head_of
from muserd.extract.html import read_html
from muserd.extract.limits import Limits
from muserd.extract.xml import attribute, below, parse_xml, text_of
from muserd.ground.errors import FileError
from muserd.ground.paths import display

_FONTS = (b"http://www.idpf.org/2008/embedding", b"http://ns.adobe.com/pdf/enc#RC")
_MOST_CHARACTERS = 1_000_000  # see `note.MOST_CHARACTERS`: more is not looked at


def read_epub(content: Content, limits: Limits) -> Document:
    """The chapters of a book, and what its package says of it.

    Raises:
        FileError: `encrypted` for a book that only its seller's program opens; see `Archive`.
    """
    archive, name = Archive(content, limits), display(content.path)
    _check_locks(archive, name)
    container = parse_xml(archive.need("META-INF/container.xml"), name)
    where = next((attribute(one, "full-path") for one in below(container, "rootfile")), "")
    package = parse_xml(archive.need(where), name, doctype=True)
    hrefs = {attribute(one, "id"): attribute(one, "href") for one in below(package, "item")}
    blocks: list[Block] = []
    budget.keep(blocks)
    length = chapters = 0
    for reference in below(package, "itemref"):
        href = unquote(hrefs.get(attribute(reference, "idref"), ""))
        data = archive.read(posixpath.normpath(posixpath.join(posixpath.dirname(where), href)))
        if data is None:
            continue
        chapters += 1
        chapter = read_html(data.decode("utf-8", "replace")).blocks
        blocks.extend(chapter)
        length += sum(len(block.text) for block in chapter)
        if length > _MOST_CHARACTERS:
            break
    metadata = next(below(package, "metadata"), None)
    values: dict[str, object] = {}
    if metadata is not None:
        for key in ("title", "date", "language"):
            values[key] = next((text_of(one) for one in below(metadata, key)), "")
        values["tags"] = [text_of(one) for one in below(metadata, "subject")]
    return Document(blocks, head_of(values) if values else Head())


def _check_locks(archive: Archive, name: str) -> None:
    locks = archive.read("META-INF/encryption.xml")
    if locks is None:
        return
    # Fonts are often disguised, which is no lock: the text is what counts.
    methods = locks.count(b"EncryptionMethod")
    fonts = sum(locks.count(mark) for mark in _FONTS)
    if methods > fonts:
        raise FileError(
            "encrypted",
            f"{name} is locked by its seller (DRM)",
            "only the program that it was bought for can open it",
        )
