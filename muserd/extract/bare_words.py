"""The words of a document whose own reader takes too long: whatever is not markup, in one pass."""

import html
import re
from collections.abc import Iterator

from muserd.extract.archive import Archive
from muserd.extract.blocks import Block, paragraphs
from muserd.extract.content import Content
from muserd.extract.encodings import decode_text
from muserd.extract.limits import Limits
from muserd.ground.errors import FileError

_ZIP = b"PK\3\4"
# The parts of office documents and e-books that hold text.
_PARTS = re.compile(
    r"word/(?:document|footnotes|endnotes)\.xml|ppt/(?:slides|notesSlides)/\w+\.xml"
    r"|xl/sharedStrings\.xml|content\.xml|.+\.x?html?"
)
_BREAK = re.compile(r"</(?:\w{1,20}:)?(?:p|h|h[1-6]|li|div|tr|si|title)>", re.IGNORECASE)
_TAG = re.compile(r"<!\[CDATA\[|\]\]>|<[^<>]*+>")


def bare_words(content: Content, limits: Limits, most_characters: int) -> list[Block]:
    """Its paragraphs, as far as they can be told; empty where no text is found. Takes linear time.

    Args:
        content: of the file.
        limits: of what is unpacked.
        most_characters: more is not looked at.
    """
    blocks: list[Block] = []
    left = most_characters
    try:
        for text in _texts(content, limits):
            blocks += paragraphs(_unmarked(_unmarked(text[:left])))  # HTML may lie within XML
            left -= len(text)
            if left <= 0:
                break
    except FileError:  # damaged, or no text at all: what was found before will do
        return blocks
    return blocks


def _unmarked(text: str) -> str:
    return html.unescape(_TAG.sub("", _BREAK.sub("\n\n", text)))


def _texts(content: Content, limits: Limits) -> Iterator[str]:
    if not content.data.startswith(_ZIP):
        yield decode_text(content).text
        return
    archive = Archive(content, limits)
    for name in filter(_PARTS.fullmatch, archive.names()):
        data = archive.read(name)
        if data is not None:
            yield data.decode("utf-8", "replace")
