"""From bytes to text, whatever encoding they are in."""

import codecs
import re

from muserd.extract.content import Content
from muserd.extract.language import guess_language
from muserd.ground.errors import FileError
from muserd.ground.paths import display

_MARKS = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE_BYTES = 32 * 1024  # what the detection of old encodings looks at: its cost grows with it
_MOST_CONTROLS = 0.02  # share of control characters beyond which it is not a text
# By far the commonest old encoding of these languages; charset-normalizer takes French for Czech
_WESTERN = frozenset({"en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi"})
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]")
_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset=[\"']?([\w-]{2,40})", re.IGNORECASE)


def decode_text(content: Content, *, html: bool = False) -> str:
    r"""The text with `\n` as its only line end.

    UTF-8, or what a byte order mark or an HTML page declares, else a guess by charset-normalizer.

    Raises:
        FileError: `not-text`.
    """
    text = _marked(content.data) or _utf8(content.data)
    if text is None and html:
        text = _declared(content.data)
    if text is None:
        text = _guessed(content.data)
    if text is None or _looks_binary(text):
        raise FileError(
            "not-text",
            f"{display(content.path)} holds no text",
            "its suffix may be wrong; exclude it with files.exclude",
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _marked(data: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    return None


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3 and error.reason == "unexpected end of data":
            return data[: error.start].decode("utf-8")  # cut off inside its last character
        return None


def _declared(data: bytes) -> str | None:
    found = _DECLARED.search(data[:2048])
    if found is None:
        return None
    try:
        return data.decode(found.group(1).decode("ascii", "replace"), "replace")
    except (LookupError, ValueError):
        return None  # no encoding, or none of texts


def _guessed(data: bytes) -> str | None:
    if b"\0" in data:
        return _utf16(data)
    western = data.decode("cp1252", "replace")
    if "\ufffd" not in western and guess_language(western) in _WESTERN:
        return western
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE_BYTES]).best()
    return data.decode(best.encoding, "replace") if best is not None else None


def _utf16(data: bytes) -> str | None:
    """UTF-16 without a mark has its zeros in every other place."""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    half = len(data) / 2
    if odd > 0.3 * half and even < 0.02 * half:
        return data.decode("utf-16-le", "replace")
    if even > 0.3 * half and odd < 0.02 * half:
        return data.decode("utf-16-be", "replace")
    return None


def _looks_binary(text: str) -> bool:
    sample = text[:_SAMPLE_BYTES]
    return len(_CONTROLS.findall(sample)) > 1 + _MOST_CONTROLS * len(sample)
