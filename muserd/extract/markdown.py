"""Markdown, as CommonMark defines it, with tables and what its dialects add, to clean text."""

import re
from collections.abc import Sequence
from functools import cache

from markdown_it.token import Token

from muserd.extract.blocks import Block, BlockKind, Document, without_encoded
from muserd.extract.commonmark import CommonMark
from muserd.extract.dialects import to_commonmark
from muserd.extract.hashtags import hashtags, only_tags
from muserd.extract.html import read_html

_ATTRIBUTES = re.compile(r"(?<!\s)\s*\{[#.:][^{}\n]{0,200}\}\s*$")
_BREAK = re.compile(r"</?(?:br|p|div|td|th|tr|li|hr)\b", re.IGNORECASE)
_BRACKETED_TAG = re.compile(r"#\[\[([^\[\]\n]{1,80})\]\]")
_TAG = re.compile(r"<[^<>]*+>")
_LONGEST_LINE = 20_000  # characters; what is longer was made by a machine and parses slowly
_WORDS = frozenset({"text", "text_special", "code_inline"})
_ESCAPED = "\ue0f1"  # stands for `\#`, which begins no tag: of the private use area


def read_markdown(text: str) -> Document:
    """Headings, paragraphs and code of a Markdown text, without markup, and its tags."""
    tags = [found.group(1) for found in _BRACKETED_TAG.finditer(text)]
    text = _BRACKETED_TAG.sub(r"#\1#", text) if tags else text
    text = to_commonmark(text.replace("\\#", _ESCAPED))
    if any(len(line) > _LONGEST_LINE for line in text.split("\n")):
        text = "\n".join(_cut(line) for line in without_encoded(text).split("\n"))
    reader = _Reader()
    reader.read(_parser().parse(text))
    return Document(reader.blocks, tags=hashtags(reader.words))


_parser = cache(CommonMark)


class _Reader:
    """Blocks in the order of tokens; `words` holds the text that is neither code nor address."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.words: list[str] = []
        self._kind: BlockKind = "prose"

    def read(self, tokens: Sequence[Token]) -> None:
        """Take the blocks of a parsed text."""
        for token in tokens:
            match token.type:
                case "inline":
                    self._inline(token.children or ())
                case "heading_open":
                    self._kind = "heading"
                case "heading_close":
                    self._kind = "prose"
                case "fence" | "code_block":
                    self._add("code", token.content.replace(_ESCAPED, "\\#"))
                case "html_block":
                    self._html(token.content)

    def _html(self, text: str) -> None:
        """A piece of HTML; where it is nothing but images it says what they are called."""
        shows = not _TAG.sub("", text).strip()
        for block in read_html(text).blocks:
            self._add("caption" if shows and block.kind == "prose" else block.kind, block.text)

    def _inline(self, tokens: Sequence[Token]) -> None:
        text = _text_of(tokens)
        if "}" in text:
            text = _ATTRIBUTES.sub("", text)
        kind = self._kind
        if kind == "prose" and _only_images(tokens):
            if any(token.type == "link_open" for token in tokens):
                return  # badges
            kind = "caption"
        if "#" in text:
            self.words.append(_text_of(tokens, words_only=True))
            if kind == "prose" and only_tags(text):
                kind = "caption"
        self._add(kind, text.replace(_ESCAPED, "#"))

    def _add(self, kind: BlockKind, text: str) -> None:
        text = without_encoded(text.strip("\n") if kind == "code" else text.strip())
        if text.strip():
            self.blocks.append(Block(kind, text))


def _text_of(tokens: Sequence[Token], *, words_only: bool = False) -> str:
    """The text of inline tokens; `words_only` leaves out code and the texts of links."""
    parts: list[str] = []
    links = 0
    for token in tokens:
        links += token.nesting if token.type.startswith("link_") else 0
        if words_only and (links or token.type in {"code_inline", "image"}):
            parts.append("\0")
        elif token.type in _WORDS:
            parts.append(token.content)
        elif token.type in {"softbreak", "hardbreak"}:
            parts.append("\n")
        elif token.type == "html_inline" and _BREAK.match(token.content):
            parts.append(" ")
        elif token.type == "image":
            parts.append(_text_of(token.children or ()))
    return "".join(parts)


def _only_images(tokens: Sequence[Token]) -> bool:
    """Whether a paragraph shows nothing but images, which may be links."""
    seen = False
    for token in tokens:
        if token.type == "image":
            seen = True
        elif token.type not in {"link_open", "link_close", "softbreak", "hardbreak"} and (
            token.type not in _WORDS or token.content.strip()
        ):
            return False
    return seen


def _cut(line: str) -> str:
    return "\n".join(line[at : at + _LONGEST_LINE] for at in range(0, len(line), _LONGEST_LINE))
