"""Ingestion: files are queued, read by the encode workers, and committed to store and maps."""

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from muserd.engine.gate import Gate
from muserd.engine.ingest.apply import Changes
from muserd.engine.ingest.bisect import each_or_blame
from muserd.engine.ingest.ledger import FileInWork, Ledger
from muserd.engine.ingest.transactions import Transactions
from muserd.engine.maps.model import SpaceModel
from muserd.engine.operations import Seen
from muserd.ground.clock import Clock
from muserd.ground.errors import StoreFullError
from muserd.ground.logs import fields
from muserd.ground.records import SPACE_OF, SPACES, FileStat, Kind, Space
from muserd.store.writer import Writer
from muserd.watch.parts import leaders_of
from muserd.watch.scan import look
from muserd.workers.encode.host import EncodeWorker
from muserd.workers.encode.outcomes import (
    Encoded,
    FileFailed,
    FileTask,
    Interrupted,
    Known,
    Outcome,
    Reread,
)

log = logging.getLogger(__name__)

_FULL_BATCH = 32
_GATHER_S = 0.5  # while files stream in, so long is waited for a full batch: an fsync costs
_MOST_OUTCOMES = 64  # a transaction: a commit costs one fsync, a crash costs so many files
_MOST_FOREIGN = 2  # readings by another encoder than the map's, before that is a failure


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """Message: a worker is through with a file."""

    outcome: Outcome


@dataclass(slots=True)
class Committed:
    """What became of some files that were read.

    Attributes:
        failed: how many have a failure record now.
        look_again: root and path of files that may have changed meanwhile.
    """

    failed: int = 0
    look_again: list[tuple[bytes, bytes]] = field(default_factory=list)


class Pipeline:
    """The one owner of a file's life between plan and store. For the loop's thread."""

    def __init__(
        self,
        models: Mapping[Space, SpaceModel],
        workers: Mapping[Space, EncodeWorker],
        transactions: Transactions,
        gate: Gate,
        clock: Clock,
    ) -> None:
        self._models = models
        self._workers = workers
        self._applier = transactions.applier
        self._transactions = transactions
        self._gate = gate
        self._clock = clock
        self._ledger = Ledger()
        self._most = _MOST_OUTCOMES  # in the next transaction
        self._since_s = 0.0  # when the oldest outcome came

    # in

    def add(
        self, root: bytes, files: Sequence[Seen], *, force: bool = False, reread: bool = False
    ) -> None:
        """Queue files of a root.

        Args:
            root: its path.
            files: that lie in it.
            force: encode them even when their content is known.
            reread: only what they say of themselves is wanted anew.
        """
        now = self._clock.monotonic_s()
        deadly = self._transactions.deadly(seen.path for seen in files)
        for seen in files:
            suspect = seen.path in deadly
            self._ledger.add(root, seen, now, force=force, reread=reread, suspect=suspect)

    def expect(self, kind: Kind) -> None:
        """A file of a kind begins to change: its worker gets ready while the file settles."""
        if not self._gate:
            self._workers[SPACE_OF[kind]].warm(load=True)

    def feed(self) -> None:
        """Give queued files to the workers, unless ingestion is paused."""
        if self._gate:
            return
        for space in SPACES:
            taken = self._ledger.take(space) or self._ledger.take_suspects(space)
            if taken:
                self._workers[space].submit([file.task for file in taken])

    def heard(self, outcome: Outcome) -> None:
        """A worker is through with a file. An outcome that nobody waits for is dropped."""
        first = not self._ledger.read_count
        if self._ledger.found(outcome) and first:
            self._since_s = self._clock.monotonic_s()

    def interrupted(self, death: Interrupted) -> None:
        """A worker's child died over files that are awaited: they are read again."""
        self._ledger.interrupted(death)

    def drop_root(self, root: bytes) -> None:
        """A root is not wanted any more: its files are not read, nor committed."""
        self._ledger.drop_root(root)

    def stored(self, path: bytes, stat: FileStat, *, encoded: bool) -> None:
        """A file came into the store by another way: it need not be read, if it is this one.

        Args:
            path: of the file.
            stat: of what came.
            encoded: its item got a vector; one that is read by force was queued for the lack of it.
        """
        file = self._ledger.find(path)
        if file is not None and file.seen.stat == stat and (encoded or not file.force):
            self._ledger.remove(file)

    def restart(self, space: Space) -> None:
        """The encoder of a space was switched: what the former one reads or has read is dropped."""
        self._ledger.restart(space)

    # how it stands

    def count(self, space: Space | None = None) -> int:
        """How many files are in work, in a space or in all."""
        return len(self._ledger) if space is None else self._ledger.count(space)

    @property
    def importing(self) -> bool:
        """Whether files are on their way into the store, and not paused."""
        return self.count() > 0 and not self._gate

    @property
    def pending(self) -> bool:
        """Whether files were read and not committed yet."""
        return self._ledger.read_count > 0

    def oldest_s(self) -> float:
        """Seconds that the oldest file has been in work; 0 when there is none."""
        since_s = self._ledger.oldest_since_s()
        return 0.0 if since_s is None else self._clock.monotonic_s() - since_s

    def due_s(self) -> float:
        """When `commit` should run next, on the monotonic clock; infinite without outcomes."""
        read = self._ledger.read_count
        if not read:
            return float("inf")
        waiting = len(self._ledger) - read
        few = 0 if self._ledger.rereads else _FULL_BATCH  # nobody waits for what is read again
        gather = read < _FULL_BATCH and waiting > few
        return self._since_s + (_GATHER_S if gather else 0.0)

    # out

    def commit(self) -> Committed:
        """Commit what the workers found.

        Raises:
            StoreFullError: what was not committed is read again when there is room.
        """
        done = Committed()
        while self._clock.monotonic_s() >= self.due_s():
            files = self._own(self._ledger.read(self._most))
            try:
                each_or_blame(
                    files,
                    lambda some: self._commit(some, done),
                    lambda file, error: self._commit_failure(file, error, done),
                )
            except StoreFullError:
                self._most = max(len(files) // 4, 1)  # less at once may find room
                self._ledger.put_back(file for file in files if file.stage == "read")
                raise
            self._most = min(2 * self._most, _MOST_OUTCOMES)
        return done

    def _own(self, files: list[FileInWork]) -> list[FileInWork]:
        """The files without those that another encoder read than the map's: vectors never meet."""
        makers = {space: model.encoder for space, model in self._models.items()}
        foreign: dict[Space, str] = {}
        for file in files:
            if not isinstance(file.outcome, Encoded):
                continue
            maker = makers[file.space] = makers[file.space] or file.outcome.encoder
            if (file.outcome.encoder.id, file.outcome.encoder.dim) == (maker.id, maker.dim):
                continue
            file.foreign += 1
            if file.foreign < _MOST_FOREIGN:
                foreign[file.space] = maker.id
            else:
                file.outcome = _other_encoder(file.outcome, maker.id)
        for space, encoder in foreign.items():
            log.warning("another encoder than the map's", extra=fields(space=space, wanted=encoder))
            self._workers[space].restart(encoder)
            self._ledger.restart(space)
        return [file for file in files if file.stage == "read"]

    def _commit(self, files: Sequence[FileInWork], done: Committed) -> None:
        """Store the outcomes of some files in one transaction; then they are done."""
        started_s = self._clock.monotonic_s()
        changes = self._transactions.run(
            lambda writer, changes: self._take_in(writer, changes, files), grows=True
        )
        for file in files:
            self._ledger.remove(file)
            again = file.again or _is_doubtful(file.outcome) or _changed_since(file)
            if again or _is_led(file.seen):
                done.look_again.append((file.root, file.seen.path))
        roots = {file.seen.path: file.root for file in files}
        for seen in changes.again:
            self.add(roots[seen.path], [seen], force=True)
        done.failed += changes.failures
        log.info(
            "batch",
            extra=fields(
                files=len(files),
                new=len(changes.arrivals),
                failed=changes.failures,
                ms=round((self._clock.monotonic_s() - started_s) * 1000),
                waiting=len(self._ledger),
            ),
        )

    def _commit_failure(self, file: FileInWork, error: Exception, done: Committed) -> None:
        """Store why a file cannot be stored, in place of what was found in it."""
        outcome = file.outcome
        if outcome is None or (isinstance(outcome, FileFailed) and outcome.cause == "internal"):
            raise error  # not even its failure can be stored
        file.outcome = not_storable(outcome.task, error, outcome.stat or file.seen.stat)
        each_or_blame(
            [file],
            lambda some: self._commit(some, done),
            lambda file, error: self._commit_failure(file, error, done),
        )

    def _take_in(self, writer: Writer, changes: Changes, files: Sequence[FileInWork]) -> None:
        for file in files:
            match file.outcome:
                case Encoded() as outcome:
                    self._keep_encoder(writer, outcome, file.space)
                    self._applier.encoded(writer, file.root, outcome, changes)
                case Known() as outcome:
                    self._applier.known(writer, file.root, outcome, changes)
                case Reread() as outcome:
                    self._applier.reread(writer, outcome, changes)
                case FileFailed() as outcome if outcome.task.reread:
                    pass  # an earlier version read it, and nothing is lost
                case FileFailed() as outcome if not _is_doubtful(outcome):
                    self._applier.failed(writer, file.root, file.seen.stat, outcome, changes)

    def _keep_encoder(self, writer: Writer, outcome: Encoded, space: Space) -> None:
        """Record which encoder makes the vectors of a space, at the first one."""
        model = self._models[space]
        if outcome.encoder != model.encoder:
            writer.put_encoder(space, outcome.encoder)
            model.encoder = outcome.encoder


def not_storable(task: FileTask, error: Exception, stat: FileStat) -> FileFailed:
    """What is recorded of a file on which a transaction raises."""
    return FileFailed(
        task,
        "internal",
        f"Muser cannot store it: {type(error).__name__}: {error}",
        "this is a bug in Muser; please report it with the details from the log",
        retry=False,
        stat=stat,
    )


def _other_encoder(outcome: Encoded, encoder: str) -> FileFailed:
    """What is recorded of a file that another encoder than the map's reads again and again."""
    return FileFailed(
        outcome.task,
        "other-encoder",
        f"it was read by {outcome.encoder.id}, but the map is made with {encoder}",
        "switch the map to the encoder of the configuration: see muserctl encoders --help",
        retry=True,
        stat=outcome.stat,
    )


def _is_doubtful(outcome: Outcome | None) -> bool:
    """Whether only another look at the tree can tell what became of a file."""
    return isinstance(outcome, FileFailed) and outcome.cause in {"vanished", "changed"}


def _is_led(seen: Seen) -> bool:
    """Whether a file that it may belong to came while it was read."""
    return any(map(os.path.lexists, leaders_of(seen.path, seen.stat.size)))


def _changed_since(file: FileInWork) -> bool:
    """Whether a file is not what was read any more: what named it may have been taken up before
    its outcome was, and found nothing to change.
    """
    stat: FileStat | None = file.outcome.stat if file.outcome is not None else None
    try:
        return look(file.seen.path) != (stat or file.seen.stat)
    except PermissionError:
        return False  # nobody knows
