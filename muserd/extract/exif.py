"""What EXIF says of a picture. Tags are those of Exif 2.32, CIPA DC-008, annex A."""

import contextlib
import math
import re
import struct
from collections.abc import Mapping
from typing import Any

from PIL import ExifTags, Image

from muserd.extract.dates import parse_moment
from muserd.extract.metadata import Metadata, on_earth, one_line
from muserd.extract.moments import Moment, from_source
from muserd.extract.tags import clean_tags
from muserd.extract.wall_clock import at_time, day_of, offset_minutes

_ORIENTATION = 0x0112
_TIFF_MAGIC = {b"II": b"*\0", b"MM": b"\0*"}
# (where it was taken, digitised, changed last): date, offset, fraction of a second
_TIMES = ((0x9003, 0x9011, 0x9291), (0x9004, 0x9012, 0x9292), (0x0132, 0x9010, 0x9290))
_TIME_ZONE = 0x882A  # TIFF/EP: whole hours, an offset of the time it was taken
# Cameras pad with spaces, leave out seconds, and some telephones append the half of the day.
_DATE = re.compile(
    r"(\d{4})\s*[:/.-]\s*(\d{1,2})\s*[:/.-]\s*(\d{1,2})"
    r"(?:[\sT]+(\d{1,2})\s*[:.]\s*(\d{1,2})(?:\s*[:.]\s*(\d{1,2})(?:[.,](\d{1,6}))?)?)?"
    r"\s*([ap]m|上午|下午|오전|오후|午前|午後)?\s*(Z|[+-]\d{1,2}(?::?\d{2})?)?",
    re.IGNORECASE,
)
_AFTERNOON = {"pm", "下午", "오후", "午後"}
_XP_TITLE, _XP_COMMENT, _XP_KEYWORDS, _XP_SUBJECT = 0x9C9B, 0x9C9C, 0x9C9E, 0x9C9F
_DESCRIPTION, _RATING, _USER_COMMENT = 0x010E, 0x4746, 0x9286
_GPS_TIME, _GPS_DATE = 7, 29
# What cameras write into every picture.
_BOILERPLATE = re.compile(
    r"(?:olympus|sony|samsung|kodak|minolta|konica|ricoh|pentax|digital|dcim|dsc\b|image|"
    r"default|untitled|screenshot|cof$|hdr|sdr|mde|oznor|rhdr|dav$|ptr$|vsco|bty$|fbt|nor$)",
    re.IGNORECASE,
)
_QUARTER_MIN = 15
_BROKEN = (
    *(ArithmeticError, AttributeError, LookupError, OSError, SyntaxError, TypeError, ValueError),
    *(struct.error, Warning),
)
_FIX_TOLERANCE_MIN = 3  # between a camera's clock and the satellites'


def orientation(exif: Image.Exif) -> int:
    """1 to 8; 1, which is upright, for anything else."""
    value = exif.get(_ORIENTATION, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def exif_metadata(exif: Image.Exif) -> Metadata:
    """Times, place, rating, and what Windows stores as title, comment and keywords."""
    inner, gps = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
    taken, digitised, changed = (_time(exif, inner, *tags) for tags in _TIMES)
    satellites = _gps_time(gps)
    taken = _with_offset(taken, satellites)
    if taken is None and digitised is None and satellites is not None:
        taken = satellites
    description = _text(exif.get(_DESCRIPTION))
    rating = exif.get(_RATING)
    return Metadata(
        title=one_line(_wide(exif.get(_XP_TITLE))),
        description=one_line(
            _wide(exif.get(_XP_COMMENT))
            or _wide(exif.get(_XP_SUBJECT))
            or ("" if _BOILERPLATE.match(description) else description)
            or _comment(inner.get(_USER_COMMENT)),
            2_000,
        ),
        tags=clean_tags(_wide(exif.get(_XP_KEYWORDS)).split(";")),
        rating=rating if isinstance(rating, int) and 1 <= rating <= 5 else None,
        place=_place(gps),
        moments=tuple(moment for moment in (taken, digitised) if moment is not None),
        changed=changed,
    )


def tiff_exif(data: bytes) -> Image.Exif:
    """EXIF of a TIFF, or of a raw file of its family; empty where it is damaged."""
    exif = Image.Exif()
    magic = _TIFF_MAGIC.get(data[:2])
    if magic is not None:
        with contextlib.suppress(*_BROKEN):
            # Olympus and Panasonic write a number of their own where TIFF has 42.
            exif.load(b"Exif\0\0" + data[:2] + magic + data[4:])
            exif.get_ifd(ExifTags.IFD.Exif)
            return exif
    return Image.Exif()


def taken_at(exif: Image.Exif) -> Moment | None:
    """When the picture was taken, else digitised, else changed last; None if EXIF is silent."""
    found = exif_metadata(exif)
    return next(iter(found.moments), found.changed)


def parse_exif_date(text: str) -> Moment | None:
    """The moment of a date as EXIF has it, `2014:02:27 12:00:00`, however it was padded."""
    text = text.strip()
    found = _DATE.match(text)
    if found is None:
        return _unusual(text)
    year, month, day, hour, minute, second, fraction, half, offset = found.groups()
    if int(day) == 0:  # somebody knew the month alone
        return from_source(day_of(int(year), int(month), 1, "month"), "exif")
    moment = day_of(int(year), int(month), int(day))
    if moment is None or hour is None:
        return from_source(moment, "exif")
    hours = int(hour)
    if half and hours <= 12:
        hours = hours % 12 + (12 if half.lower() in _AFTERNOON else 0)
    thousandths = int((fraction or "0")[:3].ljust(3, "0"))
    timed = at_time(moment, hours, int(minute), int(second or 0), thousandths)
    return from_source(_shifted(timed or moment, offset), "exif")


def _unusual(text: str) -> Moment | None:
    """A date in a form that EXIF does not have: of scanners, editors, telephones."""
    month = re.fullmatch(r"(\d{4})[:/-](\d{2})", text)
    return from_source(parse_moment("-".join(month.groups()) if month else text), "exif")


def _time(
    exif: Image.Exif, inner: Mapping[int, Any], date_tag: int, offset_tag: int, fraction_tag: int
) -> Moment | None:
    text = _text(inner.get(date_tag, exif.get(date_tag)))
    moment = parse_exif_date(text)
    if moment is None or moment.precision != "time":
        return moment
    if moment.time_ms % 1000 == 0:
        thousandths = _thousandths(_text(inner.get(fraction_tag)))
        moment = Moment(moment.time_ms + thousandths, moment.utc_offset_min, source="exif")
    offset = _text(inner.get(offset_tag))
    for other, its_offset in ((0x9004, 0x9012), (0x0132, 0x9010)):
        written = _text(inner.get(other, exif.get(other)))
        if not offset and date_tag != other and written in {text, ""}:
            offset = _text(inner.get(its_offset))  # some write the offset of one time alone
    if not offset and date_tag == 0x9003:
        offset = _whole_hours(inner.get(_TIME_ZONE))
    return from_source(_shifted(moment, offset), "exif")


def _shifted(moment: Moment, offset: str | None) -> Moment:
    """A wall clock's time with the offset that goes with it, if that is one."""
    minutes = offset_minutes(offset or "")
    if minutes is None or moment.precision != "time" or moment.utc_offset_min is not None:
        return moment
    return Moment(moment.time_ms - 60_000 * minutes, minutes)


def _whole_hours(value: object) -> str:
    if isinstance(value, (tuple, list)) and value:
        value = value[0]
    if not isinstance(value, int) or not -12 <= value <= 14:
        return ""
    return f"{'-' if value < 0 else '+'}{abs(value):02}:00"


def _gps_time(gps: Mapping[int, Any]) -> Moment | None:
    """The satellites' time, which is UTC."""
    day = parse_exif_date(_text(gps.get(_GPS_DATE)))
    clock = gps.get(_GPS_TIME)
    if day is None or not isinstance(clock, (tuple, list)) or len(clock) != 3:
        return None
    try:
        hour, minute, second = (float(part) for part in clock)
        moment = at_time(day, int(hour), int(minute), int(second))
    except (ValueError, ZeroDivisionError, OverflowError, TypeError):
        return None
    return Moment(moment.time_ms, 0, source="gps") if moment is not None else None


def _with_offset(taken: Moment | None, satellites: Moment | None) -> Moment | None:
    """The wall clock's offset is how far it is ahead of UTC, if that is a zone's offset."""
    if taken is None or satellites is None:
        return taken
    if taken.utc_offset_min is not None or taken.precision != "time":
        return taken
    ahead_min = (taken.time_ms - satellites.time_ms) / 60_000
    offset = _QUARTER_MIN * round(ahead_min / _QUARTER_MIN)
    if not -12 * 60 <= offset <= 14 * 60 or abs(ahead_min - offset) > _FIX_TOLERANCE_MIN:
        return taken
    return Moment(taken.time_ms - 60_000 * offset, offset, source="exif")


def _place(gps: Mapping[int, Any]) -> tuple[float, float] | None:
    latitude, longitude = _degrees(gps.get(2)), _degrees(gps.get(4))
    if latitude is None or longitude is None:
        return None
    south = _text(gps.get(1)).upper().startswith("S")
    west = _text(gps.get(3)).upper().startswith("W")
    return on_earth(-latitude if south else latitude, -longitude if west else longitude)


def _degrees(value: object) -> float | None:
    if not isinstance(value, (tuple, list)) or not 1 <= len(value) <= 3:
        return None
    try:
        degrees = sum(float(part) / 60**power for power, part in enumerate(value))
    except (ValueError, ZeroDivisionError, TypeError, OverflowError):
        return None
    return degrees if math.isfinite(degrees) else None


def _thousandths(text: str) -> int:
    digits = re.match(r"\d+", text)
    return int(digits.group()[:3].ljust(3, "0")) if digits else 0


def _wide(value: object) -> str:
    """A text of Windows': UTF-16, as bytes or as a sequence of numbers."""
    try:
        data = bytes(value) if isinstance(value, (bytes, tuple, list)) else b""
    except (ValueError, TypeError):
        return ""
    return data.decode("utf-16-le", "ignore").replace("\0", "").strip()


def _comment(value: object) -> str:
    """EXIF's `UserComment`: eight bytes that name its characters, and the text in them."""
    data = value.encode("latin-1", "replace") if isinstance(value, str) else value
    if not isinstance(data, bytes) or len(data) <= 8:
        return ""
    code, text = data[:8].rstrip(b"\0 ").upper(), data[8:]
    if code == b"UNICODE":
        zeros = text[0::2].count(0), text[1::2].count(0)
        return text.decode("utf-16-be" if zeros[0] > zeros[1] else "utf-16-le", "ignore").strip(
            "\0 "
        )
    if code == b"JIS":
        return text.decode("iso2022_jp", "ignore").strip("\0 ")
    words = _text(text) if code in {b"ASCII", b""} else ""
    return words if words.isprintable() and not _BOILERPLATE.match(words) else ""


def _text(value: object) -> str:
    """A text of EXIF, which has ASCII only, and into which everybody writes UTF-8."""
    if isinstance(value, str):
        try:
            value = value.encode("latin-1").decode("utf-8")  # Pillow takes all bytes for Latin-1
        except UnicodeError:
            return value.replace("\0", " ").strip()
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return value.replace("\0", " ").strip() if isinstance(value, str) else ""
