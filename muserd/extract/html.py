"""HTML to clean text: what a reader would see, and what the head says of the page."""

import json
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
# What pages say of themselves: HTML's own names, Dublin Core, Open Graph, Evernote's export.
_META = {
    "keywords": "tags",
    "article:tag": "tags",
    "dc.subject": "tags",
    "date": "date",
    "created": "date",
    "dc.date": "date",
    "dc.date.created": "date",
    "dcterms.date": "date",
    "dcterms.created": "date",
    "dcterms.issued": "date",
    "article:published_time": "date",
    "og:published_time": "date",
    "datepublished": "date",
    "pubdate": "date",
    "publish-date": "date",
    "publication_date": "date",
    "parsely-pub-date": "date",
    "author-date": "date",
    "updated": "modified",
    "last-modified": "modified",
    "dcterms.modified": "modified",
    "article:modified_time": "modified",
    "og:updated_time": "modified",
    "og:title": "subject",  # where there is no other
    "dc.title": "subject",
    "twitter:title": "subject",
}
# Classes and properties of elements: microdata, microformats, Google Keep's export.
_MARKED = {
    "datepublished": "date",
    "datecreated": "date",
    "dt-published": "date",
    "label-name": "tags",
    "p-category": "tags",
    "selected-value": "tags",  # of Notion's exports
}
_SAVED = re.compile(
    r"<!--[^>]{0,1000}?\bsaved (?:date|from time|on):[ \t]*([^\n]{8,80})", re.IGNORECASE
)
_LINKED_DATA = {"headline": "subject", "datepublished": "date", "datecreated": "date"}
_LINKED_DATA |= {"datemodified": "modified", "keywords": "tags"}


def read_html(text: str) -> Document:
    """Headings, paragraphs and code of a page; title, date, tags and language of its head."""
    reader = _Reader(keep='<div class="note' in text[:20_000] and '<div class="heading">' in text)
    if (saved := _SAVED.search(text[:4_000])) is not None:
        reader.values["modified"] = saved.group(1)
    for token in tokens(text):
        reader.take(token)
    reader.end_block("prose")
    return Document(reader.blocks, head_of(reader.values))


def strip_html(text: str) -> str:
    """A fragment without its tags, comments and scripts."""
    return "\n".join(block.text for block in read_html(text).blocks)


class _Reader:
    """Where the reader stands.

    Args:
        keep: whether the page is a note of Google Keep's, which begins with its date and title.
    """

    def __init__(self, *, keep: bool = False) -> None:
        self._keep = keep
        self._marked = ""  # what the text of the open element says of the page
        self._headed = False  # the next text of Google Keep's is the date
        self._data = False  # inside a script that is data: JSON-LD
        self.blocks: list[Block] = []
        self.values: dict[str, Any] = {}
        self._parts: list[str] = []
        self._unseen: list[str] = []  # elements that are open and not shown
        self._open: Counter[str] = Counter()  # the same, by name
        self._kind: BlockKind = "prose"
        self._title: list[str] | None = None

    def take(self, token: Token) -> None:
        if token.kind == "start":
            self._mark(token.text, token.attributes)
            self._start(token.text, token.attributes)
        elif token.kind == "end":
            self._end(token.text)
        elif self._data:
            self._take_data(token.text)
        elif (self._marked or self._headed) and token.text.strip() and not self._unseen:
            self._say(self._marked or "date", " ".join(token.text.split()))
            self._headed = False
            if not self._keep:  # whose date, title and labels are facts, not its text
                self._parts.append(token.text)
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

    def _say(self, key: str, value: str) -> None:
        """Note what the page says of itself: tags add up, else the first one counts."""
        if key == "tags":
            known = self.values.setdefault("tags", [])
            if isinstance(known, list):
                known.extend(part.strip() for part in re.split(r"[,;]", value) if part.strip())
        elif value:
            self.values.setdefault(key, value)

    def _mark(self, tag: str, given: dict[str, str]) -> None:
        self._data = tag == "script" and given.get("type", "").lower() == "application/ld+json"
        self._marked = "date" if tag == "time" and not given.get("datetime") else ""
        if not (names := f"{given.get('class', '')} {given.get('itemprop', '')}".lower().split()):
            return
        key = next((_MARKED[name] for name in names if name in _MARKED), "")
        if key == "date" and (given.get("datetime") or given.get("content")):
            self._say("date", given.get("datetime") or given["content"])
        elif key:
            self._marked = key
        elif self._keep and tag == "div":
            self._headed = self._headed or names == ["heading"]
            self._marked = "subject" if names == ["title"] else ""

    def _take_data(self, text: str) -> None:
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            return
        graph = said.get("@graph", [said]) if isinstance(said, dict) else said
        for one in graph if isinstance(graph, list) else ():
            for name, value in one.items() if isinstance(one, dict) else ():
                key = _LINKED_DATA.get(str(name).lower(), "")
                words = value if isinstance(value, list) else [value]
                for word in words if key else ():
                    if isinstance(word, str):
                        self._say(key, word)

    def _start(self, tag: str, given: dict[str, str]) -> None:
        if tag == "html" and given.get("lang"):
            self.values["lang"] = given["lang"]
        elif tag == "meta":
            key = _META.get((given.get("name") or given.get("property") or "").lower())
            if key:
                self._say(key, given.get("content", ""))
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
        self._data, self._marked = False, ""
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
