"""From events and scans to the queue: what the tree shows is compared with what the store knows."""

import hashlib
import logging
import os
from collections import defaultdict

from muserd.engine.ingest.apply import LONGEST_RETRY_MS, Applier, Changes
from muserd.engine.ingest.commits import Commits
from muserd.engine.ingest.queue import ReadQueue
from muserd.engine.sync.plan import (
    Forget,
    Move,
    Operation,
    Read,
    Seen,
    Tree,
    forgets,
    is_mass_delete,
    plan_paths,
    plan_scan,
)
from muserd.engine.sync.roots import Roots, WatchedRoot
from muserd.ground.clock import Clock
from muserd.ground.config import Config, Root
from muserd.ground.failpoints import failpoint
from muserd.ground.kinds import kind_of
from muserd.ground.logs import fields
from muserd.ground.paths import display
from muserd.ground.records import FileRecord, FileStat
from muserd.store.environment import Store
from muserd.store.writer import Writer
from muserd.watch.identity import probe
from muserd.watch.scan import ScanResult, look
from muserd.watch.spelling import Spelling, folds_case

log = logging.getLogger(__name__)

_THERE = frozenset({"watching", "polling"})  # states of a root that can be looked at
_HELD_SCAN_S = 60.0  # after this a second scan may confirm a mass delete
_LONGEST_RETRY_WAIT_S = 3600.0


class Reconciler:
    """Makes the store follow the tree. Runs on the indexer's thread."""

    def __init__(
        self,
        config: Config,
        store: Store,
        roots: Roots,
        queue: ReadQueue,
        intake: Applier,
        commits: Commits,
        clock: Clock,
    ) -> None:
        self._watch = config.watch
        self._store = store
        self._roots = roots
        self._queue = queue
        self._intake = intake
        self._commits = commits
        self._clock = clock
        self.next_retry_s = 0.0

    def settle(self) -> None:
        """Take up the paths that have come to rest."""
        by_root: defaultdict[bytes, list[bytes]] = defaultdict(list)
        for raw, path in self._roots.settler.due(self._clock.monotonic_s(), stat_or_none):
            by_root[raw].append(path)
        for raw, paths in by_root.items():
            root = self._roots.get(raw)
            if root is None:
                continue
            if root.state in _THERE:
                known, tree = self._look(root, paths)
                operations = plan_paths(known, tree)
                if forgets(operations) and not self._is_there(root):
                    self._roots.want_scan(raw, "the folder went away")
                    continue  # with all that was in it: the scan says so
                self._carry_out(root, operations, scanned=False)
            else:
                self._roots.want_scan(raw, "a sign of life")  # it may be back

    def add_root(self, config: Root) -> WatchedRoot:
        """Watch a root, knowing which mounts it had when it was last seen whole."""
        root = self._roots.add(config)
        with self._store.read() as reader:
            known: dict[str, int] = reader.meta(_mounts_key(root.raw)) or {}
        root.mounts = {os.fsencode(folder): device for folder, device in known.items()}
        return root

    def scanned(self, root: WatchedRoot, result: ScanResult, force: bool) -> None:
        """Take up what a scan of a root showed."""
        before, root.state, root.reason = root.state, result.state, result.reason
        if before != root.state:
            log.warning(
                "root changed state",
                extra=fields(root=display(root.raw), state=root.state, reason=root.reason),
            )
        if result.complete:
            root.files = len(result.files)
            root.folds_case = folds_case(next(iter(result.files), root.raw))
            self._keep_mounts(root, result.mounts)
        elif root.state in _THERE:
            return  # the scan was broken off; nothing can be said
        seen = {path: Seen(path, one.kind, one.stat) for path, one in result.files.items()}
        tree = Tree(seen, result.unreadable, offline=not result.complete)
        with self._store.read() as reader:
            operations = plan_scan(reader.files(root.raw), tree, force=force)
        spelling = root.spelling()
        still = (self._still(root, operation, spelling) for operation in operations)
        self._carry_out(root, [one for one in still if one is not None], scanned=True, force=force)

    def retry_failures(self) -> None:
        """Queue the failed files whose time has come."""
        if self._clock.monotonic_s() < self.next_retry_s:
            return
        now = self._clock.now_ms()
        soonest: int | None = None
        with self._store.read() as reader:
            for failure in reader.failures():
                at = failure.next_try_at_ms
                if failure.decoder != self._intake.decoder:
                    at = now  # this version may read what an earlier one could not
                if at is None:
                    continue
                if at - now > LONGEST_RETRY_MS:
                    at = now  # the clock was set back: no pause is so long
                root = self._roots.of(failure.path)
                if at <= now and root is not None and failure.stat is not None:
                    self._queue.add(root.raw, [Seen(failure.path, failure.kind, failure.stat)])
                elif at > now:
                    soonest = min(soonest or at, at)
        wait_s = _LONGEST_RETRY_WAIT_S if soonest is None else (soonest - now) / 1000
        self.next_retry_s = self._clock.monotonic_s() + min(max(wait_s, 1.0), _LONGEST_RETRY_WAIT_S)

    def retry_now(self, path: bytes | None) -> int:
        """Queue one failed file, or all of them; how many there were."""
        count = 0
        with self._store.read() as reader:
            for failure in reader.failures():
                root = self._roots.of(failure.path)
                stat = failure.stat or stat_or_none(failure.path)
                if (path is None or failure.path == path) and root is not None and stat is not None:
                    self._queue.add(root.raw, [Seen(failure.path, failure.kind, stat)])
                    count += 1
        return count

    def forget_root(self, raw: bytes) -> None:
        """The user no longer wants a root."""
        self._queue.drop_root(raw)
        self._commits.transact(lambda w, c: self._intake.forget_root(w, raw, c))

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
            writer.put_meta(_mounts_key(root.raw), known)

    def _look(self, root: WatchedRoot, paths: list[bytes]) -> tuple[dict[bytes, FileRecord], Tree]:
        known: dict[bytes, FileRecord] = {}
        seen: dict[bytes, Seen] = {}
        unreadable: set[bytes] = set()
        spelling = root.spelling()
        with self._store.read() as reader:
            for path in paths:
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
        return known, Tree(seen, frozenset(unreadable))

    def _carry_out(
        self, root: WatchedRoot, operations: list[Operation], *, scanned: bool, force: bool = False
    ) -> None:
        operations = self._held_back(root, operations, scanned=scanned)
        if not operations:
            return
        reads: list[Seen] = []

        def body(writer: Writer, changes: Changes) -> None:
            reads.extend(self._intake.apply(writer, root.raw, operations, changes))

        self._commits.transact(body)
        failpoint("planned")
        self._queue.add(root.raw, reads, force=force)

    def _held_back(
        self, root: WatchedRoot, operations: list[Operation], *, scanned: bool
    ) -> list[Operation]:
        """The operations without a mass delete that nobody has confirmed."""
        gone = forgets(operations)
        known = 0
        if len(gone) >= self._watch.hold_delete_count:
            with self._store.read() as reader:
                known = sum(1 for _ in reader.files(root.raw))
        share, count = self._watch.hold_delete_share, self._watch.hold_delete_count
        mass = is_mass_delete(len(gone), known, share=share, count=count)
        # Events may ask for two scans within a moment: only a later one is a second opinion.
        again = scanned and root.held > 0 and self._clock.monotonic_s() >= root.held_until_s
        if not mass or root.confirmed or again:
            if scanned:
                root.held, root.confirmed = 0, False
            return operations
        if not root.held:
            root.held_until_s = self._clock.monotonic_s() + _HELD_SCAN_S
        root.held = len(gone)
        root.next_scan_s = root.held_until_s
        log.warning(
            "a mass delete waits for a second scan, or for: muserctl roots confirm",
            extra=fields(root=display(root.raw), files=len(gone), known=known),
        )
        return [operation for operation in operations if not isinstance(operation, Forget)]


def _mounts_key(root: bytes) -> str:
    return f"mounts/{hashlib.sha256(root).hexdigest()[:32]}"


def stat_or_none(path: bytes) -> FileStat | None:
    """What is there now; None when nothing is, or nothing that may be looked at."""
    try:
        return look(path)
    except PermissionError:
        return None
