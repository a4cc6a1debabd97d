"""Tags in the text of a note: `#tag`, `#area/sub-topic`, Bear's `#two words#`, `#[[two words]]`."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from muserd.extract.tags import MOST_TAGS, clean_tag

# What may stand before a `#` that begins a tag: nothing, a space, or an opening bracket or mark.
_BEFORE = r"(?<![^\s(\[{<\"'“‘«*_~>|,;—–、。，；：（「『])"
_SIGNS = "\\u200d\\ufe0f\\U0001f000-\\U0001faff☀-➿"
_ONE = re.compile(rf"{_BEFORE}#((?:[^\W_]|[{_SIGNS}])[\w/\-{_SIGNS}]*)")
_SPACED = re.compile(rf"{_BEFORE}#([^\W_][^#\n`]{{0,60}}?[\w])#(?![\w#])")
_BRACKETED = re.compile(r"#\[\[([^\[\]\n]{1,80})\]\]")
_COLOUR = re.compile(r"(?=[^\d]*\d)[0-9a-fA-F]{3,8}")
_HEX = "abcdefABCDEF"
_COLOUR_LENGTHS = {3, 4, 6, 8}


def hashtags(texts: Iterable[str]) -> tuple[str, ...]:
    """The tags in texts that hold no code and no addresses; each once, in order."""
    tags: dict[str, None] = {}
    for text in texts:
        if "#" not in text:
            continue
        found = [
            *((match.start(), match.group(1)) for match in _BRACKETED.finditer(text)),
            *_in_line(text),
        ]
        tags.update(dict.fromkeys(tag for _, one in sorted(found) if (tag := clean_tag(one))))
    return tuple(tags)[:MOST_TAGS]


@cache
def _with_marks() -> Any:
    """`_ONE` with the vowels and accents that are characters of their own, as in हिन्दी."""
    import regex  # only where a text is not ASCII

    return regex.compile(rf"{_BEFORE}#((?:[^\W_]|[{_SIGNS}])[\w\p{{M}}/\-{_SIGNS}]*)")


def _one(text: str) -> Any:
    return _ONE if text.isascii() else _with_marks()


def only_tags(text: str) -> bool:
    """Whether a paragraph is nothing but tags."""
    return "#" in text and not _one(text).sub("", _SPACED.sub("", text)).strip(" \t\n,;")


def _in_line(text: str) -> list[tuple[int, str]]:
    spaced = [match for match in _SPACED.finditer(text) if " " in match.group(1)]
    found = [(match.start(), match.group(1)) for match in spaced]
    taken = [range(match.start(), match.end()) for match in spaced]
    for match in _one(text).finditer(text):
        tag = match.group(1).rstrip("/-")
        if any(match.start() in span for span in taken) or not _is_tag(tag):
            continue
        found.append((match.start(), tag))
    return found


def _is_tag(tag: str) -> bool:
    """Not a number, and not the colour of a stylesheet."""
    if not any(one.isalpha() or one >= "☀" for one in tag):
        return False
    if len(tag) in {3, 6} and tag[0] in _HEX and len(set(tag)) == 1:
        return False  # `#fff`
    return not (len(tag) in _COLOUR_LENGTHS and _COLOUR.fullmatch(tag))
