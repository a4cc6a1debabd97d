"""From events and scans to the queue: what the tree shows is compared with what the store knows."""

import logging
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence

from muserd.engine.ingest.apply import Changes
from muserd.engine.ingest.bisect import each_or_blame
from muserd.engine.ingest.pipeline import Pipeline, not_storable
from muserd.engine.ingest.transactions import Transactions
from muserd.engine.operations import Forget, Move, Operation, Part, Read, Return, Seen
from muserd.engine.sync.delete_guard import DeleteGuard
from muserd.engine.sync.plan import RACY_MS, Tree, forgets, plan_paths, plan_scan
from muserd.engine.sync.retries import stat_or_none
from muserd.engine.sync.roots import PathsChanged, Roots, ScanDone, WatchedRoot
from muserd.engine.timers import NEVER, Timers
from muserd.ground.clock import Clock
from muserd.ground.errors import StoreFullError
from muserd.ground.failpoints import failpoint
from muserd.ground.kinds import kind_of
from muserd.ground.logs import fields
from muserd.ground.paths import display
from muserd.ground.records import FileRecord
from muserd.ground.sidecars import is_sidecar, pictures_beside
from muserd.store.environment import Store
from muserd.store.reader import Reader
from muserd.store.writer import Writer
from muserd.watch.identity import probe
from muserd.watch.parts import leaders_of, parts_among, prefixes_of
from muserd.watch.scan import ScanResult
from muserd.watch.settle import Settler
from muserd.watch.spelling import Spelling, folds_case
from muserd.workers.encode.outcomes import FileTask

log = logging.getLogger(__name__)

_FULL_S = 30.0  # until a scan finds again what a full store had no room for
_THERE = frozenset({"watching", "polling"})  # states of a root that can be looked at


class Reconciler:
    """Makes the store follow the tree. Runs on the loop's thread."""

    def __init__(
        self,
        store: Store,
        roots: Roots,
        guard: DeleteGuard,
        pipeline: Pipeline,
        transactions: Transactions,
        settler: Settler,
        timers: Timers,
        clock: Clock,
    ) -> None:
        self._store = store
        self._roots = roots
        self._guard = guard
        self._pipeline = pipeline
        self._applier = transactions.applier
        self._transactions = transactions
        self._settler = settler
        self._settling = timers.new(self._settle)
        self._clock = clock

    @property
    def busy(self) -> bool:
        """Whether paths are settling, or a scan is wanted or running."""
        return self._roots.busy or self._settler.next_due_s() is not None

    def paths_changed(self, change: PathsChanged) -> None:
        """An event named a path: wait until it has come to rest."""
        root = self._roots.get(change.root)
        if root is None:
            return
        self._mark(change.root, change.path, closed=change.closed)
        kind = kind_of(change.path)
        if kind is not None and kind in root.config.kinds and stat_or_none(change.path) is not None:
            self._pipeline.expect(kind)

    def look_again(self, root: bytes, path: bytes) -> None:
        """A file may have changed while it was read."""
        self._mark(root, path, closed=False)

    def _mark(self, root: bytes, path: bytes, *, closed: bool) -> None:
        self._settler.mark(root, path, self._clock.monotonic_s(), closed)
        self._settling.arm(self._settler.next_due_s() or NEVER)

    def _settle(self) -> None:
        """Take up the paths that have come to rest."""
        by_root: defaultdict[bytes, list[bytes]] = defaultdict(list)
        for raw, path in self._settler.due(self._clock.monotonic_s(), stat_or_none):
            by_root[raw].append(path)
        self._settling.arm(self._settler.next_due_s() or NEVER)
        for raw, paths in by_root.items():
            root = self._roots.get(raw)
            if root is None:
                continue
            if root.state in _THERE:
                beside = [path for path in paths if kind_of(path) is None and is_sidecar(path)]
                for path in beside:
                    self._read_again(root, self._beside(root, path))
                known, tree = self._look(root, [path for path in paths if path not in beside])
                operations = plan_paths(known, tree)
                if forgets(operations) and not self._is_there(root):
                    self._roots.want_scan(raw, "the folder went away")
                    continue  # with all that was in it: the scan says so
                self._carry_out(root, operations, scanned=False)
            else:
                self._roots.want_scan(raw, "a sign of life")  # it may be back

    def scan_done(self, done: ScanDone) -> None:
        """Take up what a scan of a root showed."""
        result, root, force = self._roots.scan_ended(done), done.root, done.force
        if result is None:
            return
        before, root.state, root.reason = root.state, result.state, result.reason
        if before != root.state:
            log.warning(
                "root changed state",
                extra=fields(root=display(root.raw), state=root.state, reason=root.reason),
            )
        if result.complete:
            root.files = len(result.files)
            root.passed_over = result.passed_over
            root.folds_case = folds_case(next(iter(result.files), root.raw))
            self._keep_mounts(root, result.mounts)
        elif root.state in _THERE:
            return  # the scan was broken off; nothing can be said
        seen = {path: Seen(path, one.kind, one.stat) for path, one in result.files.items()}
        parts = parts_among(seen)
        tree = Tree(seen, result.unreadable, offline=not result.complete, parts=parts)
        with self._store.read() as reader:
            operations = plan_scan(reader.files(root.raw), tree, force=force)
        spelling = root.spelling()
        still = (self._still(root, operation, spelling) for operation in operations)
        wanted = [one for one in still if one is not None]
        self._carry_out(root, wanted, scanned=True, force=force)
        if result.beside and not force:
            self._read_again(root, self._said_anew(result, wanted))

    def _said_anew(self, result: ScanResult, operations: Sequence[Operation]) -> list[Seen]:
        """The pictures whose sidecars were changed after they were read."""
        in_hand = {one.seen.path for one in operations if isinstance(one, Read | Move | Return)}
        found: list[Seen] = []
        with self._store.read() as reader:
            for path, changed_ns in result.beside.items():
                record, seen = reader.file(path), result.files[path]
                if path in in_hand or record is None or record.item is None:
                    continue
                if changed_ns // 1_000_000 > record.seen_at_ms - RACY_MS:
                    found.append(Seen(path, seen.kind, seen.stat))
        return found

    def _beside(self, root: WatchedRoot, path: bytes) -> list[Seen]:
        """The pictures that a sidecar speaks of, whether it is there or just went."""
        folder, name = os.path.split(path)
        found: list[Seen] = []
        with self._store.read() as reader:
            for other in pictures_beside(name, _names_in(folder)):
                record = reader.file(os.path.join(folder, other))
                if record is not None and record.item is not None and record.kind == "image":
                    stat = stat_or_none(record.path)
                    if stat is not None and record.root == root.raw:
                        found.append(Seen(record.path, record.kind, stat))
        return found

    def _read_again(self, root: WatchedRoot, pictures: list[Seen]) -> None:
        """Read pictures for what their sidecars say now."""
        if pictures:
            self._carry_out(root, [Read(one) for one in pictures], scanned=False, force=True)

    @staticmethod
    def _is_there(root: WatchedRoot) -> bool:
        """Whether what is not under a root now is gone, and not away together with the root."""
        return probe(root.config, root.mounts)[0] in _THERE

    def _still(
        self, root: WatchedRoot, operation: Operation, spelling: Spelling
    ) -> Operation | None:
        """What is left of an operation that took a path for gone, now that the scan is over."""
        if not isinstance(operation, Forget | Move):
            return operation
        if not self._came_meanwhile(root, operation.before.path, spelling):
            return operation
        return Read(operation.seen) if isinstance(operation, Move) else None

    @staticmethod
    def _came_meanwhile(root: WatchedRoot, path: bytes, spelling: Spelling) -> bool:
        """Whether a file is there though a scan missed it: it came after its folder was read."""
        folder = os.path.dirname(path)
        if root.ignore.skips_file(path) or os.path.realpath(folder) != folder:
            return False
        try:
            return spelling.look(path) is not None
        except PermissionError:
            return True

    def _keep_mounts(self, root: WatchedRoot, mounts: dict[bytes, int]) -> None:
        """Remember what was mounted, over restarts too: an emptied folder is then no riddle."""
        if mounts == root.mounts:
            return
        root.mounts = mounts
        with self._store.write() as writer:
            known = {os.fsdecode(folder): device for folder, device in mounts.items()}
            writer.put_meta(root.mounts_key, known)

    def _look(self, root: WatchedRoot, paths: list[bytes]) -> tuple[dict[bytes, FileRecord], Tree]:
        known: dict[bytes, FileRecord] = {}
        seen: dict[bytes, Seen] = {}
        unreadable: set[bytes] = set()
        spelling = root.spelling()
        with self._store.read() as reader:
            led = {other for path in paths for other in _led_by(path, reader)}
            for path in {*paths, *led}:
                record = reader.file(path)
                if record is not None:
                    known[path] = record
                try:
                    stat = spelling.look(path)
                except PermissionError:
                    unreadable.add(path)
                    continue
                kind = kind_of(path)
                if stat is not None and kind is not None and kind in root.config.kinds:
                    seen[path] = Seen(path, kind, stat)
                elif stat is None and not spelling.is_folder(path):
                    # Gone; if it was a folder, then all below it is gone too.
                    # What lies in an inner root is that root's to forget.
                    below = (file for file in reader.files_below(path) if file.root == root.raw)
                    known.update((file.path, file) for file in below)
        parts = frozenset(path for path, one in seen.items() if is_led(root, one, spelling))
        return known, Tree(seen, frozenset(unreadable), parts=parts)

    def _carry_out(
        self, root: WatchedRoot, operations: list[Operation], *, scanned: bool, force: bool = False
    ) -> None:
        with self._store.read() as reader:
            operations = self._guard.judge(root.raw, operations, reader, whole=scanned)
        if self._guard.held(root.raw):
            self._roots.scan_at(root, self._guard.look_at_s(root.raw))
        try:
            each_or_blame(
                operations,
                lambda some: self._apply(root, some, force=force),
                lambda operation, error: self._note_failure(root, operation, error),
            )
        except StoreFullError:
            self._roots.scan_at(root, self._clock.monotonic_s() + _FULL_S)
            raise

    def _apply(self, root: WatchedRoot, operations: Sequence[Operation], *, force: bool) -> None:
        reads: list[Seen] = []

        def body(writer: Writer, changes: Changes) -> None:
            reads.extend(self._applier.apply(writer, root.raw, operations, changes))

        self._transactions.run(body)
        failpoint("planned")
        self._pipeline.add(root.raw, reads, force=force)

    def _note_failure(self, root: WatchedRoot, operation: Operation, error: Exception) -> None:
        """Store why an operation cannot be carried out, as a failure of its file."""
        stat = (
            operation.before.stat if not isinstance(operation, Read | Part) else operation.seen.stat
        )
        self._transactions.run(
            lambda writer, changes: self._applier.failed(
                writer, root.raw, stat, not_storable(_task(operation), error, stat), changes
            )
        )


def _led_by(path: bytes, reader: Reader) -> Iterator[bytes]:
    """The files known so far that this one leads, or led."""
    for prefix in prefixes_of(path):
        for record in reader.files_beginning(prefix):
            if path in leaders_of(record.path, record.stat.size):
                yield record.path


def is_led(root: WatchedRoot, seen: Seen, spelling: Spelling) -> bool:
    """Whether a file belongs to another one that is there, and taken."""
    for leader in leaders_of(seen.path, seen.stat.size):
        try:
            there = spelling.look(leader) is not None
        except PermissionError:
            there = True
        if there and kind_of(leader) in root.config.kinds and not root.ignore.skips_file(leader):
            return True
    return False


def _names_in(folder: bytes) -> list[bytes]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _task(operation: Operation) -> FileTask:
    one = operation.seen if isinstance(operation, Read | Move | Return | Part) else operation.before
    return FileTask(one.path, one.kind)
