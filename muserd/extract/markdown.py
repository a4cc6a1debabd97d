"""Markdown, as CommonMark defines it, with tables, wiki links and comments, to clean text."""

import re
from collections.abc import Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from muserd.extract.blocks import Block, BlockKind, Document
from muserd.extract.html import strip_html

_WIKI = re.compile(r"!?\[\[([^\]|#]{0,200})(?:#[^\]|]{0,200})?(?:\|([^\]]{0,200}))?\]\]")
_COMMENT = re.compile(r"%%.{0,10000}?%%", re.DOTALL)  # Obsidian's
_ATTRIBUTES = re.compile(r"\s*\{[#.:][^{}\n]{0,200}\}\s*$")
_BREAK = re.compile(r"</?(?:br|p|div|td|th|tr|li|hr)\b", re.IGNORECASE)
_LONGEST_LINE = 20_000  # characters; what is longer was made by a machine and parses slowly


def read_markdown(text: str) -> Document:
    """Headings, paragraphs and code of a Markdown text, without markup."""
    text = _COMMENT.sub("", text)
    text = _WIKI.sub(lambda found: found.group(2) or found.group(1), text)
    if any(len(line) > _LONGEST_LINE for line in text.split("\n")):
        text = "\n".join(_cut(line) for line in text.split("\n"))
    blocks: list[Block] = []
    kind: BlockKind = "prose"
    for token in _parser().parse(text):
        if token.type == "heading_open":
            kind = "heading"
        elif token.type == "heading_close":
            kind = "prose"
        elif token.type == "inline":
            _add(blocks, kind, _ATTRIBUTES.sub("", _inline(token.children or ())))
        elif token.type in {"fence", "code_block"}:
            _add(blocks, "code", token.content)
        elif token.type == "html_block":
            _add(blocks, "prose", strip_html(token.content))
    return Document(blocks)


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"maxNesting": 40}).enable(["table", "strikethrough"])


def _inline(tokens: Sequence[Token]) -> str:
    parts: list[str] = []
    for token in tokens:
        if token.type in {"text", "code_inline"}:
            parts.append(token.content)
        elif token.type in {"softbreak", "hardbreak"}:
            parts.append("\n")
        elif token.type == "html_inline" and _BREAK.match(token.content):
            parts.append(" ")
        elif token.type == "image":
            parts.append(_inline(token.children or ()))
    return "".join(parts)


def _add(blocks: list[Block], kind: BlockKind, text: str) -> None:
    text = text.strip("\n") if kind == "code" else text.strip()
    if text:
        blocks.append(Block(kind, text))


def _cut(line: str) -> str:
    return "\n".join(line[at : at + _LONGEST_LINE] for at in range(0, len(line), _LONGEST_LINE))
