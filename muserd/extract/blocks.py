"""What the readers of all note formats make: blocks of clean text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from muserd.extract.head import Head
from muserd.extract.links import Link

if TYPE_CHECKING:
    from PIL import Image  # most notes do without it

BlockKind = Literal["heading", "prose", "code", "caption"]

# Letters of base64: no language has words of this length, and no encoder reads them.
_ENCODED = re.compile(
    r"(?:data:[\w./+-]{1,80}(?:;[\w=-]{1,40})*;base64,)?[A-Za-z0-9+/_-]{300,}={0,2}"
)
_SHORTEST_ENCODED = 300  # characters


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph or a piece of code, without markup.

    A caption is what an image says of itself: part of the text, not of the excerpt.
    """

    kind: BlockKind
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A note without its markup.

    Attributes:
        head: what the format's own keywords say; front matter wins over it.
        tags: those in the text, in their order.
        links: what it points at, where the format needs more than its text to tell.
        pages: pages, slides or notes of an export; 0 where there are none.
        cover: the first page as it looks; None where there is none.
        encoding: the character set of a document that is text; empty for UTF-8.
        sections: of a file that holds several notes: the number of the first block, title, and
            time for people of each; empty where it is one note.
        notice: what was left out, for people.
    """

    blocks: list[Block]
    head: Head = field(default_factory=Head)
    tags: tuple[str, ...] = ()
    links: Sequence[Link] = ()
    pages: int = 0
    cover: "Image.Image | None" = None
    encoding: str = ""
    sections: Sequence[tuple[int, str, str]] = ()
    notice: str = ""

    @property
    def heading(self) -> str:
        """The first heading on one line; empty if there is none."""
        for block in self.blocks:
            if block.kind == "heading" and block.text.strip():
                return " ".join(block.text.split())[:300]
        return ""


def paragraphs(text: str) -> list[Block]:
    """Plain text as paragraphs, which empty lines separate."""
    parts = (part.strip() for part in text.replace("\f", "\n\n").split("\n\n"))
    return [Block("prose", part) for part in parts if part]


def without_encoded(text: str) -> str:
    """A text without the files that somebody pasted into it as base64."""
    return _ENCODED.sub(_unless_encoded, text) if len(text) >= _SHORTEST_ENCODED else text


def _unless_encoded(found: re.Match[str]) -> str:
    run = found.group()
    mixed = any(map(str.isupper, run)) and any(map(str.islower, run)) and any(map(str.isdigit, run))
    return "" if mixed else run
