"""Points in time as cameras, programs and writers note them down, and how far to believe them.

A time that was written down without an offset is the wall clock's: it is kept as it was read, and
no time zone is applied to it, neither that of this machine nor that of a viewer.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from muserd.ground.facts import TimePrecision, TimeSource

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MS = dt.timedelta(milliseconds=1)
_FIRST_YEAR = 1000  # what lies before it is a mistake, not a date
_FIRST_FILE_YEAR = 1900  # scans of old prints are dated back by hand; nothing is older
_MS_PER_DAY = 86_400_000
_LONGEST_OFFSET_MIN = 18 * 60
# Days on which clocks start that nobody set: UNIX, DOS and ZIP, QuickTime, Windows, spreadsheets.
_ZERO_DAYS = {(1970, 1, 1), (1980, 1, 1), (1904, 1, 1), (1601, 1, 1), (1899, 12, 30), (1900, 1, 1)}
# What an hour's difference of zones makes of the first two of them.
_ZERO_EVES = {(1969, 12, 31), (1979, 12, 31)}
_FIXED = {
    dt.datetime(1985, 10, 26, 8, 15, tzinfo=dt.UTC)
}  # npm gives this time to every file that it packs


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, or a day, month or year.

    Attributes:
        time_ms: Unix milliseconds; may be negative. Where the offset is not known, the wall clock's
            time read as if it were UTC.
        utc_offset_min: minutes east of Greenwich where the source says so; None for a wall clock.
        precision: the smallest unit that the source gives. `time_ms` is the start of it.
        source: where it was read.
        doubtful: whether it looks like the time of a clock that was never set.
    """

    time_ms: int
    utc_offset_min: int | None = None
    precision: TimePrecision = "time"
    source: TimeSource = "front-matter"
    doubtful: bool = False

    @property
    def civil_ms(self) -> int:
        """What calendar and clock showed where it happened, read as if it were UTC."""
        return self.time_ms + 60_000 * (self.utc_offset_min or 0)

    @property
    def civil(self) -> dt.datetime:
        """`civil_ms` as a date with a time, which is said to be UTC and is the wall clock's."""
        return _EPOCH + self.civil_ms * _MS


def moment_of(value: dt.datetime, precision: TimePrecision = "time") -> Moment | None:
    """The moment of a date with a time; None when it cannot be right."""
    offset = value.utcoffset()
    if value.year < _FIRST_YEAR:
        return None
    try:
        aware = value if offset is not None else value.replace(tzinfo=dt.UTC)
        time_ms = (aware - _EPOCH) // _MS
    except OverflowError:
        return None
    minutes = None if offset is None else round(offset.total_seconds() / 60)
    if minutes is not None and abs(minutes) > _LONGEST_OFFSET_MIN:
        return None
    return Moment(time_ms, minutes, precision)


def instant(time_ms: int, source: TimeSource = "mtime") -> Moment | None:
    """A point in time that a machine counted; its clock is that of this machine's zone."""
    try:
        return moment_of((_EPOCH + time_ms * _MS).astimezone()) and Moment(
            time_ms, _local_offset_min(time_ms), source=source
        )
    except (OverflowError, OSError, ValueError):
        return None


def _local_offset_min(time_ms: int) -> int:
    offset = (_EPOCH + time_ms * _MS).astimezone().utcoffset()
    return round(offset.total_seconds() / 60) if offset is not None else 0


def from_source(moment: Moment | None, source: TimeSource) -> Moment | None:
    """The same moment, read from `source`."""
    return None if moment is None else replace(moment, source=source)


def file_moment(mtime_ns: int, ctime_ns: int, now_ms: int) -> Moment:
    """When a file was changed last; never in the future.

    A time that cannot be is replaced by that of the last change of the file's metadata, which
    nobody can set, and is doubtful.
    """
    moment = instant(mtime_ns // 1_000_000)
    if moment is None or is_future(moment, now_ms):
        safe_ms = min(ctime_ns // 1_000_000, now_ms)
        moment = instant(safe_ms) or Moment(now_ms, 0, source="mtime")
        return replace(moment, doubtful=True)
    before_computers = moment.civil.year < _FIRST_FILE_YEAR
    return replace(moment, doubtful=before_computers or is_factory_date(moment))


def is_future(moment: Moment, now_ms: int) -> bool:
    """Whether it lies after tomorrow, wherever on Earth today is."""
    return moment.civil_ms >= (now_ms // _MS_PER_DAY + 2) * _MS_PER_DAY


def is_factory_date(moment: Moment) -> bool:
    """Whether a clock that was never set, or a program that had no date, would show this."""
    at = moment.civil
    day = (at.year, at.month, at.day)
    if moment.precision in {"month", "year"}:
        return at.year == 1970
    if day in _ZERO_DAYS or _EPOCH + moment.time_ms * _MS in _FIXED:
        return True
    if moment.precision != "time":
        return False
    if moment.utc_offset_min is not None and day in _ZERO_EVES:
        return True
    midnight = (at.hour, at.minute, at.second, at.microsecond) == (0, 0, 0, 0)
    return midnight and (at.month, at.day) == (1, 1)


def best_moment(candidates: Iterable[Moment | None], now_ms: int) -> Moment | None:
    """The first candidate that can be believed, else the first that is only doubtful.

    Args:
        candidates: the likeliest first. One that lies after tomorrow is none.
        now_ms: Unix milliseconds.
    """
    doubtful: Moment | None = None
    for moment in candidates:
        if moment is None or is_future(moment, now_ms):
            continue
        if not is_factory_date(moment):
            return moment
        doubtful = doubtful or replace(moment, doubtful=True)
    return doubtful
