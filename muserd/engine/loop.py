"""The indexer: one thread that owns the models and is the only writer of store and site.

Everybody else hands it work by the inbox. A round takes all the work that has come in, then does
what is due: settled paths are planned, outcomes of the workers are committed in one transaction,
what changed is published, and, when the land needs it, a refit is started.
"""

import logging
import threading
from collections.abc import Callable, Mapping

from muserd.engine.encoder_switch import EncoderSwitch
from muserd.engine.find.service import FindService
from muserd.engine.inbox import Inbox
from muserd.engine.ingest.gate import Gate
from muserd.engine.ingest.pipeline import Pipeline
from muserd.engine.ingest.retries import Retries
from muserd.engine.jobs import Job, refusal
from muserd.engine.maps.model import SpaceModel
from muserd.engine.maps.refit.refits import Refits
from muserd.engine.publishing.publisher import Publisher
from muserd.engine.purge import Purge
from muserd.engine.sync.reconcile import Reconciler
from muserd.engine.sync.root_changes import RootChanges
from muserd.engine.sync.roots import Roots
from muserd.ground.clock import Clock
from muserd.ground.config import Config
from muserd.ground.errors import StoreFullError
from muserd.ground.paths import display
from muserd.ground.records import SPACES, Space
from muserd.store.environment import Store
from muserd.workers.encode.host import EncodeWorker

log = logging.getLogger(__name__)

_HEARTBEAT_S = 20.0  # the longest sleep: a supervisor sees that the thread is alive
_LATE_S = 60.0  # without a round for so long it hangs; the service's WatchdogSec is the same
_PURGE_S = 86_400.0
_RELEASE_S = 10.0  # memory is given back at most so often


class Loop:
    """The loop. What a round does is in the parts it is given."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        inbox: Inbox,
        store: Store,
        models: Mapping[Space, SpaceModel],
        workers: Mapping[Space, EncodeWorker],
        roots: Roots,
        pipeline: Pipeline,
        retries: Retries,
        reconciler: Reconciler,
        root_changes: RootChanges,
        purge: Purge,
        publisher: Publisher,
        refits: Refits,
        pauses: Gate,
        migration: EncoderSwitch,
        find: FindService,
        on_fatal: Callable[[], None],
    ) -> None:
        self._config = config
        self._clock = clock
        self._inbox = inbox
        self._store = store
        self._models = models
        self._workers = workers
        self._roots = roots
        self._pipeline = pipeline
        self._retries = retries
        self._reconciler = reconciler
        self._root_changes = root_changes
        self._purge = purge
        self.next_retry_s = 0.0
        self._publisher = publisher
        self._refits = refits
        self._pauses = pauses
        self._migration = migration
        self._find = find
        self._on_fatal = on_fatal
        self._syncs: list[Job] = []
        self._next_purge_s = 0.0
        self._next_release_s = 0.0
        self._worked = True
        self._last_round_s = clock.monotonic_s()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="muserd-indexer", daemon=True)
        self.loaded = False
        self.on_round: Callable[[], None] = lambda: None  # called at the end of each round

    # any thread

    def start(self) -> None:
        """Begin: load the models, watch the roots, go on where the last run ended."""
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """End after the round under way."""
        self._stopping.set()
        self._refits.stop()
        self._inbox.post(lambda: None)
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    @property
    def alive(self) -> bool:
        """Whether rounds still happen."""
        late = self._clock.monotonic_s() - self._last_round_s > _LATE_S
        return self._thread.is_alive() and not late

    # the thread

    def add_sync(self, ticket: Job) -> None:
        """Scan everything; finish the ticket when all of it is on the map."""
        self._roots.want_scan(None, "sync")
        self._syncs.append(ticket)

    def _run(self) -> None:
        try:
            with self._store.read() as reader:
                for model in self._models.values():
                    model.load(reader)
            self._publisher.start()
            self._migration.resume_all()
            self.loaded = True
            self._store.release_pages()
            self._find.start()
            self._root_changes.begin(self._config.roots)
            while not self._stopping.is_set():
                self._round()
                self.on_round()
                self._answer_syncs()
                self._hear()
            self.on_round()  # what was asked last is answered
        except Exception:  # the thread's supervisor: whatever it was, the daemon must not limp on
            log.critical(
                "the indexer failed; the daemon ends and can be started again", exc_info=True
            )
            self._on_fatal()
        finally:
            self._roots.stop()

    def _hear(self) -> None:
        try:
            self._inbox.take(min(max(0.0, self._next_due_s()), _HEARTBEAT_S))
        except StoreFullError as error:
            self._pauses.full(error.message)

    def _round(self) -> None:
        now = self._last_round_s = self._clock.monotonic_s()
        try:
            self._pauses.tick()
            self._roots.tick()
            look_s = self._root_changes.next_look_s()
            if look_s is not None and now >= look_s:
                self._root_changes.look()
            self._reconciler.settle()
            if now >= self.next_retry_s:
                self.next_retry_s = self._retries.queue_due()
            self._commit()
            self._pipeline.feed()
            importing = self._pipeline.count() > 0 and not self._pauses
            if not self._pauses.full_up:
                self._refits.tick(importing=importing)
            self._publisher.tick(importing=importing)
            self._rest(now, importing=importing)
            if now >= self._next_purge_s and self._purge.run():
                self._next_purge_s = now + _PURGE_S
        except StoreFullError as error:
            self._pauses.full(error.message)

    def _rest(self, now: float, *, importing: bool) -> None:
        """After work, give back the memory that it took."""
        if importing or self.busy:
            self._worked = True
        elif self._worked and now >= self._next_release_s:
            self._worked = False
            self._next_release_s = now + _RELEASE_S
            self._store.release_pages()

    @property
    def busy(self) -> bool:
        """Whether something is on its way to the maps."""
        waiting = self._roots.busy or self._pipeline.count() > 0
        return waiting or self._publisher.pending or self._refits.job is not None

    def _commit(self) -> None:
        done = self._pipeline.commit()
        now = self._clock.monotonic_s()
        for root, path in done.look_again:
            self._roots.settler.mark(root, path, now, closed=False)
        if done.failed:
            self.next_retry_s = 0.0

    def _answer_syncs(self) -> None:
        if not self._syncs or self._roots.busy or self._pipeline.pending:
            return
        answer = self._obstacle()
        if answer is None:
            quiet = not (self._pipeline.count() or self._refits.needed or self._publisher.pending)
            if not quiet:
                return
            answer = {"revision": self._publisher.revision}
        for ticket in self._syncs:
            ticket.finish(answer)
        self._syncs.clear()

    def _obstacle(self) -> dict[str, object] | None:
        """Why what waits will not come onto the map by waiting."""
        for root in self._roots:
            if root.problem:
                return refusal("scan", f"{display(root.raw)}: {root.problem}", "see: muserctl logs")
        waits = self._pipeline.count() or (self._pauses.full_up and self._refits.needed)
        if self._pauses and waits:
            reasons = ", ".join(sorted(self._pauses.reasons))
            return refusal("paused", f"no new files are read ({reasons})", "see: muserctl status")
        for space in SPACES:
            state = self._workers[space].state
            if state.stage == "failed" and self._pipeline.count(space):
                return refusal("encoder", state.message, "muserctl status tells more")
        return None

    def _next_due_s(self) -> float:
        """Seconds until something is due."""
        due = min(
            self._pipeline.due_s(),
            self._roots.next_due_s(),
            self._root_changes.next_look_s() or float("inf"),
            self.next_retry_s,
            self._publisher.next_due_s(),
            self._refits.next_due_s(),
            self._pauses.next_due_s(),
        )
        return due - self._clock.monotonic_s()
