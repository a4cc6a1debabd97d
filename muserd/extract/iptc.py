"""IPTC-IIM, what agencies and older programs write into JPEG and TIFF (IIM 4.2)."""

import re
from collections.abc import Mapping
from typing import Any

from PIL import Image, IptcImagePlugin

from muserd.extract.dates import parse_moment
from muserd.extract.iptc_text import encoding_of
from muserd.extract.metadata import Metadata, one_line
from muserd.extract.moments import Moment, from_source
from muserd.extract.tags import clean_tags
from muserd.extract.wall_clock import offset_minutes

_CHARSET = (1, 90)
_NAME, _KEYWORDS, _HEADLINE, _CAPTION = (2, 5), (2, 25), (2, 105), (2, 120)
_CREATED, _DIGITISED = ((2, 55), (2, 60)), ((2, 62), (2, 63))
_TIME = re.compile(r"(\d{2}):?(\d{2}):?(\d{2})?([+-]\d{2}:?\d{2})?")
_BROKEN = (OSError, SyntaxError, ValueError, LookupError, AttributeError, TypeError)


def iptc_metadata(image: Image.Image) -> Metadata:
    """What the IPTC record of an opened picture says; nothing where it is damaged."""
    if image.format not in {"JPEG", "MPO", "TIFF"}:
        return Metadata()
    try:
        found = IptcImagePlugin.getiptcinfo(image)  # type: ignore[arg-type]
    except _BROKEN:
        return Metadata()
    return _read(found) if found else Metadata()


def _read(found: Mapping[tuple[int, int], Any]) -> Metadata:
    moments = (_moment(found, *tags) for tags in (_CREATED, _DIGITISED))
    keywords = found.get(_KEYWORDS, ())
    keywords = [keywords] if isinstance(keywords, bytes) else keywords
    name, headline, caption = (_first(found.get(tag)) for tag in (_NAME, _HEADLINE, _CAPTION))
    words = [_first(word) for word in keywords]
    encoding = encoding_of(_first(found.get(_CHARSET)), [name, headline, caption, *words])
    return Metadata(
        title=one_line(_text(name, encoding) or _text(headline, encoding)),
        description=one_line(_text(caption, encoding), 2_000),
        tags=clean_tags([_text(word, encoding) for word in words]),
        moments=tuple(moment for moment in moments if moment is not None),
    )


def _moment(
    found: Mapping[tuple[int, int], Any], date_tag: tuple[int, int], time_tag: tuple[int, int]
) -> Moment | None:
    digits = _text(_first(found.get(date_tag)))
    if re.fullmatch(r"\d{4}[-:/.]?\d{2}[-:/.]?\d{2}", digits) is None:
        return None
    day = re.sub(r"\D", "", digits)
    if day.endswith("00"):  # what is not known is zero (IIM 4.2, 2:55)
        known = f"{day[:4]}-{day[4:6]}" if day[4:6] != "00" else day[:4]
        return from_source(parse_moment(known), "iptc")
    clock = _TIME.match(_text(_first(found.get(time_tag))))
    text = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    if clock is not None:
        hour, minute, second, offset = clock.groups()
        offset = offset if offset and offset_minutes(offset) is not None else ""
        text += f"T{hour}:{minute}:{second or '00'}{offset}"
    return from_source(parse_moment(text), "iptc")


def _first(value: object) -> bytes:
    value = value[0] if isinstance(value, list) and value else value
    return value if isinstance(value, bytes) else b""


def _text(data: bytes, encoding: str = "ascii") -> str:
    """A value; without a last character of which a program cut off a part."""
    text = data.decode(encoding, "replace")
    if encoding == "utf-8" and text.endswith("\ufffd"):
        text = data.decode(encoding, "ignore")
    return text.strip("\0 ")
