"""HTML to clean text: what a reader would see, and what the head says of the page."""

import re
from html.parser import HTMLParser
from typing import Any

from muserd.extract.blocks import Block, BlockKind, Document
from muserd.extract.head import head_of

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
    reader.feed(text)
    reader.close()
    reader.end_block("prose")
    return Document(reader.blocks, head_of(reader.values))


def strip_html(text: str) -> str:
    """A fragment without its tags, comments and scripts."""
    return "\n".join(block.text for block in read_html(text).blocks)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.values: dict[str, Any] = {}
        self._parts: list[str] = []
        self._unseen: list[str] = []
        self._kind: BlockKind = "prose"
        self._title: list[str] | None = None

    def end_block(self, then: BlockKind) -> None:
        text = "".join(self._parts)
        text = text.strip("\n") if self._kind == "code" else " ".join(text.split())
        if text.strip():
            self.blocks.append(Block(self._kind, text))
        self._parts, self._kind = [], then

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
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
        elif tag == "img" and not self._unseen:
            self._parts.append(f" {given.get('alt', '')} ")
        elif tag == "body":
            self._unseen.clear()  # whatever the head left open
        if tag in _HEADINGS:
            self.end_block("heading")
        elif tag == "pre":
            self.end_block("code")
        elif tag in _BREAKS and self._kind != "code":
            self.end_block("prose")

    def handle_endtag(self, tag: str) -> None:
        if tag == "title" and self._title is not None:
            self.values["title"] = " ".join("".join(self._title).split())
            self._title = None
        elif tag in self._unseen:
            while self._unseen.pop() != tag:
                pass
        if tag in _HEADINGS or tag == "pre" or (tag in _BREAKS and self._kind != "code"):
            self.end_block("prose")

    def handle_data(self, data: str) -> None:
        if self._title is not None:
            self._title.append(data)
        elif not self._unseen:
            self._parts.append(data)

    def unknown_decl(self, data: str) -> None:
        """CDATA in HTML is shown by nobody."""


def looks_like_html(text: str) -> bool:
    """Whether a text begins as a page does."""
    return re.match(r"\s*(<!doctype html|<html)", text, re.IGNORECASE) is not None
