"""How the texts of an IPTC record are encoded: as it declares, else as their bytes speak for.

Programs on Macs wrote Mac Roman, others the code page of Windows, none of them said so; whoever
says UTF-8 does not always write it. All texts of a record are of one encoding, and are judged
together.
"""

import re
from collections.abc import Sequence

from muserd.extract.encodings import decoded

# Coded character set (1:90): escapes of ISO 2022, by their last bytes, as Python calls the sets.
_UTF8 = (b"\x1b%G", b"\x1b%/G", b"\x1b%/H", b"\x1b%/I")
_PARTS = {
    b"A": "cp1252", b"B": "iso8859-2", b"C": "iso8859-3", b"D": "iso8859-4", b"F": "iso8859-7",
    b"G": "iso8859-6", b"H": "iso8859-8", b"L": "iso8859-5", b"M": "cp1254", b"T": "cp874",
    b"V": "iso8859-10", b"Y": "iso8859-13", b"_": "iso8859-14", b"b": "iso8859-15",
}  # fmt: skip
_DECLARED = re.compile(rb"\x1b[-./]([A-Z_b])\Z")
_LIKELY = ("cp1252", "mac_roman")  # where nothing is declared
# What no word has: a capital behind a small letter, a sign within, several accents in a row.
_ODD = re.compile(
    r"(?<=[a-zß-ÿ])[A-ZÀ-ÞŽŠŒŸ]|(?<=[^\W\d_])[^\w\s'’.,;:!?()\"“”«»/&+-]|"
    r"[\x80-\x9f]|[à-öø-ÿ]{3,}|[À-ÖØ-Þ]{3,}"
)


def encoding_of(declared: bytes, texts: Sequence[bytes]) -> str:
    """The name of a codec that reads all texts of a record.

    Args:
        declared: what the record says of its character set; empty where it says nothing.
        texts: all that are read.
    """
    whole = b"\n".join(texts)
    if declared in _UTF8 or _is_utf8(whole):
        return "utf-8" if _is_utf8(whole) or not _is_latin(texts) else _likeliest(whole)
    found = _DECLARED.search(declared)
    if found is not None and found.group(1) in _PARTS:
        return _PARTS[found.group(1)]
    return _likeliest(whole)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_latin(texts: Sequence[bytes]) -> bool:
    """Whether a text is not UTF-8, beyond having been cut off within its last character."""
    for text in texts:
        try:
            text.decode("utf-8")
        except UnicodeDecodeError as error:
            if error.reason != "unexpected end of data":
                return True
    return False


def _likeliest(data: bytes) -> str:
    odd = {name: _oddities(data, name) for name in _LIKELY}
    best = min(odd, key=lambda name: odd[name])
    if odd[best]:
        found = decoded(data)  # neither: another alphabet
        if found is not None and _oddities(data, found.encoding) < odd[best]:
            return found.encoding
    return best


def _oddities(data: bytes, encoding: str) -> int:
    try:
        return len(_ODD.findall(data.decode(encoding, "replace")))
    except LookupError:
        return len(data)
