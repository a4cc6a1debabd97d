"""Days of the calendar, times of the day by the wall clock, and offsets from UTC, as written."""

import datetime as dt
import re
from collections.abc import Callable

from muserd.extract.moments import Moment, moment_of
from muserd.ground.facts import TimePrecision

_TIME = re.compile(
    r"^\.?(?:\s*[T,;|@–—-]?\s*(?:(上午|下午|오전|오후|午前|午後)\s*|\(?[^\W\d_]{1,4}[.)]{0,2}\s+)?)"
    r"(\d{1,2})[:.hH](\d{2})"
    r"(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*(?:([AaPp])\.?\s?[Mm]\.?(?!\w))?"
    r"\s*(?:\(?(Z|UTC|GMT)\b)?\s*([+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_AFTERNOON = {"下午", "오후", "午後"}
# An appointment's end, as Org writes it, is no offset: `Tue 10:00-11:00`.
_UNTIL = re.compile(
    r"^(\s+(?:[^\W\d_]{1,4}\.?\s+)?(\d{1,2}:\d{2}))\s?[-–]\s?(\d{1,2}:\d{2})(?![:\d])"
)
_HOUR = re.compile(r"^\s*[,]?\s*(?:at\s+)?(\d{1,2})\s*([AaPp])\.?\s?[Mm]\.?(?!\w)")
_COMPACT_TIME = re.compile(r"^[T ]?(\d{2})(\d{2})(\d{2})?(?:[.,]\d+)?(Z|[+-]\d{2}:?\d{2})?(?!\d)")


def compact(digits: str) -> Moment | None:
    """`YYYYMMDD`, with `HHMM`, `HHMMSS` or `HHMMSSmmm` behind it or not."""
    day = day_of(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    if day is None or len(digits) == 8:
        return day
    clock = digits[8:].ljust(6, "0")
    thousandths = int(clock[6:9].ljust(3, "0")) if len(clock) > 6 else 0
    hour, minute, second = int(clock[:2]), int(clock[2:4]), int(clock[4:6])
    return at_time(day, hour, minute, second, thousandths)


def at_time(
    day: Moment, hour: int, minute: int, second: int = 0, thousandths: int = 0
) -> Moment | None:
    """A time of a day by its wall clock; None when no clock shows it. A leap second is 59."""
    if hour > 23 or minute > 59 or second > 60:
        return None
    ms = ((hour * 60 + minute) * 60 + min(second, 59)) * 1000 + thousandths
    return Moment(day.time_ms + ms, None, "time", day.source)


def day_of(year: int, month: int, day: int, precision: TimePrecision = "day") -> Moment | None:
    """A day of the calendar, or the month or year that it begins; None: no such day."""
    try:
        return moment_of(dt.datetime(year, month, day), precision)  # noqa: DTZ001 - no zone is known
    except ValueError:
        return None


def timed(day: Moment | None, rest: str) -> Moment | None:
    """The day with the time of day that follows it, if one does."""
    if day is None:
        return None
    until = _UNTIL.match(rest)
    if until is not None and until.group(3).zfill(5) > until.group(2).zfill(5):
        rest = until.group(1)
    for pattern, read in _CLOCKS:
        found = pattern.match(rest)
        if found is not None:
            return read(day, found) or day
    return day


def _clock(day: Moment, found: re.Match[str]) -> Moment | None:
    part, hour, minute, second, fraction, half, utc, offset = found.groups()
    if part:
        half = "p" if part in _AFTERNOON else "a"
    hours = _ofday_of(int(hour), half)
    thousandths = int((fraction or "0")[:3].ljust(3, "0"))
    moment = at_time(day, hours, int(minute), int(second or 0), thousandths)
    return _offset(moment, "Z" if utc and not offset else offset)


def _hour(day: Moment, found: re.Match[str]) -> Moment | None:
    return at_time(day, _ofday_of(int(found.group(1)), found.group(2)), 0)


def _compact_clock(day: Moment, found: re.Match[str]) -> Moment | None:
    hour, minute, second, offset = found.groups()
    return _offset(at_time(day, int(hour), int(minute), int(second or 0)), offset)


def _ofday_of(hour: int, half: str | None) -> int:
    """An hour of 0 to 23 from one of 1 to 12 and `a` or `p`; 99 where the two do not agree."""
    if half is None:
        return hour
    if hour > 12:
        return hour if half in "pP" else 99
    return hour % 12 + (12 if half in "pP" else 0)


def _offset(moment: Moment | None, text: str | None) -> Moment | None:
    if moment is None or not text:
        return moment
    minutes = offset_minutes(text)
    if minutes is None:
        return moment
    return Moment(moment.time_ms - 60_000 * minutes, minutes, "time", moment.source)


def offset_minutes(text: str) -> int | None:
    """Minutes east of Greenwich of `Z`, `+02:00`, `+0200`, `+2`; None for anything else."""
    if text in {"Z", "z"}:
        return 0
    found = re.fullmatch(r"([+-])(\d{1,2})(?::?(\d{2}))?", text)
    if found is None or int(found.group(2)) > 14 or int(found.group(3) or 0) > 59:
        return None
    minutes = 60 * int(found.group(2)) + int(found.group(3) or 0)
    return -minutes if found.group(1) == "-" else minutes


_CLOCKS: tuple[tuple[re.Pattern[str], Callable[[Moment, re.Match[str]], Moment | None]], ...] = (
    (_TIME, _clock),
    (_HOUR, _hour),
    (_COMPACT_TIME, _compact_clock),
)
