"""What other threads hand to the loop's thread: frozen, named messages."""

from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Command:
    """A door asks for something to be done on the loop's thread.

    Attributes:
        run: does it; what it answers, it answers by a job.
    """

    run: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Wake:
    """Nothing but that a round should be made: some state that it reports is another one."""


class Mailbox(Generic[M]):
    """Thread-safe to post to; one thread takes."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[M | Command | Wake] = SimpleQueue()

    def post(self, message: M | Command | Wake) -> None:
        """Hand a message to the loop."""
        self._queue.put(message)

    def call(self, work: Callable[[], None]) -> None:
        """Have `work` done on the loop's thread, soon."""
        self._queue.put(Command(work))

    def take(self, timeout_s: float) -> list[M | Command | Wake]:
        """All that was posted, in order; waits up to `timeout_s` for the first message."""
        messages = []
        try:
            messages.append(self._queue.get(timeout=max(timeout_s, 0.0)))
            while True:
                messages.append(self._queue.get_nowait())
        except Empty:
            return messages
