"""The loop: one thread that owns the models and is the only writer of store and site.

Other threads post messages. A round handles what has come in, does what is due by the timers,
commits what the workers found, and reports. `_handle` shows every entrance.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from muserd.engine.gate import Gate
from muserd.engine.ingest.pipeline import FileOutcome, Pipeline
from muserd.engine.mailbox import Command, Mailbox, Wake
from muserd.engine.maps.refit.refits import Refits
from muserd.engine.maps.refit.runner import FitDone
from muserd.engine.memory import Memory
from muserd.engine.publishing.publisher import Publisher
from muserd.engine.publishing.thumbnail_pages import PagesPacked
from muserd.engine.reporter import Reporter
from muserd.engine.startup import Startup
from muserd.engine.sync.reconcile import Reconciler
from muserd.engine.sync.retries import Retries
from muserd.engine.sync.roots import PathsChanged, RescanWanted, Roots, ScanDone
from muserd.engine.syncs import Syncs
from muserd.engine.timers import Timers
from muserd.ground.clock import Clock
from muserd.ground.errors import StoreFullError
from muserd.workers.encode.outcomes import Interrupted

log = logging.getLogger(__name__)

Message: TypeAlias = (
    PathsChanged | RescanWanted | ScanDone | FileOutcome | Interrupted | FitDone | PagesPacked
)

HEARTBEAT_S = 20.0  # the longest sleep: a supervisor sees that the thread is alive
LATE_S = 60.0  # without a round for so long the loop hangs; the service's WatchdogSec is the same
LOADING_S = 600.0  # the maps of a million items take a while


@dataclass(frozen=True, slots=True)
class LoopParts:
    """What the loop hands messages to, and what it does in each round."""

    startup: Startup
    roots: Roots
    reconciler: Reconciler
    pipeline: Pipeline
    refits: Refits
    publisher: Publisher
    retries: Retries
    gate: Gate
    memory: Memory
    syncs: Syncs
    reporter: Reporter


class Loop:
    """The thread and its rounds; what a round does is in the parts.

    Args:
        parts: what messages are handed to.
        on_fatal: called from the thread when it has failed and ends.
    """

    def __init__(
        self,
        mailbox: Mailbox[Message],
        timers: Timers,
        clock: Clock,
        parts: LoopParts,
        on_fatal: Callable[[], None],
    ) -> None:
        self._mailbox = mailbox
        self._timers = timers
        self._clock = clock
        self._parts = parts
        self._on_fatal = on_fatal
        self._commit_timer = timers.new(self._commit)
        self._importing = False
        self._last_round_s = clock.monotonic_s()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="muserd-loop", daemon=True)
        self.loaded = False

    # any thread

    def start(self) -> None:
        """Begin: load the models, watch the roots, go on where the last run ended."""
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """End after the round under way."""
        self._stopping.set()
        self._parts.refits.stop()
        self._mailbox.post(Wake())
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    @property
    def alive(self) -> bool:
        """Whether rounds still happen."""
        limit_s = LATE_S if self.loaded else LOADING_S
        late = self._clock.monotonic_s() - self._last_round_s > limit_s
        return self._thread.is_alive() and not late

    # the thread

    def _run(self) -> None:
        try:
            self._parts.startup.run()
            self.loaded = True
            while not self._stopping.is_set():
                self._round()
            self._parts.reporter.end_round(loaded=True)  # what was asked last is answered
        except Exception:  # the thread's supervisor: whatever it was, the daemon must not limp on
            log.critical("the loop failed; the daemon ends and can be started again", exc_info=True)
            self._on_fatal()
        finally:
            self._parts.roots.stop()

    def _round(self) -> None:
        parts = self._parts
        self._last_round_s = self._clock.monotonic_s()
        self._guarded(lambda: self._timers.run(self._clock.monotonic_s()))
        self._guarded(self._ingest)
        parts.memory.after_round(importing=self._importing)
        parts.reporter.end_round(loaded=True)
        parts.syncs.answer()
        sleep_s = self._timers.next_due_s() - self._clock.monotonic_s()
        for message in self._mailbox.take(min(sleep_s, HEARTBEAT_S)):
            self._guarded(lambda message=message: self._handle(message))  # type: ignore[misc]

    def _handle(self, message: Message | Command | Wake) -> None:
        """Every entrance into the engine."""
        parts = self._parts
        match message:
            case PathsChanged():
                parts.reconciler.paths_changed(message)
            case RescanWanted(root, reason):
                parts.roots.want_scan(root, reason)
            case ScanDone():
                parts.reconciler.scan_done(message)
            case FileOutcome(outcome):
                parts.pipeline.heard(outcome)
                self._commit_timer.arm(parts.pipeline.due_s())
            case Interrupted():
                parts.pipeline.interrupted(message)
            case FitDone():
                parts.refits.fit_done(message)
            case PagesPacked():
                parts.publisher.pages_packed(message)
            case Command(run):
                run()
            case Wake():
                pass

    def _ingest(self) -> None:
        """Hand files to the workers, and see to it that what they found is committed in time."""
        pipeline = self._parts.pipeline
        pipeline.feed()
        self._commit_timer.arm(pipeline.due_s())
        importing = pipeline.importing or self._parts.gate.adopting
        if importing != self._importing:
            self._importing = importing
            self._parts.refits.importing_turned(importing=self._importing)
            self._parts.publisher.importing_turned(importing=self._importing)

    def _commit(self) -> None:
        done = self._parts.pipeline.commit()
        for root, path in done.look_again:
            self._parts.reconciler.look_again(root, path)
        if done.failed:
            self._parts.retries.soon()

    def _guarded(self, work: Callable[[], None]) -> None:
        """Do `work`; a store without room closes the gate and ends nothing."""
        try:
            work()
        except StoreFullError as error:
            self._parts.gate.full(error.message)
