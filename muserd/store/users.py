"""Who uses the environment at the moment: it is put in another's place when nobody does."""

import contextlib
import threading
from collections.abc import Iterator

from muserd.ground.errors import BusyError

_PATIENCE_S = 20.0


class Users:
    """Counts transactions. Any thread may use, also within a use; one at a time keeps all out."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0
        self._shut = False
        self._mine = threading.local()

    @contextlib.contextmanager
    def use(self) -> Iterator[None]:
        """Use the environment inside the block; waits while it is being replaced."""
        depth = getattr(self._mine, "depth", 0)
        if depth == 0:
            with self._changed:
                self._changed.wait_for(lambda: not self._shut)
                self._count += 1
        self._mine.depth = depth + 1
        try:
            yield
        finally:
            self._mine.depth = depth
            if depth == 0:
                with self._changed:
                    self._count -= 1
                    self._changed.notify_all()

    @contextlib.contextmanager
    def nobody(self) -> Iterator[None]:
        """Keep everybody out inside the block.

        Raises:
            BusyError: this thread uses it itself, or another does for too long.
        """
        if getattr(self._mine, "depth", 0):
            raise BusyError("the store is in use by this very work", "report this")
        with self._changed:
            self._changed.wait_for(lambda: not self._shut)
            self._shut = True
            if not self._changed.wait_for(lambda: self._count == 0, _PATIENCE_S):
                self._shut = False
                self._changed.notify_all()
                raise BusyError("somebody reads the store for long", "try again in a minute")
        try:
            yield
        finally:
            with self._changed:
                self._shut = False
                self._changed.notify_all()
