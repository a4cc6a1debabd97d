"""The encode worker as muserd sees it: files in, outcomes out.

One thread owns the child, see `supervisor`; everybody else only posts to it. The child is started
when there is work and leaves after an idle time.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, SimpleQueue

from muserd.ground.clock import Clock
from muserd.ground.errors import WorkerError
from muserd.ground.records import ContentHash, Kind, Space
from muserd.workers.encode.mail import Hooks, Mail, Restart, Warm
from muserd.workers.encode.outcomes import FileTask, Interrupted, Outcome
from muserd.workers.encode.questions import Questions
from muserd.workers.encode.records import EncodeSettings, Metrics, QueryAnswer, WorkerState
from muserd.workers.encode.supervisor import Supervisor

__all__ = ["EncodeSettings", "EncodeWorker", "FileTask", "QueryAnswer", "WorkerState"]

log = logging.getLogger(__name__)

CHILD = "muserd.workers.encode.child.main"


class EncodeWorker(Questions):
    """Thread-safe; nothing but `stop` and what is asked (see `Questions`) waits.

    Args:
        settings: see there.
        known, on_outcome, on_interrupted, on_state: see `Hooks`.
        clock: for deadlines, idleness and rates.
        child: the module of the child; tests take another.
    """

    def __init__(
        self,
        settings: EncodeSettings,
        *,
        known: Callable[[Kind], Iterable[ContentHash]],
        on_outcome: Callable[[Space, Outcome], None],
        on_interrupted: Callable[[Interrupted], None],
        on_state: Callable[[Space], None],
        clock: Clock,
        child: str = CHILD,
    ) -> None:
        self._inbox: SimpleQueue[Mail] = SimpleQueue()
        super().__init__(self._inbox.put)
        self._space = settings.space
        self._clock = clock
        self._metrics = Metrics()
        hooks = Hooks(known, on_outcome, on_interrupted, on_state)
        self._supervisor = Supervisor(settings, hooks, self._inbox.put, self._metrics, clock, child)
        self._thread = threading.Thread(
            target=self._run, name=f"muserd-encode-{settings.space}", daemon=True
        )
        self._thread.start()

    def submit(self, tasks: Sequence[FileTask]) -> None:
        """Have files read. Each comes back exactly once, as an outcome or among those over which a
        child died, unless `restart` or `stop` comes first.

        Suspects are read together, apart from all others: the next ones are to be submitted when
        these have come back. One over which the child dies alone is to blame, as its outcome says.
        """
        if tasks:
            self._inbox.put(list(tasks))

    @property
    def state(self) -> WorkerState:
        """How it stands now."""
        return self._metrics.state

    @property
    def rss_bytes(self) -> int:
        """Resident memory of its children, as the system says; 0 while there is none."""
        sessions = (self._supervisor.session, self._supervisor.aside.session)
        return sum(session.child.rss_bytes for session in sessions if session is not None)

    @property
    def rate_per_s(self) -> float:
        """Files finished a second, lately."""
        return self._metrics.rate_per_s(self._clock.monotonic_s())

    def warm(self, *, load: bool = False) -> None:
        """Something to do is likely soon: start the child now; with `load`, open its network, too.

        Nothing happens while a child is there, for a space without vectors, or after a failure.
        """
        if self._supervisor.session is None:
            self._inbox.put(Warm(load))

    def restart(self, keep: str) -> None:
        """Drop every file that was submitted, without an outcome, and open the encoder anew.

        Args:
            keep: id of the encoder that the store's vectors come from; empty: there are none.
        """
        self._inbox.put(Restart(keep))

    def stop(self, timeout_s: float) -> None:
        """End the child and the thread; files that have no outcome yet get none. Waits."""
        self._inbox.put(None)
        self._thread.join(timeout_s)

    # the thread

    def _run(self) -> None:
        owner = self._supervisor
        try:
            self._serve(owner)
        except Exception:  # the thread's supervisor: what broke it is a fault of Muser's own
            log.critical("the %s worker failed", self._space, exc_info=True)
            self._metrics.change(stage="failed", message="a bug in Muser: see the log")
        owner.leave()
        owner.requests.end_all(WorkerError("the encode worker has ended"))

    def _serve(self, owner: Supervisor) -> None:
        while not owner.stopping:
            try:
                owner.take(self._inbox.get(timeout=owner.sleep_s()))
                while True:
                    owner.take(self._inbox.get_nowait())
            except Empty:
                owner.step()
