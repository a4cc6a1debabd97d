"""Dates in file names, as cameras, telephones, messengers and note takers write them.

A number is taken for a date only where a name's shape says so: it stands alone between separators,
or behind a prefix that is known to be followed by one. Counters, telephone numbers, hashes, sizes
and versions are no dates.
"""

import os
import re
from dataclasses import replace

from muserd.extract.dates import gregorian, month_number, parse_moment
from muserd.extract.moments import Moment, instant
from muserd.extract.wall_clock import at_time, compact, day_of

_FIRST_YEAR, _LAST_YEAR = 1970, 2100
_FIRST_COMPACT_YEAR = 1990  # before it, eight digits are rather a number
# Prefixes that run into the digits: IMG20220103123456.jpg, BURST20190201212530.
_PREFIX = (
    r"(?:IMG|VID|MVIMG|PANO|PIC|PHOTO|BURST|COVER|WIN|WP|DJI|PXL|SAVE|SCREENSHOT|SNAPSHOT|REC|MOV|"
    r"CAM|LRM|NIGHT|PORTRAIT|GMT|P)"
)
_YEAR, _MONTH, _DAY = r"((?:19|20)\d{2})", r"(0[1-9]|1[0-2])", r"(0[1-9]|[12]\d|3[01])"
_HALF = r"(?:\s?([AaPp])\.?\s?[Mm]\b)?"
# `2024-01-16 at 9.15.29 PM`, `2018-08-21-100217`, `2019-01-02_10-11-12`, `2019-02-01-21-25-30-123`
_SPACED = re.compile(
    rf"(?<![\d.]){_YEAR}([-_.]|\s){_MONTH}\2{_DAY}(?!\d)"
    r"(?:(?:[-_T ,]|\s)+(?:(?:at|um|à|a las?|a la\(s\)|alle|às|om|kl\.?|klo|в|o|om|le|v)\s+)?"
    r"(?:(오전|오후|上午|下午|午前|午後)\s?)?"
    r"(?:(\d{1,2})([-_.:h]|\s)(\d{2})(?:(?:\7|(?<=\dh\d\d)m)(\d{2})s?)?(?!\d)"
    r"|(\d{2})(\d{2})(\d{2})(?!\d))"
    rf"{_HALF})?"
)
_AFTERNOON = {"오후", "下午", "午後"}
# In front of a year: a longer number goes on, unless a camera's or a program's name ends: `C360_`.
_NUMBERED = re.compile(r"(?<![A-Za-z\d])(?![A-Za-z]{1,4}\d{1,3}[-_]$)[A-Za-z\d]*\d[-_]$")
# `IMG_20220103_123456`, `20240203_101112345`, `Screenshot_20190201-212530`, `DJI_20240203101112`
_COMPACT = re.compile(
    rf"(?:(?<![A-Za-z\d.+])|(?<![A-Za-z]){_PREFIX}|(?<=[-_ .]){_PREFIX})"
    rf"(?<![\d.+-]\d){_YEAR}{_MONTH}{_DAY}"
    r"(?:[-_T ]?((?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d\d{0,3})?)(Z?)(?![\dA-Za-z])"
    r"|-(\d{2})h(\d{2})m(\d{2})s\d{0,3})?(?![\dA-Za-z])",
    re.IGNORECASE,
)
# `photo_1@02-01-2019_10-11-12` (Telegram), `Photo 02.01.2019, 10 11 12`
_DAY_FIRST = re.compile(
    rf"(?:(?<=@)|(?<![\d.])){_DAY}([-.]){_MONTH}\2{_YEAR}(?!\d)"
    r"(?:[_ ,]+(\d{2})[-_.: ](\d{2})[-_.: ](\d{2})(?!\d))?"
)
_EPOCH_MS = re.compile(
    r"(?:FB_IMG_|mmexport|wx_camera_|microMsg\.|beauty_|faceu_|camera_|faceapp_|"
    r"(?:photo|image|img|video|collage|screenshot|snapchat|pixlr|polish|line)[-_])"
    r"(1[0-8]\d{11})(?!\d)",
    re.IGNORECASE,
)
# A word and the milliseconds since 1970, as many programs for telephones call what they save.
_WITH_EPOCH_MS = re.compile(r"[A-Za-z]{2,12}[-_ ]?(1[2-8]\d{11})(?: ?\(\d{1,3}\)|[-_~]\w{1,3})?")
_EPOCH_S = re.compile(r"(?:RPReplay_Final|screen-recording-)(1[2-8]\d{8})(?!\d)", re.IGNORECASE)
_SPELT = re.compile(r"(\d{8})_(\d{2})_(\d{2})_(\d{2})(?!\d)")  # WP_20140101_12_30_15_Pro
# Pixel, OneDrive, Zoom; Instaloader says it behind the time.
_UTC = re.compile(r"^PXL_\d{8}_\d{9}|^\d{8}_\d{9}_iOS|^GMT\d{8}-\d{6}", re.IGNORECASE)
_SAYS_UTC = re.compile(r"(?:[ _-]?(?:UTC|GMT)|Z)(?![A-Za-z+-])")
_CALLING = re.compile(r"\+\d[\d ()-]*$")  # a telephone number goes on
# Cameras of cars: `2022_0103_123456_001`.
_PAIRED = re.compile(rf"^{_YEAR}_{_MONTH}{_DAY}_(\d{{2}})(\d{{2}})(\d{{2}})(?!\d)")
_UNPADDED = re.compile(r"\d{4}([-_.])\d{1,2}\1\d{1,2}|\d{1,2}\.\d{1,2}\.\d{4}")
# Numbers with dots between are the day first wherever they are written so: `Hike, 6.5.2019`.
_DOTTED = re.compile(rf"(?<![\dvV.])(\d{{1,2}})\. ?(\d{{1,2}})\. ?{_YEAR}(?![\d.])")
_ASIAN = re.compile(
    r"((?:19|20)\d{2})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]"
    r"(?:\s*(\d{1,2})\s?[時时시点]\s?(\d{1,2})\s?[分분](?:\s?(\d{1,2})\s?[秒초])?)?"
)
_WORD = r"([^\W\d_]{3,12})\.?"
_ORDINAL = r"(?:st|nd|rd|th|\.)?"
# `3 Jan 2022`, `March 5th, 2024`, `2024-Jan-16`: only with a month's name between the numbers.
_WORDED = (
    (
        re.compile(rf"(?<!\d)(\d{{1,2}}){_ORDINAL}[-_ ]?{_WORD}[-_ ,]{{0,2}}{_YEAR}(?!\d)"),
        (3, 2, 1),
    ),
    (re.compile(rf"{_WORD}[-_ ]{{1,2}}(\d{{1,2}}){_ORDINAL}[-_ ,]{{1,2}}{_YEAR}(?!\d)"), (3, 1, 2)),
    (re.compile(rf"(?<!\d){_YEAR}[-_ ]{_WORD}[-_ ](\d{{1,2}})(?!\d)"), (1, 2, 3)),
)


def moment_in_name(path: bytes, *, note: bool = False) -> Moment | None:
    """The time, or the day, that a file's name tells; None for names without one.

    Args:
        path: of the file; only its last part counts.
        note: whether a month, a week or a year alone counts as well (`2024-03.md`, `2024-W10.md`),
            if it is the whole name.
    """
    name = os.path.basename(path).decode("utf-8", "replace").replace("\u202f", " ")
    stem = os.path.splitext(name)[0]
    moment = next(filter(None, (read(stem) for read in _READERS)), None)
    if moment is None and note:
        moment = _period(stem)
    return None if moment is None else replace(moment, source="name")


def _epoch(stem: str) -> Moment | None:
    if (found := _EPOCH_S.match(stem)) is not None:
        return instant(1000 * int(found.group(1)), "name")
    found = _EPOCH_MS.search(stem) or _WITH_EPOCH_MS.fullmatch(stem)
    return instant(int(found.group(1)), "name") if found is not None else None


def _spaced(stem: str) -> Moment | None:
    for found in _SPACED.finditer(stem):
        year, separator, month, day = found.groups()[:4]
        moment = day_of(int(year), int(month), int(day))
        before = stem[: found.start()]
        version = separator == "." and before.endswith(("v", "V"))
        if moment is None or version or _NUMBERED.search(before):
            continue
        timed = _clock(moment, found)
        if timed is not None and _SAYS_UTC.match(stem, found.end()):
            return replace(timed, utc_offset_min=0)
        return timed or moment
    return None


def _clock(day: Moment, found: re.Match[str]) -> Moment | None:
    """The time behind a day; `2024-03-05 10 20` may count anything, and is none."""
    part, hour, separator, minute, second, *glued, half = found.groups()[4:]
    if glued[0] is not None:
        hour, minute, second = glued
    elif hour is None or (second is None and separator.isspace()):
        return None
    hours = int(hour)
    if half or part:
        later = part in _AFTERNOON or half in {"p", "P"}
        hours = hours % 12 + (12 if later else 0) if hours <= 12 else hours
    return at_time(day, hours, int(minute), int(second or 0))


def _compact(stem: str) -> Moment | None:
    stem = _SPELT.sub(r"\1_\2\3\4", stem)
    for found in _COMPACT.finditer(stem):
        year, month, day, clock, zulu, *parts = found.groups()
        clock = clock or "".join(part or "" for part in parts)
        counted = not _FIRST_COMPACT_YEAR <= int(year) < _LAST_YEAR
        if counted or _CALLING.search(stem[: found.start()]):
            continue
        moment = compact(year + month + day + (clock or ""))
        if moment is not None:
            utc = zulu or (clock and _UTC.match(stem))
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


def _paired(stem: str) -> Moment | None:
    found = _PAIRED.match(stem)
    if found is None:
        return None
    year, month, day, hour, minute, second = map(int, found.groups())
    moment = day_of(year, month, day)
    return None if moment is None else at_time(moment, hour, minute, second)


def _unpadded(stem: str) -> Moment | None:
    """A day with numbers of one digit, where a file is called by nothing else."""
    moment = parse_moment(stem) if _UNPADDED.fullmatch(stem) else None
    return moment if moment is not None and moment.civil.year >= _FIRST_YEAR else None


def _dotted(stem: str) -> Moment | None:
    found = _DOTTED.search(stem)
    return day_of(int(found.group(3)), int(found.group(2)), int(found.group(1))) if found else None


def _asian(stem: str) -> Moment | None:
    found = _ASIAN.search(gregorian(stem))
    if found is None:
        return None
    year, month, day, hour, minute, second = found.groups()
    moment = day_of(int(year), int(month), int(day))
    if moment is None or hour is None:
        return moment
    return at_time(moment, int(hour), int(minute), int(second or 0)) or moment


def _worded(stem: str) -> Moment | None:
    for pattern, order in _WORDED:
        for found in pattern.finditer(stem):
            year, month, day = (found.group(at) for at in order)
            number = month_number(month)
            moment = day_of(int(year), number, int(day)) if number is not None else None
            if moment is not None:
                return moment
    return None


def _period(stem: str) -> Moment | None:
    """A month, a week or a year, when a note is called by nothing else."""
    if not re.fullmatch(r"(?:19|20)\d{2}(?:[-_.](?:0[1-9]|1[0-2])|-?W\d{2})?", stem):
        return None
    return parse_moment(stem.replace("_", "-").replace(".", "-"))


_READERS = (_epoch, _spaced, _compact, _paired, _day_first, _unpadded, _dotted, _asian, _worded)
