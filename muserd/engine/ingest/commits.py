"""One transaction: what the intake changed, what it means for the maps, what pages must be told."""

import contextlib
import logging
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping

from muserd.engine.find.service import FindService
from muserd.engine.ingest.apply import Applier, Arrival, Changes
from muserd.engine.ingest.queue import ReadQueue
from muserd.engine.maps.model import SpaceModel
from muserd.engine.maps.refit.refits import Refits
from muserd.engine.maps.update import MapUpdate
from muserd.engine.publishing.publisher import Publisher
from muserd.engine.sync.roots import Roots
from muserd.ground.clock import Clock
from muserd.ground.logs import fields
from muserd.ground.records import SPACE_OF, SPACES, FileStat, Slot, Space
from muserd.store.environment import Store
from muserd.store.writer import Writer
from muserd.watch.scan import look
from muserd.workers.encode.host import EncodeWorker
from muserd.workers.encode.outcomes import Encoded, FileFailed, Known, Outcome

log = logging.getLogger(__name__)

_FULL_BATCH = 32
_GATHER_S = 0.5  # while files stream in, so long is waited for a full batch: an fsync costs
_MOST_OUTCOMES = 64  # a transaction: a commit costs one fsync, a crash costs so many files
_DAY_MS = 86_400_000


class Commits:
    """The only way into the store for files and items. Runs on the indexer's thread."""

    def __init__(
        self,
        store: Store,
        models: Mapping[Space, SpaceModel],
        workers: Mapping[Space, EncodeWorker],
        intake: Applier,
        queue: ReadQueue,
        roots: Roots,
        publisher: Publisher,
        refits: Refits,
        clock: Clock,
        find: FindService,
    ) -> None:
        self._store = store
        self._models = models
        self._workers = workers
        self._intake = intake
        self._queue = queue
        self._roots = roots
        self._publisher = publisher
        self._refits = refits
        self._clock = clock
        self._find = find
        self._outcomes: deque[tuple[Space, Outcome]] = deque()
        self._most = _MOST_OUTCOMES  # in the next transaction
        self._since_s = 0.0  # when the oldest outcome came

    @property
    def pending(self) -> bool:
        """Whether outcomes wait to be committed."""
        return bool(self._outcomes)

    def add(self, space: Space, outcome: Outcome) -> None:
        """A worker is through with a file."""
        if not self._outcomes:
            self._since_s = self._clock.monotonic_s()
        self._outcomes.append((space, outcome))

    def due_s(self) -> float:
        """When `commit` should run next, on the monotonic clock; infinite without outcomes."""
        if not self._outcomes:
            return float("inf")
        streaming = self._queue.count() > len(self._outcomes) + _FULL_BATCH
        gather = streaming and len(self._outcomes) < _FULL_BATCH
        return self._since_s + (_GATHER_S if gather else 0.0)

    def transact(self, body: Callable[[Writer, Changes], None]) -> Changes:
        """Run `body` in a transaction and make models and site follow.

        Raises:
            StoreError: nothing was changed; the models were loaded anew.
        """
        changes = Changes()
        evolutions: dict[Space, MapUpdate] = {}
        with self._following(), self._store.write() as writer:
            body(writer, changes)
            self._evolve(writer, changes, evolutions)
            if evolutions:
                writer.put_meta("unpublished", True)
        for space, evolution in evolutions.items():
            self._publisher.note(space, evolution.changed)
            self._find.note(space, evolution.changed)
        for arrival in changes.arrivals:
            self._refits.note_arrivals(SPACE_OF[arrival.item.kind])
        return changes

    @contextlib.contextmanager
    def _following(self) -> Iterator[None]:
        """When the transaction of a block fails, the models are loaded anew."""
        try:
            yield
        except BaseException:
            with self._store.read() as reader:
                for model in self._models.values():
                    model.load(reader)
            raise

    def commit(self) -> int:
        """Commit what the workers found.

        Returns:
            How many files failed.
        """
        failures = 0
        while self._clock.monotonic_s() >= self.due_s():
            count = min(len(self._outcomes), self._most)
            some = [self._outcomes.popleft() for _ in range(count)]
            started_s = self._clock.monotonic_s()
            try:
                changes = self.transact(lambda w, c, some=some: self._take_in(w, c, some))  # type: ignore[misc]
            except BaseException:
                self._most = max(count // 4, 1)  # less at once may find room, or be no trouble
                for space, outcome in some:
                    self._queue.done(space, outcome.task.path)  # in hand no more
                    root = self._roots.of(outcome.task.path)
                    if root is not None:
                        self._roots.want_scan(root.raw, "a commit failed")
                raise
            self._most = min(2 * self._most, _MOST_OUTCOMES)
            failures += changes.failures
            log.info(
                "batch",
                extra=fields(
                    files=len(some),
                    new=len(changes.arrivals),
                    failed=changes.failures,
                    ms=round((self._clock.monotonic_s() - started_s) * 1000),
                    waiting=self._queue.count(),
                ),
            )
        return failures

    def purge(self, keep_days: int) -> bool:
        """Forget the items whose last file went long ago; others may have their slots.

        Returns:
            False while a fit is made, and nothing is done: what the fit was given must mean the
            same items when it is adopted.
        """
        if self._refits.job is not None:
            return False
        before_ms = self._clock.now_ms() - keep_days * _DAY_MS
        with self._store.read() as reader:
            old = [
                item
                for item in reader.items()
                if item.gone_at_ms is not None and item.gone_at_ms < before_ms
            ]
        if not old:
            return True
        slots: defaultdict[Space, list[Slot]] = defaultdict(list)
        with self._following(), self._store.write() as writer:
            for item in old:
                space = SPACE_OF[item.kind]
                writer.delete_item(item, space)
                slots[space].append(item.slot)
            for space, left in slots.items():
                MapUpdate(self._models[space], writer).purge(left)
        log.info("deleted items are forgotten", extra=fields(items=len(old)))
        return True

    def _take_in(self, writer: Writer, changes: Changes, some: list[tuple[Space, Outcome]]) -> None:
        for space, outcome in some:
            in_hand = self._queue.done(space, outcome.task.path)
            if in_hand is None:
                continue  # its root was removed meanwhile
            root, seen, again = in_hand
            match outcome:
                case Encoded():
                    self._keep_encoder(writer, space)
                    self._intake.encoded(writer, root, outcome, changes)
                case Known():
                    self._intake.known(writer, root, outcome, changes)
                case FileFailed(cause="vanished" | "changed"):
                    again = True  # a new look settles what became of it
                case FileFailed():
                    self._intake.failed(writer, root, seen.stat, outcome, changes)
            if again or _changed_since(outcome, seen.stat):
                now = self._clock.monotonic_s()
                self._roots.settler.mark(root, outcome.task.path, now, closed=False)
            self._queue.add(root, changes.again, force=True)
            changes.again.clear()

    def _keep_encoder(self, writer: Writer, space: Space) -> None:
        """Record which encoder makes the vectors, at the first one."""
        model, now = self._models[space], self._workers[space].state.encoder
        if now is not None and now != model.encoder:
            writer.put_encoder(space, now)
            model.encoder = now

    def _evolve(self, writer: Writer, changes: Changes, evolutions: dict[Space, MapUpdate]) -> None:
        arrivals: defaultdict[Space, list[Arrival]] = defaultdict(list)
        touched: defaultdict[Space, list[Slot]] = defaultdict(list)
        for arrival in changes.arrivals:
            arrivals[SPACE_OF[arrival.item.kind]].append(arrival)
        for space, slot in changes.touched:
            touched[space].append(slot)
        for space in SPACES:
            if space in arrivals or space in touched:
                evolution = evolutions[space] = MapUpdate(self._models[space], writer)
                if arrivals[space]:
                    evolution.insert(arrivals[space])
                for slot in sorted(touched[space]):
                    evolution.refresh(slot)


def _changed_since(outcome: Outcome, seen: FileStat) -> bool:
    """Whether a file is not what was read any more: what named it may have been taken up before
    this outcome, and found nothing to change.
    """
    try:
        return look(outcome.task.path) != (outcome.stat or seen)
    except PermissionError:
        return False  # nobody knows
