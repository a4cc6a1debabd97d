"""How long a note may be read: a time that follows its size, counted in the reader's own work.

Readers ask `check` wherever they go on to the next piece. What takes longer than its size explains
was made to, or is no text that people wrote: it is read as plain text instead.
"""

import contextlib
import threading
import time
from collections.abc import Iterator

_BASE_S = 1.0
_PER_BYTE_S = 2e-6
_EVERY = 16  # calls of `check` for one look at the clock, which is a call of the system
_local = threading.local()


class OverBudgetError(Exception):
    """A content takes longer than its size allows."""


def allowance_s(size_bytes: int) -> float:
    """The time that reading a note of this size may take, in seconds of processor time."""
    return _BASE_S + _PER_BYTE_S * size_bytes


@contextlib.contextmanager
def budget(seconds: float) -> Iterator[None]:
    """Let `check` raise in this thread when the block has worked for so long."""
    before = getattr(_local, "until_s", None)
    _local.until_s, _local.calls = time.thread_time() + seconds, 0
    try:
        yield
    finally:
        _local.until_s = before


def check() -> None:
    """Raise OverBudgetError when this thread's budget is used up; without a budget, never."""
    until_s = getattr(_local, "until_s", None)
    if until_s is None:
        return
    _local.calls += 1
    if _local.calls % _EVERY == 0 and time.thread_time() > until_s:
        raise OverBudgetError
