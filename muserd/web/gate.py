"""A limit on what is done at once: so many work, a few wait, the rest hear 503 at once."""

from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread
from starlette.exceptions import HTTPException

T = TypeVar("T")


class Gate:
    """Runs blocking calls in threads, `at_once` of them; `waiting` more may queue."""

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
