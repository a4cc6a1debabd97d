"""How an import comes along: files, rate, and the time that is left."""

import time
from collections import deque
from collections.abc import Callable

from muserd.bulk.request import Made

_WINDOW = 64  # shards over which the rate is taken


class Progress:
    """Counts shards as they come.

    Args:
        files: of the whole plan.
        tell: is given a line for people.
        monotonic_s: the time.
    """

    def __init__(
        self,
        files: int,
        tell: Callable[[str], None],
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._files = files
        self._tell = tell
        self._monotonic_s = monotonic_s
        # When shards came, and the files of each; the first tells of the start of the workers.
        self._recent: deque[tuple[float, int]] = deque(maxlen=_WINDOW)
        self._done = self._failed = self._again = 0

    def add(self, made: Made) -> None:
        """A shard is whole."""
        entry = made.entry
        self._done += entry.files
        self._failed += entry.failed
        self._again += entry.again
        if not made.found:
            self._recent.append((self._monotonic_s(), entry.files))
        self._tell(self.line())

    def line(self) -> str:
        """For people."""
        words = [f"{self._done:,} of {self._files:,} files"]
        rate = self.rate_per_s()
        if rate > 0:
            words.append(f"{rate:,.0f} a second" if rate >= 10 else f"{rate:.1f} a second")
            words.append(f"{_duration((self._files - self._done) / rate)} left")
        if self._failed:
            words.append(f"{self._failed:,} failed")
        if self._again:
            words.append(f"{self._again:,} to be read again")
        return ", ".join(words)

    def rate_per_s(self) -> float:
        """Files a second, over the last shards; 0 before the second."""
        recent = list(self._recent)
        if not recent:
            return 0.0
        seconds = recent[-1][0] - recent[0][0]
        return sum(files for _, files in recent[1:]) / seconds if seconds > 0 else 0.0


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
