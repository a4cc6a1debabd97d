"""How long a note may be read: a time that follows its size, counted in the reader's own work.

Readers ask `check` wherever they go on to the next piece. What takes longer than its size explains
was made to, or is no text that people wrote: it is read as plain text instead, or, of a document,
what its reader has until then (`keep`).
"""

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muserd.extract.blocks import Block

_BASE_S = 1.0
_PER_BYTE_S = 2e-6
_EVERY = 16  # calls of `check` for one look at the clock, which is a call of the system
_local = threading.local()


class OverBudgetError(Exception):
    """A content takes longer than its size allows."""


def allowance_s(size_bytes: int) -> float:
    """The time that reading a note of this size may take, in seconds of processor time."""
    return _BASE_S + _PER_BYTE_S * size_bytes


class Budget:
    """A thread's.

    Attributes:
        kept: what the reader of a document had made when its time was over.
    """

    def __init__(self, seconds: float, *, grows: bool) -> None:
        self.kept: list[Block] = []
        self._until_s = time.thread_time() + seconds
        self._grows = grows
        self._calls = 0

    def unpacked(self, size_bytes: int) -> None:
        """More is there to be read than the size of the file told."""
        if self._grows:
            self._until_s += _PER_BYTE_S * size_bytes

    def check(self) -> None:
        """Raise OverBudgetError when it is used up."""
        self._calls += 1
        if self._calls % _EVERY == 0 and time.thread_time() > self._until_s:
            raise OverBudgetError


@contextlib.contextmanager
def budget(seconds: float, *, grows: bool = False) -> Iterator[Budget]:
    """Let `check` raise in this thread when the block has worked for so long.

    Args:
        seconds: of processor time.
        grows: with what is unpacked, see `unpacked`.
    """
    before, _local.budget = _mine(), Budget(seconds, grows=grows)
    try:
        yield _local.budget
    finally:
        _local.budget = before


def check() -> None:
    """Raise OverBudgetError when this thread's budget is used up; without a budget, never."""
    if (mine := _mine()) is not None:
        mine.check()


def unpacked(size_bytes: int) -> None:
    """So many bytes were unpacked from the content: they explain some more time."""
    if (mine := _mine()) is not None:
        mine.unpacked(size_bytes)


def keep(blocks: "list[Block]") -> None:
    """What is gathered in this list will do, if there is no time for more."""
    if (mine := _mine()) is not None:
        mine.kept = blocks


def _mine() -> Budget | None:
    return getattr(_local, "budget", None)
