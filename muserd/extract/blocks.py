"""What the readers of all note formats make: blocks of clean text."""

from dataclasses import dataclass, field
from typing import Literal

from muserd.extract.frontmatter import Head

BlockKind = Literal["heading", "prose", "code"]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph or a piece of code, without markup."""

    kind: BlockKind
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A note without its markup.

    Attributes:
        head: what the format's own keywords say; front matter wins over it.
    """

    blocks: list[Block]
    head: Head = field(default_factory=Head)

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
