"""Names of files: for people, and for programs that must find the file again.

A name on Unix is bytes. For people (`harmless`) it is shown as it is, whatever script and spaces
it is made of; only what could do harm is escaped: control characters, line separators, marks that
turn the direction of text round, and bytes that are no UTF-8.

For programs (`exact`) nothing is escaped: a path whose bytes are UTF-8 is given as it is, so that
`cat` takes it; any other one as a `file:` URI (RFC 8089), in which every byte has its place. Both
forms are taken back by `path_of`, and so by muserctl.
"""

import os
import re
from urllib.parse import quote_from_bytes, unquote_to_bytes

_HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]",
)
_URI = "file://"


def harmless(text: str) -> str:
    r"""A text for people: `\x1b` for a control character, `\u202e` for a bidi override."""
    return _HARMFUL.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    character = found.group()
    if "\udc80" <= character <= "\udcff":  # a byte that is no UTF-8, as `os.fsdecode` keeps it
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode()


def exact(path: bytes) -> str:
    """A path for programs, from which exactly these bytes can be had again."""
    try:
        return path.decode("utf-8")
    except UnicodeDecodeError:
        return _URI + quote_from_bytes(path)


def path_of(text: str) -> bytes:
    """The bytes of a path: as it is, as a `file:` URI, or with Python's surrogates for bytes.

    Raises:
        UnicodeEncodeError: it holds surrogates that stand for no byte.
    """
    if text.startswith(_URI):
        return unquote_to_bytes(text[len(_URI) :].removeprefix("localhost"))
    return os.fsencode(text)
