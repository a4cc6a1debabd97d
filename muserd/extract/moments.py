"""Points in time as cameras and writers note them down."""

import datetime as dt
import email.utils
import re
from dataclasses import dataclass

_FIRST_YEAR, _LAST_YEAR = 1000, 2200  # what lies outside is a mistake, not a date
_WRITTEN = ("%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_ORG = re.compile(r"[<\[](\d{4}-\d{2}-\d{2})[^\d>\]]*(\d{1,2}:\d{2})?[^>\]]*[>\]]")


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time.

    Attributes:
        time_ms: Unix milliseconds; may be negative.
        utc_offset_min: minutes east of Greenwich, where the source says so; else the time was
            taken as local time of this machine.
    """

    time_ms: int
    utc_offset_min: int | None


def moment_of(value: dt.datetime) -> Moment | None:
    """The moment of a date with a time; None when it cannot be right."""
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        return None
    offset = value.utcoffset()
    try:
        aware = value if offset is not None else value.astimezone()
        time_ms = (aware - _EPOCH) // dt.timedelta(milliseconds=1)
    except (OverflowError, OSError, ValueError):
        return None
    return Moment(time_ms, None if offset is None else round(offset.total_seconds() / 60))


def parse_moment(value: object) -> Moment | None:
    """The moment that front matter, a keyword or a meta tag gives, in the usual notations."""
    if isinstance(value, dt.datetime):
        return moment_of(value)
    if isinstance(value, dt.date):
        return moment_of(dt.datetime.combine(value, dt.time()))
    if not isinstance(value, str) or not 4 <= len(value := value.strip()) <= 64:
        return None
    found = _ORG.fullmatch(value)
    if found is not None:
        value = " ".join(part for part in found.groups() if part)
    for read in (_iso, _mail, _written):
        moment = read(value)
        if moment is not None:
            return moment
    return None


def _iso(value: str) -> Moment | None:
    try:
        return moment_of(dt.datetime.fromisoformat(value))
    except ValueError:
        return None


def _mail(value: str) -> Moment | None:
    try:
        return moment_of(email.utils.parsedate_to_datetime(value))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _written(value: str) -> Moment | None:
    for form in _WRITTEN:
        try:
            return moment_of(dt.datetime.strptime(value, form))  # noqa: DTZ007 - local by intent
        except ValueError:
            continue
    return None
