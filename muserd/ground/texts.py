"""Texts of strangers, made to say what they seem to say: the one border for what enters a record.

Taken out are characters that are not shown but steer what is: controls (C0, C1, DEL), the marks and
overrides that turn the direction of writing, invisible formats, surrogates and private use. Joiners
stay: emoji, Persian and the scripts of India need them. What is left is in NFC, and not too long.
"""

import re
import unicodedata
from functools import cache

_KEPT_FORMATS = frozenset("\u200c\u200d")  # ZERO WIDTH (NON-)JOINER
_BLANKS = "\t\n\r\x0b\x0c\x85\u2028\u2029"  # stand for a blank, or for an end of line
_TAGS = range(0xE0020, 0xE0080)  # of flags such as that of Scotland


def _is_steering(character: str) -> bool:
    category = unicodedata.category(character)
    if category in {"Cc", "Cs", "Co"}:
        return True
    return category == "Cf" and character not in _KEPT_FORMATS and ord(character) not in _TAGS


def _as_class(numbers: list[int]) -> str:
    """A character class of a regular expression: ranges of consecutive numbers."""
    parts, at = [], 0
    while at < len(numbers):
        last = at
        while last + 1 < len(numbers) and numbers[last + 1] == numbers[last] + 1:
            last += 1
        parts.append(f"\\U{numbers[at]:08x}-\\U{numbers[last]:08x}")
        at = last + 1
    return f"[{''.join(parts)}]"


@cache
def _steering() -> re.Pattern[str]:
    """What is taken out. Made at the first text that needs it: it takes 40 ms."""
    # Planes 0, 1 and the tags of 14 hold all controls and formats; the private planes go whole.
    assigned = (*range(0x20000), *range(0xE0000, 0xE1000))
    numbers = [n for n in assigned if _is_steering(chr(n)) and chr(n) not in _BLANKS]
    return re.compile(_as_class(numbers) + "|[\U000f0000-\U0010ffff]")


_BLANK = re.compile(f"[{_BLANKS}]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")


def one_line(text: str, most: int) -> str:
    """A title, a tag, a message: on one line, in at most `most` characters."""
    return " ".join(_cleaned(_BLANK.sub(" ", text)).split())[:most].rstrip()


def many_lines(text: str) -> str:
    """A text with its lines and tabs; other blanks of control are line ends."""
    return _cleaned(_LINE_ENDS.sub("\n", text))


def _cleaned(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    text = _steering().sub("", text)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
