"""Dates as people and programs write them in front matter, keywords, meta tags and text chunks."""

import calendar
import datetime as dt
import re
import unicodedata

from muserd.extract.moments import Moment, instant, moment_of
from muserd.extract.month_names import MONTHS
from muserd.extract.wall_clock import compact, day_of, timed

_LONGEST = 80  # characters
_EARLIEST_SECONDS, _LATEST_SECONDS = 100_000_000, 10_000_000_000  # 1973 to 2286, as ten digits

_WRAPPED = re.compile(
    r"^(?:\[\[(?:[^\[\]|]{1,60}/)?|[\[<(\"'“‘`*@]|\$Date:\s*)+|(?:\]\]|[\]>)\"'”’`*]|\$)+$"
)
_NUMBER = re.compile(r"\d{4,16}(?:\.\d+)?")
_WEEKDAY = re.compile(
    r"^[^\W\d_]{2,14}\.?,\s*|^[^\W\d_]{2,14}\.?\s+(?=\d{1,2}[.\s-]|\d{4}[-/.]\d|[^\W\d_]+\.?\s+\d)"
)
_YMD = re.compile(r"(\d{4})([-/.:_]) ?(\d{1,2})\2 ?(\d{1,2})(?!\d)")
_DMY_DOTS = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})(?!\d)")
_UNSURE = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4})(?!\d)")
_ASIAN = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월](?:\s?(\d{1,2})\s?[日일])?")
_YEAR_MONTH = re.compile(r"(\d{4})[-/.](\d{1,2})(?![-/.\d])")
_ISO_WEEKLY = re.compile(r"(\d{4})-?W(\d{2})-?([1-7])?(?!\d)")
_ISO_ORDINAL = re.compile(r"(\d{4})-(\d{3})(?![-\d])")
# `2024–2025`, `circa 1890`, `~2024`, `2024?`: a year, more or less.
_ABOUT = re.compile(
    r"(?:circa|ca?\.|about|around|um|vers|hacia|~|≈)?\s?(\d{4})(?:\s?[-–/]\s?(?:\d{4}|\d{2}))?\s?\??",
    re.IGNORECASE,
)
_VIETNAMESE = re.compile(r"(?:ngày\s+)?(\d{1,2})\s+tháng\s+(\d{1,2}),?\s+(?:năm\s+)?(\d{4})")
_LITHUANIAN = re.compile(r"(\d{4}) m\. ([^\W\d_]+) (\d{1,2}) d\b")
_ORDINAL = r"(?:st|nd|rd|th|er|º|ª|\.)?"
_DAY_FIRST = re.compile(
    rf"(?:the\s|den\s|le\s|el\s|il\s)?"
    rf"(\d{{1,2}}){_ORDINAL}(?:\s?[-–]\s?\d{{1,2}}{_ORDINAL})?[\s/-]{{0,3}}(?:de |d’|d'|of )?"
    r"([^\W\d_][^\s\d,/-]*?)\.?,?(?:\s+(?:de|del|of)\s+|[\s,/-]{0,3})(\d{4})(?!\d)"
)
_MONTH_FIRST = re.compile(
    rf"([^\W\d_][^\s\d,/-]*?)\.?[\s-]{{1,3}}(\d{{1,2}}){_ORDINAL}"
    rf"(?:\s?[-–]\s?\d{{1,2}}{_ORDINAL})?,?[\s-]{{1,3}}(\d{{4}})(?!\d)"
)
_YEAR_FIRST = re.compile(
    rf"(\d{{4}})\.?[\s,-]{{1,3}}([^\W\d_][^\s\d,/]*?)\.?[\s-]{{1,3}}(\d{{1,2}}){_ORDINAL}(?!\d)"
)
_CTIME = re.compile(
    r"([^\W\d_]{3,})\s+(\d{1,2})\s+(\d{1,2}:\d{2}(?::\d{2})?)\s+(?:([A-Z]{3,5}|[+-]\d{4})\s+)?(\d{4})$"
)
_BEFORE_ERA = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "民國": 1911, "民国": 1911}
_ERA = re.compile(f"({'|'.join(_BEFORE_ERA)})\\s?(元|\\d{{1,3}})\\s?年")
_MONTH_YEAR = re.compile(r"([^\W\d_][^\s\d,/-]*?)\.?,?(?:\s+(?:de|del|of)\s+|[\s,-]{1,3})(\d{4})$")


def parse_moment(value: object) -> Moment | None:
    """The moment, day, month or year that a value names; None where it is none or ambiguous.

    Taken are ISO 8601 in all its shapes, the dates of EXIF, mail and C, Org's and wiki links'
    brackets, Unix seconds and milliseconds, dates in words in the languages of `month_names`, and
    ranges, of which the first day counts. `03/05/2024` is taken by nobody: it is two days.
    """
    match value:
        case dt.datetime():
            return moment_of(value)
        case dt.date():
            return day_of(value.year, value.month, value.day)
        case str():
            return _parsed(value)
        case int() if not isinstance(value, bool):
            return _parsed(str(value))
        case float():
            return _parsed(f"{value:.3f}".rstrip("0").rstrip("."))
        case _:
            return None


def gregorian(text: str) -> str:
    """A text with the years of Japanese eras and of the Republic of China as those of Gregory."""
    return _ERA.sub(_year_of_era, text)


def _year_of_era(found: re.Match[str]) -> str:
    number = 1 if found.group(2) == "元" else int(found.group(2))
    return f"{_BEFORE_ERA[found.group(1)] + number}年"


def _parsed(value: str) -> Moment | None:
    text = unicodedata.normalize("NFKC", value.strip()).replace("\u2212", "-")
    text = _WRAPPED.sub("", text).strip()
    if "年" in text:
        text = gregorian(text)
    if not 4 <= len(text) <= 4 * _LONGEST:
        return None
    text = text[:_LONGEST]
    if _NUMBER.fullmatch(text):
        return _number(text)
    return _numeric(text) or _in_words(text) or _about(text)


def _number(text: str) -> Moment | None:
    """Unix time, a compact date, or a year, told apart by the number of digits."""
    digits = text.split(".", maxsplit=1)[0]
    if len(digits) == 4:
        return day_of(int(digits), 1, 1, "year") if "." not in text else _year_month(text)
    if len(digits) in {8, 12, 14} and "." not in text:
        return compact(digits)
    for length, unit in ((10, 1), (9, 1), (13, 1000), (16, 1_000_000)):
        if len(digits) == length and _EARLIEST_SECONDS <= int(digits) // unit < _LATEST_SECONDS:
            return instant(int(float(text) * 1000 / unit), "front-matter")
    return None


def _year_month(text: str) -> Moment | None:
    found = _YEAR_MONTH.fullmatch(text)
    return day_of(int(found.group(1)), int(found.group(2)), 1, "month") if found else None


def _numeric(text: str) -> Moment | None:
    bare = _WEEKDAY.sub("", text)
    for pattern, order in (
        (_YMD, (1, 3, 4)),
        (_DMY_DOTS, (3, 2, 1)),
        (_ASIAN, (1, 2, 3)),
    ):
        found = pattern.match(bare)
        if found is not None:
            parts = [found.group(at) for at in order]
            if parts[2] is None:
                return day_of(int(parts[0]), int(parts[1]), 1, "month")
            year, month, day = map(int, parts)
            return timed(day_of(year, month, day), bare[found.end() :])
    found = _UNSURE.match(bare)
    if found is not None:
        return timed(_sure(found), bare[found.end() :])
    if re.match(r"\d{8}[T ]\d{4}", bare):
        return timed(compact(bare[:8]), bare[8:])
    return _iso(bare)


def _iso(bare: str) -> Moment | None:
    """A week, a day of the year, or a month of ISO 8601."""
    found = _ISO_WEEKLY.match(bare)
    if found is not None:
        return _week(int(found.group(1)), int(found.group(2)), int(found.group(3) or 1))
    found = _ISO_ORDINAL.match(bare)
    if found is not None:
        return _ordinal(int(found.group(1)), int(found.group(2)))
    return _year_month(bare.partition(" ")[0])


def _sure(found: re.Match[str]) -> Moment | None:
    """The day of `31/12/2024` or `12/31/2024`; None for `03/05/2024`, which may be two days."""
    first, second, year = int(found.group(1)), int(found.group(3)), int(found.group(4))
    if first > 12 or first == second:
        return day_of(year, second, first)
    return day_of(year, first, second) if second > 12 else None


def _week(year: int, week: int, weekday: int) -> Moment | None:
    try:
        day = dt.date.fromisocalendar(year, week, weekday)
    except ValueError:
        return None
    return day_of(day.year, day.month, day.day)


def _ordinal(year: int, number: int) -> Moment | None:
    """The day with a number in its year, from 1 (ISO 8601, 5.2.2)."""
    if not 1 <= number <= 365 + calendar.isleap(year):
        return None
    day = dt.date(year, 1, 1) + dt.timedelta(days=number - 1)
    return day_of(day.year, day.month, day.day)


def _about(text: str) -> Moment | None:
    found = _ABOUT.fullmatch(text)
    return day_of(int(found.group(1)), 1, 1, "year") if found is not None else None


def _in_words(text: str) -> Moment | None:
    text = text.casefold()
    for candidate in (text, _WEEKDAY.sub("", text)):
        for read in (_ctime, _worded_day, _numbered_month, _worded_month):
            moment = read(candidate)
            if moment is not None:
                return moment
    return None


def _worded_day(text: str) -> Moment | None:
    for pattern, order in (
        (_DAY_FIRST, (3, 2, 1)),
        (_MONTH_FIRST, (3, 1, 2)),
        (_YEAR_FIRST, (1, 2, 3)),
    ):
        found = pattern.match(text)
        if found is None:
            continue
        year, month, day = (found.group(at) for at in order)
        if (number := month_number(month)) is not None:
            return timed(day_of(int(year), number, int(day)), text[found.end() :])
    return None


def _numbered_month(text: str) -> Moment | None:
    """Languages that have words round the numbers: `ngày 5 tháng 3 năm 2024`."""
    found = _VIETNAMESE.match(text)
    if found is not None:
        day, month, year = map(int, found.groups())
        return timed(day_of(year, month, day), text[found.end() :])
    found = _LITHUANIAN.match(text)
    if found is None or (number := month_number(found.group(2))) is None:
        return None
    return day_of(int(found.group(1)), number, int(found.group(3)))


def _ctime(text: str) -> Moment | None:
    """`Mar  5 10:00:00 2024`, with a zone before the year or not."""
    found = _CTIME.match(text) or _CTIME.match(text.upper())
    if found is None or (month := month_number(found.group(1).casefold())) is None:
        return None
    zone = found.group(4) or ""
    zone = zone if zone[:1] in {"+", "-"} or zone.upper() in {"UTC", "GMT"} else ""
    day = day_of(int(found.group(5)), month, int(found.group(2)))
    return timed(day, f" {found.group(3)} {zone.upper()}")


def _worded_month(text: str) -> Moment | None:
    found = _MONTH_YEAR.match(text)
    month = month_number(found.group(1)) if found is not None else None
    if found is None or month is None:
        return None
    return day_of(int(found.group(2)), month, 1, "month")


def month_number(word: str) -> int | None:
    """1 to 12 for a month's name or abbreviation in any of the languages known."""
    return MONTHS.get(word.casefold().rstrip("."))
