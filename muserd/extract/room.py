"""Memory for pixels, reserved before they are decoded: several readers share what the process has.

A picture waits until there is room for it; one that needs more than there is at all is decoded
alone, and meets the limit of the process if it is too large.
"""

import contextlib
import threading
from collections.abc import Iterator

BYTES_PER_PIXEL = 12  # RGBA three times over: decoded, converted, scaled


class Room:
    """So many bytes for all threads of this process. Thread-safe."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken = 0
        self._mine = threading.local()

    @contextlib.contextmanager
    def reserving(self) -> Iterator[None]:
        """Let `need` reserve in this thread, until the end of the block."""
        before = getattr(self._mine, "held", None)
        self._mine.held = 0
        try:
            yield
        finally:
            held, self._mine.held = self._mine.held, before
            with self._changed:
                self._taken -= held
                self._changed.notify_all()

    def need(self, size_bytes: int, most_bytes: int) -> None:
        """Wait for room for so much more; outside of `reserving` do nothing.

        What this thread holds already is given back meanwhile: two that wait for each other never
        would have what they need.
        """
        held = getattr(self._mine, "held", None)
        if held is None or size_bytes <= held:
            return
        with self._changed:
            self._taken -= held
            self._mine.held = 0
            self._changed.notify_all()
            self._changed.wait_for(
                lambda: self._taken == 0 or self._taken + size_bytes <= most_bytes
            )
            self._taken += size_bytes
            self._mine.held = size_bytes


PIXELS = Room()
