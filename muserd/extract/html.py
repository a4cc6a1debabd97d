"""HTML to clean text: what a reader would see, and what the head says of the page."""

import re
from collections import Counter
from typing import Any

from muserd.extract.blocks import Block, BlockKind, Document
from muserd.extract.head import head_of
from muserd.extract.html_tokens import Token, tokens

_UNSEEN = {"script", "style", "noscript", "template", "svg", "math", "iframe", "object", "head"}
_BREAKS = {
    *("address", "article", "aside", "blockquote", "body", "br", "dd", "details", "div", "dl"),
    *("dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html", "li"),
    *("main", "nav", "ol", "p", "section", "summary", "table", "tbody", "td", "th", "tr", "ul"),
}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_META = {
    "keywords": "tags",
    "date": "date",
    "dc.date": "date",
    "dcterms.created": "date",
    "article:published_time": "date",
    "author-date": "date",
}


def read_html(text: str) -> Document:
    """Headings, paragraphs and code of a page; title, date, tags and language of its head."""
    reader = _Reader()
    for token in tokens(text):
        reader.take(token)
    reader.end_block("prose")
    return Document(reader.blocks, head_of(reader.values))


def strip_html(text: str) -> str:
    """A fragment without its tags, comments and scripts."""
    return "\n".join(block.text for block in read_html(text).blocks)


class _Reader:
    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.values: dict[str, Any] = {}
        self._parts: list[str] = []
        self._unseen: list[str] = []  # elements that are open and not shown
        self._open: Counter[str] = Counter()  # the same, by name
        self._kind: BlockKind = "prose"
        self._title: list[str] | None = None

    def take(self, token: Token) -> None:
        if token.kind == "start":
            self._start(token.text, token.attributes)
        elif token.kind == "end":
            self._end(token.text)
        elif self._title is not None:
            self._title.append(token.text)
        elif not self._unseen:
            self._parts.append(token.text)

    def end_block(self, then: BlockKind) -> None:
        text = "".join(self._parts)
        text = text.strip("\n") if self._kind == "code" else " ".join(text.split())
        if text.strip():
            self.blocks.append(Block(self._kind, text))
        self._parts, self._kind = [], then

    def _start(self, tag: str, given: dict[str, str]) -> None:
        if tag == "html" and given.get("lang"):
            self.values["lang"] = given["lang"]
        elif tag == "meta":
            key = _META.get((given.get("name") or given.get("property") or "").lower())
            if key:
                self.values.setdefault(key, given.get("content", ""))
        elif tag == "title" and "title" not in self.values:
            self._title = []
        elif tag in _UNSEEN:
            self._unseen.append(tag)
            self._open[tag] += 1
        elif tag == "img" and not self._unseen:
            self._parts.append(f" {given.get('alt', '')} ")
        elif tag == "body":
            self._unseen.clear()  # whatever the head left open
            self._open.clear()
        if tag in _HEADINGS:
            self.end_block("heading")
        elif tag == "pre":
            self.end_block("code")
        elif tag in _BREAKS and self._kind != "code":
            self.end_block("prose")

    def _end(self, tag: str) -> None:
        if tag == "title" and self._title is not None:
            self.values["title"] = " ".join("".join(self._title).split())
            self._title = None
        elif self._open[tag] > 0:
            last = ""
            while last != tag:
                last = self._unseen.pop()
                self._open[last] -= 1
        if tag in _HEADINGS or tag == "pre" or (tag in _BREAKS and self._kind != "code"):
            self.end_block("prose")


def looks_like_html(text: str) -> bool:
    """Whether a text begins as a page does."""
    return re.match(r"\s*(<!doctype html|<html)", text, re.IGNORECASE) is not None
