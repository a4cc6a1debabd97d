"""A thread that sleeps until there is something to do, and can be told to end."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class WorkThread:
    """Does `work` whenever something is due, until it is stopped.

    Args:
        name: of the thread.
        due: whether there is something to do; called with the lock held.
        work: does it, without the lock, and raises nothing.
    """

    def __init__(self, name: str, due: Callable[[], bool], work: Callable[[], None]) -> None:
        self._changed = threading.Condition()
        self._due = due
        self._work = work
        self._idle = False
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """End after the work under way; waits for it so long."""
        with self.changing():
            self._stopping = True
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    @property
    def stopping(self) -> bool:
        """Whether it was told to end."""
        return self._stopping

    @property
    def idle(self) -> bool:
        """Whether it waits for something to do."""
        return self._idle

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the lock to change what `due` looks at; whoever waits looks again afterwards."""
        with self._changed:
            yield
            self._changed.notify_all()

    def wait_for(self, state: Callable[[], bool], timeout_s: float) -> bool:
        """Wait, on any other thread, until `state` is true; whether it is."""
        with self._changed:
            return self._changed.wait_for(state, timeout_s)

    def rest(self, seconds: float) -> bool:
        """Sleep, for `work`; False as soon as it is told to end."""
        with self._changed:
            return not self._changed.wait_for(lambda: self._stopping, seconds)

    def _run(self) -> None:
        while self._next():
            self._work()

    def _next(self) -> bool:
        """Wait until something is due; False when it is told to end."""
        with self.changing():
            self._idle = True
        with self.changing():
            self._changed.wait_for(lambda: self._stopping or self._due())
            self._idle = False
            return not self._stopping
