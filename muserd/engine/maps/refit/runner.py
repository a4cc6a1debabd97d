"""Runs fits beside the loop, one at a time, and posts what became of each."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from muserd.engine import background
from muserd.engine.maps.refit.job import FitJob, Made
from muserd.ground.errors import MuserError
from muserd.store.environment import Store
from muserd.workers.layout.host import LayoutWorker


@dataclass(frozen=True, slots=True)
class FitDone:
    """Message: a fit was made, or failed."""

    job: FitJob
    outcome: Made | MuserError


class FitRunner:
    """Starts jobs; each ends in exactly one `FitDone`.

    Args:
        worker: does the fits.
        store: is read for the texts of the items.
        work: holds the folders of the jobs.
        post: hands the outcome to the loop.
    """

    def __init__(
        self, worker: LayoutWorker, store: Store, work: Path, post: Callable[[FitDone], None]
    ) -> None:
        self._worker = worker
        self._store = store
        self._work = work
        self._post = post

    def start(self, job: FitJob) -> None:
        """Do a job on a thread of its own."""
        background.start(
            "muserd-fit",
            lambda: job.run(self._worker, self._store, self._work),
            lambda outcome: self._post(FitDone(job, outcome)),
        )

    def cancel(self) -> None:
        """Give up the job under way, and the worker that waits for another."""
        self._worker.cancel()
