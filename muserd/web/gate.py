"""Limits: on what is done at once, and on how often something may happen."""

from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread
from starlette.exceptions import HTTPException

T = TypeVar("T")


class Bucket:
    """Lets `burst` things happen at once, and then `per_s` a second."""

    def __init__(self, per_s: float, burst: int) -> None:
        self._per_s = per_s
        self._burst = burst
        self._left = float(burst)
        self._at_s = 0.0

    def take(self, now_s: float) -> bool:
        """Whether one more may happen now, on the monotonic clock."""
        grown = (now_s - self._at_s) * self._per_s
        self._left, self._at_s = min(self._burst, self._left + grown), now_s
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Gate:
    """Runs blocking calls in threads, `at_once` of them; `waiting` more may queue. Then: 503."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._at_once = at_once
        self._most = at_once + waiting
        self._inside = 0
        self._limiter: anyio.CapacityLimiter | None = None

    async def run(self, call: Callable[[], T]) -> T:
        """The result of `call`. Raises HTTPException: 503, when too many wait already."""
        if self._inside >= self._most:
            raise HTTPException(503, "too many requests at once", {"retry-after": "2"})
        if self._limiter is None:  # made here: it belongs to the running loop
            self._limiter = anyio.CapacityLimiter(self._at_once)
        self._inside += 1
        try:
            return await anyio.to_thread.run_sync(call, limiter=self._limiter)
        finally:
            self._inside -= 1
