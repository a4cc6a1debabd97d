"""Dates in file names, as cameras, telephones, messengers and note takers write them.

A number is taken for a date only where a name's shape says so: it stands alone between separators,
or behind a prefix that is known to be followed by one. Counters, telephone numbers, hashes, sizes
and versions are no dates.
"""

import os
import re
from dataclasses import replace

from muserd.extract.moments import Moment, instant
from muserd.extract.wall_clock import at_time, compact, day_of

_FIRST_YEAR, _LAST_YEAR = 1970, 2100
_FIRST_COMPACT_YEAR = 1990  # before it, eight digits are rather a number
# Prefixes that run into the digits: IMG20220103123456.jpg, BURST20190201212530.
_PREFIX = (
    r"(?:IMG|VID|MVIMG|PANO|PIC|PHOTO|BURST|COVER|WIN|WP|DJI|PXL|SAVE|SCREENSHOT|SNAPSHOT|REC|MOV|"
    r"CAM|LRM|NIGHT|PORTRAIT|P)"
)
_YEAR, _MONTH, _DAY = r"((?:19|20)\d{2})", r"(0[1-9]|1[0-2])", r"(0[1-9]|[12]\d|3[01])"
_HALF = r"(?:\s?([AaPp])\.?\s?[Mm]\b)?"
# `2024-01-16 at 9.15.29 PM`, `2018-08-21-100217`, `2019-01-02_10-11-12`, `2019-02-01-21-25-30-123`
_SPACED = re.compile(
    rf"(?<![\d.])(?<!\d[-_]){_YEAR}([-_.]|\s){_MONTH}\2{_DAY}(?!\d)"
    r"(?:(?:[-_T ,]|\s)+(?:(?:at|um|à|a las|alle|às|om|kl\.?|klo|в|o|om|le)\s+)?"
    r"(?:(\d{1,2})([-_.:h]|\s)(\d{2})(?:\6(\d{2}))?(?!\d)|(\d{2})(\d{2})(\d{2})(?!\d))"
    rf"{_HALF})?"
)
# `IMG_20220103_123456`, `20240203_101112345`, `Screenshot_20190201-212530`, `DJI_20240203101112`
_COMPACT = re.compile(
    rf"(?:(?<![A-Za-z\d.+])|(?<![A-Za-z]){_PREFIX}|(?<=[-_ .]){_PREFIX})"
    rf"(?<![\d.+-]\d){_YEAR}{_MONTH}{_DAY}"
    r"(?:[-_T ]?((?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d\d{0,3})?)(?![\dA-Za-z]))?(?![\dA-Za-z])",
    re.IGNORECASE,
)
# `photo_1@02-01-2019_10-11-12` (Telegram), `Photo 02.01.2019, 10 11 12`
_DAY_FIRST = re.compile(
    rf"(?:(?<=@)|(?<![\d.])){_DAY}([-.]){_MONTH}\2{_YEAR}(?!\d)"
    r"(?:[_ ,]+(\d{2})[-_.: ](\d{2})[-_.: ](\d{2})(?!\d))?"
)
_EPOCH_MS = re.compile(
    r"(?:FB_IMG_|mmexport|wx_camera_|microMsg\.|beauty_|faceu_|Camera_)(1\d{12})(?!\d)"
)
_SPELT = re.compile(r"(\d{8})_(\d{2})_(\d{2})_(\d{2})(?!\d)")  # WP_20140101_12_30_15_Pro
_UTC = re.compile(r"^PXL_\d{8}_\d{9}|^\d{8}_\d{9}_iOS", re.IGNORECASE)
_MONTH_NOTE = re.compile(rf"{_YEAR}[-_.]{_MONTH}")
_WEEK_NOTE = re.compile(r"\d{4}-W\d{2}")


def moment_in_name(path: bytes, *, note: bool = False) -> Moment | None:
    """The time, or the day, that a file's name tells; None for names without one.

    Args:
        path: of the file; only its last part counts.
        note: whether a month alone counts as well (`2024-03.md`), if it is the whole name.
    """
    name = os.path.basename(path).decode("utf-8", "replace").replace("\u202f", " ")
    stem = os.path.splitext(name)[0]
    moment = _epoch(stem) or _spaced(stem) or _compact(stem) or _day_first(stem)
    if moment is None and note:
        moment = _month(stem)
    return None if moment is None else replace(moment, source="name")


def _epoch(stem: str) -> Moment | None:
    found = _EPOCH_MS.search(stem)
    return instant(int(found.group(1)), "name") if found is not None else None


def _spaced(stem: str) -> Moment | None:
    for found in _SPACED.finditer(stem):
        year, separator, month, day = found.groups()[:4]
        moment = day_of(int(year), int(month), int(day))
        if moment is None or (separator == "." and stem[: found.start()].endswith(("v", "V"))):
            continue
        return _clock(moment, found) or moment
    return None


def _clock(day: Moment, found: re.Match[str]) -> Moment | None:
    """The time behind a day; `2024-03-05 10 20` may count anything, and is none."""
    hour, separator, minute, second, *glued, half = found.groups()[4:]
    if glued[0] is not None:
        hour, minute, second = glued
    elif hour is None or (second is None and separator.isspace()):
        return None
    hours = int(hour) % 12 + (12 if half in "pP" else 0) if half else int(hour)
    return at_time(day, hours, int(minute), int(second or 0))


def _compact(stem: str) -> Moment | None:
    stem = _SPELT.sub(r"\1_\2\3\4", stem)
    for found in _COMPACT.finditer(stem):
        year, month, day, clock = found.groups()
        if not _FIRST_COMPACT_YEAR <= int(year) < _LAST_YEAR:
            continue
        moment = compact(year + month + day + (clock or ""))
        if moment is not None:
            utc = clock and _UTC.match(stem)
            return replace(moment, utc_offset_min=0) if utc else moment
    return None


def _day_first(stem: str) -> Moment | None:
    for found in _DAY_FIRST.finditer(stem):
        day, separator, month, year, hour, minute, second = found.groups()
        telegram = found.start() > 0 and stem[found.start() - 1] == "@"
        if separator == "-" and not telegram and int(day) <= 12 and day != month:
            continue  # 02-03-2019 is two days
        moment = day_of(int(year), int(month), int(day))
        if moment is not None and hour is not None:
            return at_time(moment, int(hour), int(minute), int(second)) or moment
        if moment is not None:
            return moment
    return None


def _month(stem: str) -> Moment | None:
    found = _MONTH_NOTE.fullmatch(stem)
    if found is None:
        return None
    moment = day_of(int(found.group(1)), int(found.group(2)), 1)
    return None if moment is None else replace(moment, precision="month")
