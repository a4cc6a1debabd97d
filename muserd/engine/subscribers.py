"""Who is told of events: every open page."""

import threading
from collections.abc import Callable

from muserd.ground.events import Event

Deliver = Callable[[Event], None]


class Subscribers:
    """Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: tuple[Deliver, ...] = ()

    def __bool__(self) -> bool:
        """Whether anybody listens."""
        return bool(self._all)

    def add(self, deliver: Deliver) -> Callable[[], None]:
        """Have every event delivered, on the loop's thread; returns how to end it."""
        with self._lock:
            self._all = (*self._all, deliver)

        def remove() -> None:
            with self._lock:
                self._all = tuple(one for one in self._all if one is not deliver)

        return remove

    def tell(self, event: Event) -> None:
        """Deliver an event to all."""
        for deliver in self._all:
            deliver(event)
