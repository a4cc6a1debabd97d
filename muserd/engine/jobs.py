"""Jobs: what a door hands out for work that the loop does later."""

import itertools
import threading
from collections import OrderedDict

from muserd.engine.job_results import JobResult

_KEPT = 64  # finished jobs that can still be asked for

_numbers = itertools.count(1)


class Job:
    """Work under way. Thread-safe."""

    def __init__(self, kind: str) -> None:
        self.id = f"{kind}-{next(_numbers)}"
        self._event = threading.Event()
        self._result: JobResult | None = None

    @property
    def done(self) -> bool:
        """Whether the result is there."""
        return self._event.is_set()

    @property
    def result(self) -> JobResult | None:
        """The result; None until it is done."""
        return self._result

    def finish(self, result: JobResult) -> None:
        """Hand in the result; later calls change nothing."""
        if not self.done:
            self._result = result
            self._event.set()

    def wait(self, timeout_s: float | None) -> JobResult | None:
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
