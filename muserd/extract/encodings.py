"""From bytes to text, whatever encoding they are in.

Decided on evidence, the strongest first: a byte order mark, the zeros of UTF-16 and UTF-32, the
shifts of ISO 2022, valid UTF-8, what the text itself declares, and last what chardet's statistics
of letters in each language say.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from muserd.extract.content import Content
from muserd.ground.errors import FileError
from muserd.ground.paths import display

_MARKS = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = (("utf-32-le", 4), ("utf-32-be", 4), ("utf-16-le", 2), ("utf-16-be", 2))
_SAMPLE_BYTES = 32 * 1024  # what the detection of old encodings looks at: its cost grows with it
_MOST_CANDIDATES = 16
# Of what chardet knows, the sets that hardly a text is in, and that look like others.
_RARE = frozenset(
    (
        *(
            "iso8859-3",
            "iso8859-4",
            "iso8859-10",
            "iso8859-14",
            "iso8859-16",
            "hp-roman8",
            "kz1048",
        ),
        *("ptcp154", "cp1006", "cp037", "cp500", "cp1140", "cp273", "cp875", "cp1026"),
    )
)
_OTHERS = "\u0370-\u03ff\u0400-\u052f\u0590-\u06ff\u0e00-\u0e7f"  # alphabets beside Latin
_SIGNS = "«»¬¦§¶†‡±©®™‰¤¨¯¸¹²³¼½¾¿¡£¥¢‹›„‚…•\x80-\x9f"
_ODD = re.compile(
    f"[A-Za-z][{_OTHERS}]|[{_OTHERS}][A-Za-z]|(?<=[^\\W\\d_])[{_SIGNS}](?=[^\\W\\d_])"
)
# Signs, kana, Han and Hangul: half of all that two bytes can be, so that chance hits few in a row.
_EASTERN = re.compile("[\t\n\r -~\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff9f]")
_LEAST_EASTERN, _MOSTLY_EASTERN = 8, 0.97  # characters, and their share
_MOST_CONTROLS = 0.02  # share of control characters beyond which it is not a text
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd\ufffe\uffff]")
_ISO_2022 = (
    (re.compile(rb"\x1b\$[@B]|\x1b\$\("), "iso2022_jp_2"),
    (re.compile(rb"\x1b\$\)C"), "iso2022_kr"),
    (re.compile(rb"~\{(?:[!-}]{2}){2,}~\}"), "hz"),
)
_DECLARED = (
    re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w-]{2,40})", re.IGNORECASE),
    re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w-]{2,40})"),
    re.compile(rb"-\*-[^\n]{0,100}?coding:\s*([\w-]{2,40})"),  # Emacs, and Org's own
    re.compile(rb"\bvi(?:m)?:[^\n]{0,100}?(?:fileencoding|fenc)=([\w-]{2,40})"),
    re.compile(rb"\\usepackage\[([\w-]{2,20})\]\{inputenc\}"),
)
# LaTeX's names, and those that mean more than they say: the Web reads Latin-1 as Windows-1252.
_ALIASES = {
    "ansinew": "cp1252",
    "applemac": "mac_roman",
    "utf8x": "utf-8",
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "windows-31j": "cp932",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "iso-8859-9": "cp1254",
    "koi8-r": "koi8_r",
}
# The character set's name as HTTP and browsers know it, by Python's (WHATWG Encoding, 4.2).
_WEB_NAMES = {
    "cp1250": "windows-1250",
    "cp1251": "windows-1251",
    "cp1252": "windows-1252",
    "cp1253": "windows-1253",
    "cp1254": "windows-1254",
    "cp1255": "windows-1255",
    "cp1256": "windows-1256",
    "cp1257": "windows-1257",
    "cp1258": "windows-1258",
    "cp866": "ibm866",
    "cp874": "windows-874",
    "cp932": "shift_jis",
    "cp949": "euc-kr",
    "big5hkscs": "big5",
    "mac-roman": "macintosh",
    "mac-cyrillic": "x-mac-cyrillic",
    "iso2022-jp-2": "iso-2022-jp",
}


@dataclass(frozen=True, slots=True)
class Decoded:
    r"""A text, and the encoding that it was in.

    Attributes:
        text: with `\n` as its only line end, without a byte order mark.
        encoding: the name that HTTP has for it, e.g. `utf-8`, `windows-1251`.
    """

    text: str
    encoding: str


def decode_text(content: Content) -> Decoded:
    """The text of a file in whatever encoding it is.

    Raises:
        FileError: `not-text`.
    """
    found = decoded(content.data)
    if found is None:
        raise FileError(
            "not-text",
            f"{display(content.path)} holds no text",
            "its suffix may be wrong; exclude it with files.exclude",
        )
    return found


def decoded(data: bytes) -> Decoded | None:
    """The text in `data`, by the first kind of evidence that makes a text of it; None: no text."""
    for look in (_marked, _wide, _shifted, _utf8, _declared, _detected, _mended):
        for text, encoding in look(data):
            if not _looks_binary(text):
                lines = text.replace("\r\n", "\n").replace("\r", "\n")
                return Decoded(lines, _web_name(encoding))
    return None


_Texts = Iterator[tuple[str, str]]


def _marked(data: bytes) -> _Texts:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            yield data[len(mark) :].decode(encoding, "replace"), encoding
            return


def _wide(data: bytes) -> _Texts:
    """UTF-16 and UTF-32 without a mark: zeros stand in the same places of every character."""
    if b"\0" not in data:
        return
    sample = data[:_SAMPLE_BYTES]
    for encoding, width in _WIDE:
        units = len(sample) // width
        order = range(width) if encoding.endswith("be") else range(width)[::-1]
        zeros = [sample[at::width][:units].count(0) for at in order]  # the highest byte's first
        if not units or zeros[-1] > 0.25 * zeros[0]:
            continue
        if width == 4 and (zeros[0] < units or zeros[1] < 0.5 * units):
            continue
        # A space, a line end or a digit has a zero above it in every script.
        if width == 2 and zeros[0] < max(1, 0.04 * units):
            continue
        yield data[: len(data) // width * width].decode(encoding, "replace"), encoding
    yield from _wide_in_the_east(data)


def _wide_in_the_east(data: bytes) -> _Texts:
    """UTF-16 without a mark in which hardly anything but its line ends has a zero."""
    for encoding in ("utf-16-le", "utf-16-be"):
        sample = data[: _SAMPLE_BYTES // 2 * 2].decode(encoding, "replace")
        if len(_EASTERN.findall(sample)) >= max(_LEAST_EASTERN, _MOSTLY_EASTERN * len(sample)):
            yield data[: len(data) // 2 * 2].decode(encoding, "replace"), encoding
            return


def _shifted(data: bytes) -> _Texts:
    """ISO 2022 is pure ASCII to the eye of UTF-8."""
    if b"\x1b" not in data and b"~{" not in data:
        return
    for escape, encoding in _ISO_2022:
        if escape.search(data):
            try:
                yield data.decode(encoding), encoding
            except UnicodeDecodeError:
                continue


def _utf8(data: bytes) -> _Texts:
    try:
        yield data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3 and error.reason == "unexpected end of data":
            yield data[: error.start].decode("utf-8"), "utf-8"  # cut off inside its last character


def _declared(data: bytes) -> _Texts:
    for pattern in _DECLARED:
        found = pattern.search(data[:2048])
        if found is None:
            continue
        name = found.group(1).decode("ascii", "replace").lower()
        encoding = _ALIASES.get(name, name)
        try:
            yield data.decode(encoding), encoding
        except (LookupError, ValueError):
            continue  # no encoding, none of texts, or not the one that it is in


def _detected(data: bytes) -> _Texts:
    if b"\0" in data:
        return
    if (mixed := _mostly_utf8(data)) is not None:
        yield mixed, "utf-8"
        return
    from chardet import detect

    sample = data[:_SAMPLE_BYTES]
    found = detect(sample)["encoding"]
    if not found or found.lower().startswith("utf-"):
        return
    text = _as(data, found)
    if text is None:
        return
    if (odd := _oddities(text)) > 0:  # words of two alphabets: statistics go astray in short texts
        text, found = _better(data, sample, (odd, text, found))
    yield text, _ALIASES.get(found.lower(), found)


def _as(data: bytes, name: str) -> str | None:
    try:
        return data.decode(_ALIASES.get(name.lower(), name), "replace")
    except LookupError:
        return None


def _better(data: bytes, sample: bytes, first: tuple[int, str, str]) -> tuple[str, str]:
    """The text with the fewest words that no language has, and its encoding."""
    from chardet import detect_all

    best = first
    for one in detect_all(sample, ignore_threshold=True)[:_MOST_CANDIDATES]:
        name = one["encoding"] or ""
        text = _as(data, name) if name and name.lower() not in _RARE else None
        if text is not None and 2 * (odd := _oddities(text)) < best[0]:
            best = odd, text, name
    return best[1], best[2]


def _oddities(text: str) -> int:
    """How often letters of two alphabets, or a letter and a sign, stand side by side."""
    return len(_ODD.findall(text[:_SAMPLE_BYTES]))


def _mended(data: bytes) -> _Texts:
    """The commonest old encoding, where nothing speaks for another."""
    if b"\0" not in data:
        yield data.decode("cp1252", "replace"), "cp1252"


def _mostly_utf8(data: bytes) -> str | None:
    """UTF-8 with a few bytes of another encoding in it, as old mails and pasted texts have."""
    text = data.decode("utf-8", "surrogateescape")
    strays = sum("\udc80" <= one <= "\udcff" for one in text)
    wide = sum(one > "\x7f" for one in text) - strays
    if wide < 4 * strays:
        return None
    return re.sub("[\udc80-\udcff]", _stray, text)


def _stray(found: re.Match[str]) -> str:
    return bytes([ord(found.group()) - 0xDC00]).decode("cp1252", "replace")


def _web_name(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name.replace("_", "-")
    except LookupError:
        return encoding.lower()
    if name.startswith("iso8859-"):
        name = name.replace("iso8859", "iso-8859")
    return _WEB_NAMES.get(name, name)


def _looks_binary(text: str) -> bool:
    sample = text[:_SAMPLE_BYTES]
    return len(_CONTROLS.findall(sample)) > 1 + _MOST_CONTROLS * len(sample)
