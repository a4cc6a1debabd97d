"""Work that other threads hand to the indexer's thread."""

from collections.abc import Callable
from queue import Empty, SimpleQueue

Work = Callable[[], None]


class Inbox:
    """Thread-safe to post to; one thread takes."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Work] = SimpleQueue()

    def post(self, work: Work) -> None:
        """Have `work` done on the indexer's thread, soon."""
        self._queue.put(work)

    def take(self, timeout_s: float) -> None:
        """Do what was posted; wait up to `timeout_s` for the first of it."""
        try:
            self._queue.get(timeout=timeout_s)()
            while True:
                self._queue.get_nowait()()
        except Empty:
            return
