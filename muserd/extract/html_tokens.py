"""The tokens of HTML, as browsers find them (WHATWG HTML, 13.2.5), in one pass over the text.

Every character is looked at a bounded number of times, whatever is nested, repeated or never
closed: a tag, a comment or a script that does not end takes the rest of the text with it.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from muserd.extract import budget

_NAME = re.compile(r"[A-Za-z][^\s/>]*+")
_ATTRIBUTE = re.compile(
    r"""[\s/]*+([^\s/>=][^\s/>=]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"'][^\s>]*+)))?+"""
)
_END = re.compile(r"[^>]*+>")
_RAW = {  # elements whose content is text up to their own end tag
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes")
}
_ESCAPED = {"title", "textarea"}  # in which `&amp;` means `&` all the same
_MOST_ATTRIBUTES = 200  # of one tag; the rest is passed over
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a page.

    Attributes:
        kind: `start`, `end` or `text`.
        text: the name in lower case; of a text, what is shown.
        attributes: of a start tag, by their names in lower case; the first of a name counts.
    """

    kind: str
    text: str
    attributes: dict[str, str] = field(default_factory=dict)


def tokens(text: str) -> Iterator[Token]:
    """All tags and texts of a page; comments, declarations and CDATA are passed over."""
    at, size = 0, len(text)
    while at < size:
        budget.check()
        opening = text.find("<", at)
        if opening < 0:
            opening = size
        if opening > at:
            yield Token("text", html.unescape(text[at:opening]))
        if opening == size:
            return
        after = text[opening + 1 : opening + 2]
        if after.isascii() and after.isalpha():
            token, at = _start(text, opening)
            yield token
            if token.text in _RAW:
                shown, at = _raw(text, at, token.text)
                yield shown
        elif after == "/":
            found = _NAME.match(text, opening + 2)
            at = _past(text, opening)
            if found is not None:
                yield Token("end", found.group()[:_LONGEST_NAME].lower())
        elif after in {"!", "?"}:
            at = _past_declaration(text, opening)
        else:
            yield Token("text", "<")
            at = opening + 1


def _start(text: str, opening: int) -> tuple[Token, int]:
    found = _NAME.match(text, opening + 1)
    name = found.group() if found is not None else ""
    at = opening + 1 + len(name)
    attributes: dict[str, str] = {}
    for _ in range(_MOST_ATTRIBUTES):
        one = _ATTRIBUTE.match(text, at)
        if one is None:
            break
        value = one.group(2) or one.group(3) or one.group(4) or ""
        attributes.setdefault(one.group(1).lower(), html.unescape(value))
        at = one.end()
    ended = _END.match(text, at)
    at = ended.end() if ended is not None else len(text)
    return Token("start", name[:_LONGEST_NAME].lower(), attributes), at


def _raw(text: str, at: int, name: str) -> tuple[Token, int]:
    found = _RAW[name].search(text, at)
    end = found.start() if found is not None else len(text)
    inner = text[at:end]
    return Token("text", html.unescape(inner) if name in _ESCAPED else inner), end


def _past(text: str, opening: int) -> int:
    end = text.find(">", opening)
    return len(text) if end < 0 else end + 1


def _past_declaration(text: str, opening: int) -> int:
    if not text.startswith("<!--", opening):
        return _past(text, opening)
    if text.startswith((">", "->"), opening + 4):  # as browsers do
        return _past(text, opening)
    end = text.find("-->", opening + 4)
    return len(text) if end < 0 else end + 3
