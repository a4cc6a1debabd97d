"""The indexer: one thread that owns the models and is the only writer of store and site.

Everybody else hands it work with `post`. A round takes all the work that has come in, then does
what is due: settled paths are planned, outcomes of the workers are committed in one transaction,
what changed is published, and, when the land needs it, a refit is started.
"""

import logging
import os
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue

from muserd.ground.clock import Clock
from muserd.ground.config import Config
from muserd.ground.errors import StoreFullError
from muserd.ground.kinds import kind_of
from muserd.ground.logs import fields
from muserd.ground.paths import Places, display
from muserd.ground.records import SPACE_OF, SPACES, FileRecord, FileStat, Space
from muserd.indexing.intake import Changes, Intake
from muserd.indexing.plan import (
    Operation,
    Seen,
    Tree,
    forgets,
    is_mass_delete,
    plan_paths,
    plan_scan,
)
from muserd.indexing.publishing import Publisher
from muserd.indexing.queue import ReadQueue
from muserd.indexing.refits import Refits
from muserd.indexing.roots import Roots, WatchedRoot
from muserd.indexing.space import SpaceModel
from muserd.store.environment import Store
from muserd.store.writer import Writer
from muserd.watch.scan import ScanResult, look
from muserd.workers.encoder import EncodeWorker, FileTask
from muserd.workers.outcomes import Encoded, FileFailed, Known, Outcome

log = logging.getLogger(__name__)

_HEARTBEAT_S = 20.0  # the longest sleep: a supervisor sees that the thread is alive
_MOST_OUTCOMES = 64  # a transaction: a commit costs one fsync, a crash costs so many files
_DISK_LOOK_S = 5.0
_HELD_SCAN_S = 60.0  # after this a second scan may confirm a mass delete


class Indexer:
    """Start it with `start`; end it with `stop`. Public methods run on its thread unless said."""

    def __init__(
        self,
        config: Config,
        where: Places,
        clock: Clock,
        store: Store,
        models: dict[Space, SpaceModel],
        publisher: Publisher,
        refits: Refits,
        workers: dict[Space, EncodeWorker],
        intake: Intake,
        on_fatal: Callable[[], None],
    ) -> None:
        self.config = config
        self.where = where
        self.clock = clock
        self.store = store
        self.models = models
        self.publisher = publisher
        self.refits = refits
        self.workers = workers
        self.queue = ReadQueue(clock)
        self.pauses: set[str] = set()  # why intake rests: user, battery, disk, map
        self.roots = Roots(config, clock, self.post, self._scanned, own_folders(where))
        self.last_round_s = clock.monotonic_s()
        self._intake = intake
        self._on_fatal = on_fatal
        self._inbox: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._outcomes: deque[tuple[Space, Outcome]] = deque()
        self._next_retry_s = 0.0
        self._next_disk_look_s = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="muserd-indexer", daemon=True)

    # any thread

    def start(self) -> None:
        """Begin: watch the roots, scan them, go on where the last run ended."""
        self._thread.start()

    def post(self, work: Callable[[], None]) -> None:
        """Run `work` on the indexer's thread, soon. Thread-safe."""
        self._inbox.put(work)

    def on_outcome(self, space: Space, outcome: Outcome) -> None:
        """A worker is through with a file. Thread-safe."""
        self.post(lambda: self._outcomes.append((space, outcome)))

    def stop(self, timeout_s: float) -> None:
        """End after the round under way. Thread-safe."""
        self._stopping.set()
        self.post(lambda: None)
        self._thread.join(timeout_s)

    @property
    def alive(self) -> bool:
        """Whether rounds still happen."""
        late = self.clock.monotonic_s() - self.last_round_s > 4 * _HEARTBEAT_S
        return self._thread.is_alive() and not late

    # the thread

    def _run(self) -> None:
        try:
            for root in self.config.roots:
                self.roots.add(root)
            while not self._stopping.is_set():
                self._take(max(0.0, self._next_due_s() - self.clock.monotonic_s()))
                if not self._stopping.is_set():
                    self._round()
        except Exception:  # the thread's supervisor: whatever it was, the daemon must not limp on
            log.critical(
                "the indexer failed; the daemon ends and can be started again", exc_info=True
            )
            self._on_fatal()
        finally:
            self.roots.stop()

    def _take(self, timeout_s: float) -> None:
        try:
            self._inbox.get(timeout=min(timeout_s, _HEARTBEAT_S))()
            while True:
                self._inbox.get_nowait()()
        except Empty:
            return

    def _round(self) -> None:
        self.last_round_s = self.clock.monotonic_s()
        try:
            self._look_at_disk()
            self.roots.tick()
            self._settle()
            self._retry_failures()
            self._commit_outcomes()
            self._feed()
            self.refits.tick(idle=not self.busy)
            self.publisher.tick(importing=self.queue.count() > 0)
        except StoreFullError as error:
            self._rest("map", error.message)

    @property
    def busy(self) -> bool:
        """Whether a file may still be on its way to the map."""
        return (
            self.roots.busy or bool(self._outcomes) or (self.queue.count() > 0 and not self.pauses)
        )

    def _next_due_s(self) -> float:
        if self._outcomes:
            return 0.0
        due = [
            self.roots.next_due_s(),
            self._next_retry_s,
            self.publisher.next_due_s(),
            self.refits.next_due_s(),
        ]
        if self.pauses & {"disk", "map"}:
            due.append(self._next_disk_look_s)
        return min(due)

    # from events and scans to the queue

    def _settle(self) -> None:
        by_root: defaultdict[bytes, list[bytes]] = defaultdict(list)
        for root, path in self.roots.settler.due(self.clock.monotonic_s(), stat_or_none):
            by_root[root].append(path)
        for raw, paths in by_root.items():
            root = self.roots.get(raw)
            if root is not None and root.state in {"watching", "polling"}:
                known, tree = self._look(root, paths)
                self._carry_out(root, plan_paths(known, tree), scanned=False)

    def _look(self, root: WatchedRoot, paths: list[bytes]) -> tuple[dict[bytes, FileRecord], Tree]:
        known: dict[bytes, FileRecord] = {}
        seen: dict[bytes, Seen] = {}
        unreadable: set[bytes] = set()
        with self.store.read() as reader:
            for path in paths:
                record = reader.file(path)
                if record is not None:
                    known[path] = record
                try:
                    stat = look(path)
                except PermissionError:
                    unreadable.add(path)
                    continue
                kind = kind_of(path)
                if stat is None:  # gone; or it was a folder, and all below is gone
                    known.update((below.path, below) for below in reader.files_below(path))
                elif kind is not None and kind in root.config.kinds:
                    seen[path] = Seen(path, kind, stat)
        return known, Tree(seen, frozenset(unreadable))

    def _scanned(self, root: WatchedRoot, result: ScanResult, force: bool) -> None:
        offline = not result.complete
        before, root.state, root.reason = root.state, result.state, result.reason
        if before != root.state:
            log.warning(
                "root changed state",
                extra=fields(root=display(root.raw), state=root.state, reason=root.reason),
            )
        seen = {path: Seen(path, one.kind, one.stat) for path, one in result.files.items()}
        tree = Tree(seen, result.unreadable, offline=offline)
        if not offline:
            root.files = len(seen)
        with self.store.read() as reader:
            operations = plan_scan(reader.files(root.raw), tree, force=force)
        self._carry_out(root, operations, scanned=True, force=force)

    def _carry_out(
        self, root: WatchedRoot, operations: list[Operation], *, scanned: bool, force: bool = False
    ) -> None:
        operations = self._held_back(root, operations, scanned=scanned)
        if not operations:
            return
        changes = Changes()
        with self.store.write() as writer:
            reads = self._intake.apply(writer, root.raw, operations, changes)
            self._refresh(writer, changes)
        self.queue.add(root.raw, reads, force=force)
        self.publisher.note(changes)

    def _held_back(
        self, root: WatchedRoot, operations: list[Operation], *, scanned: bool
    ) -> list[Operation]:
        """The operations without a mass delete that nobody has confirmed."""
        gone = forgets(operations)
        watch = self.config.watch
        with self.store.read() as reader:
            known = (
                sum(1 for _ in reader.files(root.raw))
                if len(gone) >= watch.hold_delete_count
                else 0
            )
        mass = is_mass_delete(
            len(gone), known, share=watch.hold_delete_share, count=watch.hold_delete_count
        )
        if not mass:
            if scanned:
                root.held, root.confirmed = 0, False
            return operations
        if root.confirmed or (scanned and root.held):
            root.held, root.confirmed = 0, False
            return operations
        root.held = len(gone)
        root.next_scan_s = self.clock.monotonic_s() + _HELD_SCAN_S
        log.warning(
            "a mass delete waits for a second scan, or for: muserctl roots confirm",
            extra=fields(root=display(root.raw), files=len(gone), known=known),
        )
        held = set(map(id, gone))
        return [operation for operation in operations if id(operation) not in held]

    def _retry_failures(self) -> None:
        """Queue the failed files whose time has come."""
        if self.clock.monotonic_s() < self._next_retry_s:
            return
        now = self.clock.now_ms()
        soonest: int | None = None
        with self.store.read() as reader:
            for failure in reader.failures():
                at = failure.next_try_at_ms
                if failure.decoder != self._intake.decoder:
                    at = now  # this version may read what an earlier one could not
                if at is None:
                    continue
                root = self.roots.of(failure.path)
                if at <= now and root is not None and failure.stat is not None:
                    self.queue.add(root.raw, [Seen(failure.path, failure.kind, failure.stat)])
                elif at > now:
                    soonest = min(soonest or at, at)
        wait_s = 3600.0 if soonest is None else (soonest - now) / 1000
        self._next_retry_s = self.clock.monotonic_s() + min(max(wait_s, 1.0), 3600.0)

    # from the queue to the store

    def _feed(self) -> None:
        if self.pauses:
            return
        for space in SPACES:
            taken = self.queue.take(space)
            if taken:
                self.workers[space].submit(
                    [FileTask(seen.path, seen.kind, force) for seen, force in taken]
                )

    def _commit_outcomes(self) -> None:
        while self._outcomes:
            some = [
                self._outcomes.popleft() for _ in range(min(len(self._outcomes), _MOST_OUTCOMES))
            ]
            started_s = self.clock.monotonic_s()
            changes = Changes()
            try:
                with self.store.write() as writer:
                    for space, outcome in some:
                        self._take_in(writer, space, outcome, changes)
                    for arrival in changes.arrivals:
                        self.models[SPACE_OF[arrival.item.kind]].insert(writer, arrival)
                    self._refresh(writer, changes)
            except BaseException:
                self._undo(some)
                raise
            self.publisher.note(changes)
            self._next_retry_s = 0.0 if changes.failures else self._next_retry_s
            log.info(
                "batch",
                extra=fields(
                    files=len(some),
                    new=len(changes.arrivals),
                    failed=changes.failures,
                    ms=round((self.clock.monotonic_s() - started_s) * 1000),
                    waiting=self.queue.count(),
                ),
            )

    def _take_in(self, writer: Writer, space: Space, outcome: Outcome, changes: Changes) -> None:
        path = outcome.task.path
        in_hand = self.queue.done(space, path)
        if in_hand is None:
            return  # its root was removed meanwhile
        root, seen, again = in_hand
        match outcome:
            case Encoded():
                self._intake.encoded(writer, root, outcome, changes)
            case Known():
                self._intake.known(writer, root, outcome, changes)
            case FileFailed(cause="vanished" | "changed"):
                self.roots.settler.mark(root, path, self.clock.monotonic_s(), closed=False)
            case FileFailed():
                self._intake.failed(writer, root, seen.stat, outcome, changes)
        if again:
            self.roots.settler.mark(root, path, self.clock.monotonic_s(), closed=True)
        for one in changes.again:
            self.queue.add(root, [one], force=True)
        changes.again.clear()

    def _refresh(self, writer: Writer, changes: Changes) -> None:
        for space, slot in changes.touched:
            self.models[space].refresh(writer, slot)

    def _undo(self, some: list[tuple[Space, Outcome]]) -> None:
        """The commit failed: models go back to what the store says, files are read once more."""
        with self.store.read() as reader:
            for model in self.models.values():
                model.load(reader)
        for _, outcome in some:
            root = self.roots.of(outcome.task.path)
            if root is not None:
                self.roots.want_scan(root.raw, "a commit failed")

    # what may rest

    def _look_at_disk(self) -> None:
        now = self.clock.monotonic_s()
        if now < self._next_disk_look_s:
            return
        self._next_disk_look_s = now + _DISK_LOOK_S
        floor = self.config.resources.disk_floor_mb * 2**20
        free = self.store.free_disk_bytes()
        if free < floor:
            self._rest("disk", f"{free} bytes free where {floor} must stay")
        elif "disk" in self.pauses:
            self._go_on("disk")
        if "map" in self.pauses and self.store.used_bytes() < 0.95 * self.store.map_size_bytes:
            self._go_on("map")

    def _rest(self, reason: str, message: str) -> None:
        if reason not in self.pauses:
            self.pauses.add(reason)
            log.error("intake rests", extra=fields(reason=reason, message=message))

    def _go_on(self, reason: str) -> None:
        self.pauses.discard(reason)
        log.info("intake goes on", extra=fields(reason=reason))
        self.roots.want_scan(None, f"{reason} is well again")


def own_folders(where: Places) -> tuple[bytes, ...]:
    """Folders that are never watched: Muser's own."""
    return tuple(os.fsencode(folder) for folder in (where.state, where.cache, where.runtime))


def stat_or_none(path: bytes) -> FileStat | None:
    """What is there now; None when nothing is, or nothing that may be looked at."""
    try:
        return look(path)
    except PermissionError:
        return None
