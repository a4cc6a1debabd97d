"""Jobs: what a door hands out for work that the loop does later."""

import itertools
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

_KEPT = 64  # finished jobs that can still be asked for

_numbers = itertools.count(1)


def refusal(code: str, message: str, hint: str) -> dict[str, Any]:
    """The result of work that was not done."""
    return {"error": {"code": code, "message": message, "hint": hint}}


class Job:
    """Work under way. Thread-safe."""

    def __init__(self, kind: str) -> None:
        self.id = f"{kind}-{next(_numbers)}"
        self._event = threading.Event()
        self._result: Mapping[str, object] = {}

    @property
    def done(self) -> bool:
        """Whether the result is there."""
        return self._event.is_set()

    @property
    def result(self) -> dict[str, object]:
        """The result; empty until done. A failure has the key `error`."""
        return dict(self._result)

    def finish(self, result: Mapping[str, object]) -> None:
        """Hand in the result; later calls change nothing."""
        if not self.done:
            self._result = result
            self._event.set()

    def wait(self, timeout_s: float | None) -> dict[str, object] | None:
        """The result, or None when it is not there after `timeout_s` seconds; None: for ever."""
        return self.result if self._event.wait(timeout_s) else None


class Jobs:
    """The jobs that doors can ask for again. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: OrderedDict[str, Job] = OrderedDict()

    def new(self, kind: str) -> Job:
        """A job that can be found by its id until 64 later ones were made."""
        job = Job(kind)
        with self._lock:
            self._jobs[job.id] = job
            while len(self._jobs) > _KEPT:
                self._jobs.popitem(last=False)
        return job

    def find(self, number: str) -> Job | None:
        """The job of an id, if it is still known."""
        with self._lock:
            return self._jobs.get(number)
