"""What waits to be read in the encode worker's child, and in which order."""

import threading
from collections import deque

from muserd.workers.encode.outcomes import FileTask
from muserd.workers.encode.protocol import Asked

# Drafts that wait for the model. Two batches keep it busy; more would only cost memory (a picture
# takes about a megabyte until it is prepared).
AHEAD = 32


class Jobs:
    """Requests first, then files, then files that turned out to be slow, one of these at a time.

    Thread-safe.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._requests: deque[Asked] = deque()
        self._files: deque[tuple[int, FileTask]] = deque()
        self._slow: deque[tuple[int, FileTask]] = deque()
        self._slow_now: int | None = None  # the number of the slow file that is being read
        self._begun = 0  # files taken, and not finished or drafted
        self._drafts = 0  # waiting for the model

    def ask(self, request: Asked) -> None:
        """Queue a request: it is next."""
        with self._changed:
            self._requests.append(request)
            self._changed.notify()

    def add(self, files: list[tuple[int, FileTask]]) -> None:
        """Queue files."""
        with self._changed:
            self._files.extend(files)
            self._changed.notify_all()

    def put_back(self, n: int, task: FileTask) -> None:
        """A file that was begun is slow: it comes after all others."""
        with self._changed:
            self._begun -= 1
            self._slow.append((n, task))
            self._changed.notify_all()

    def take(self) -> tuple[Asked | tuple[int, FileTask], bool]:
        """The next job, and whether it has all its time; waits for one, and for room where drafts
        have piled up.
        """
        with self._changed:
            self._changed.wait_for(self._any)
            if self._requests:
                return self._requests.popleft(), True
            self._begun += 1
            if self._files:
                return self._files.popleft(), False
            n, task = self._slow.popleft()
            self._slow_now = n
            return (n, task), True

    def finished(self, n: int, *, drafted: bool) -> None:
        """A file was read; `drafted` when the model gets it."""
        with self._changed:
            self._begun -= 1
            self._drafts += drafted
            if self._slow_now == n:
                self._slow_now = None
                self._changed.notify_all()

    def taken(self, count: int) -> None:
        """The model begins with so many drafts."""
        with self._changed:
            self._drafts -= count
            self._changed.notify_all()

    def more_to_come(self) -> bool:
        """Whether further drafts will come soon, without anybody's doing."""
        with self._changed:
            return bool(self._files or self._begun > (self._slow_now is not None))

    def _any(self) -> bool:
        if self._requests:
            return True
        waiting = self._files or (self._slow and self._slow_now is None)
        return bool(waiting) and self._drafts + self._begun < AHEAD
