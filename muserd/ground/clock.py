"""Time as a dependency: the daemon gets a clock, the tests get one they can move."""

import time
from typing import Protocol


class Clock(Protocol):
    """Where every module takes its time from."""

    def now_ms(self) -> int:
        """Unix time in milliseconds: for records that people read, never for intervals."""
        ...

    def monotonic_s(self) -> float:
        """Seconds on a clock that never jumps: for intervals and deadlines."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now_ms(self) -> int:
        """Unix time in milliseconds."""
        return time.time_ns() // 1_000_000

    def monotonic_s(self) -> float:
        """Seconds since an arbitrary start, unaffected by clock changes."""
        return time.monotonic()


class ManualClock:
    """A clock that stands still until it is moved. For tests."""

    def __init__(self, now_ms: int = 1_700_000_000_000, monotonic_s: float = 1_000.0) -> None:
        self._now_ms = now_ms
        self._monotonic_s = monotonic_s

    def now_ms(self) -> int:
        """The Unix time it was set to, in milliseconds."""
        return self._now_ms

    def monotonic_s(self) -> float:
        """The seconds it was moved to."""
        return self._monotonic_s

    def advance(self, seconds: float) -> None:
        """Move both clocks forward."""
        self._now_ms += round(seconds * 1000)
        self._monotonic_s += seconds

    def jump(self, milliseconds: int) -> None:
        """Move only the wall clock, as NTP or a user does."""
        self._now_ms += milliseconds
