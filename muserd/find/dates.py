"""Spans of time as people write them in a query."""

import re
from datetime import UTC, date, datetime, timedelta

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?\Z")
_RANGE = re.compile(r"(.*?)\.\.(.*)\Z")
_FIRST_MS, _LAST_MS = -(2**62), 2**62


def span_of(text: str) -> tuple[int, int] | None:
    """The span [first, last) in Unix milliseconds of `2021`, `2021-03`, `2021-03-05`, or `a..b`.

    Either end of a range may be missing. None when it is no date.
    """
    parts = _RANGE.match(text.strip())
    if parts is None:
        return _one(text.strip())
    low = _one(parts[1]) if parts[1] else (_FIRST_MS, 0)
    high = _one(parts[2]) if parts[2] else (0, _LAST_MS)
    if low is None or high is None or not (parts[1] or parts[2]):
        return None
    first, last = low[0], high[1]
    return (first, last) if first < last else (high[0], low[1])


def _one(text: str) -> tuple[int, int] | None:
    found = _DATE.match(text)
    if found is None:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        first = date(year, month or 1, day or 1)
        if day:
            last = first + timedelta(days=1)
        elif month:
            last = (first + timedelta(days=31)).replace(day=1)
        else:
            last = date(year + 1, 1, 1)
    except (ValueError, OverflowError):
        return None
    return _ms(first), _ms(last)


def _ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
