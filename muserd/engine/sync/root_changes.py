"""Roots come and go: by command, or in the configuration while the daemon was down.

A file belongs to the deepest root that holds it. What belongs to none any more leaves the maps;
its item keeps its vector for `resources.keep_deleted_days`, so that a root that comes back costs
no encoding.
"""

import logging
import os
from collections import defaultdict
from collections.abc import Sequence

from muserd.engine.ingest.apply import Changes
from muserd.engine.ingest.pipeline import Pipeline
from muserd.engine.ingest.transactions import Transactions
from muserd.engine.operations import Forget, Operation
from muserd.engine.sync.delete_guard import HELD_S, DeleteGuard
from muserd.engine.sync.roots import Roots, WatchedRoot
from muserd.engine.timers import NEVER, Timers
from muserd.ground.batches import batched
from muserd.ground.clock import Clock
from muserd.ground.config import Root
from muserd.ground.logs import fields
from muserd.ground.paths import display
from muserd.ground.records import FileRecord
from muserd.store.environment import Store
from muserd.store.writer import Writer

log = logging.getLogger(__name__)

_MOST_FILES = 4_096  # in one transaction

Files = dict[bytes, list[FileRecord]]
Home = tuple[FileRecord, bytes | None]  # a file and the root that holds it


class RootChanges:
    """For the loop's thread."""

    def __init__(
        self,
        store: Store,
        roots: Roots,
        guard: DeleteGuard,
        pipeline: Pipeline,
        transactions: Transactions,
        timers: Timers,
        clock: Clock,
    ) -> None:
        self._store = store
        self._roots = roots
        self._guard = guard
        self._pipeline = pipeline
        self._applier = transactions.applier
        self._transactions = transactions
        self._timer = timers.new(self.look)
        self._clock = clock

    def begin(self, configs: tuple[Root, ...]) -> None:
        """Watch the configured roots, and let go of files that belong to none of them."""
        for config in configs:
            self._watch(config)
        self.look()

    def add(self, config: Root) -> WatchedRoot:
        """Watch a root; files of it that another root had are its own from now on."""
        root = self._watch(config)
        self._rehome()
        return root

    def remove(self, raw: bytes) -> None:
        """Stop watching a root. People said so: its files leave the maps at once."""
        self._roots.remove(raw)
        self._pipeline.drop_root(raw)
        self._guard.drop_root(raw)
        for root, records in self._rehome().items():
            if root == raw:
                self._apply(root, [Forget(record) for record in records])

    def confirm(self, raw: bytes | None) -> int:
        """Let go the files that are held of one root, or of all; how many roots that were."""
        held = [root for root in self._guard.held_roots() if raw in {None, root}]
        for root in held:
            self._guard.confirm(root)
            self._roots.want_scan(root, "confirmed")
        self.look()
        return len(held)

    def look(self) -> None:
        """Let go of the files of absent roots that the guard does not hold."""
        self._timer.arm(self._clock.monotonic_s() + HELD_S)  # also if there is no room now
        for root, records in self._rehome().items():
            with self._store.read() as reader:
                gone: list[Operation] = [Forget(record) for record in records]
                operations = self._guard.judge(root, gone, reader, whole=True)
            log.warning(
                "files of a folder that is not watched any more leave the map",
                extra=fields(root=display(root), files=len(records), kept=self._guard.held(root)),
            )
            self._apply(root, operations)
        absent = [root for root in self._guard.held_roots() if self._roots.get(root) is None]
        self._timer.arm(min((self._guard.look_at_s(root) for root in absent), default=NEVER))

    def _watch(self, config: Root) -> WatchedRoot:
        """Watch a root, knowing which mounts it had when it was last seen whole."""
        root = self._roots.add(config)
        with self._store.read() as reader:
            known: dict[str, int] = reader.meta(root.mounts_key) or {}
        root.mounts = {os.fsencode(folder): device for folder, device in known.items()}
        return root

    def _rehome(self) -> Files:
        """Give every file to the root that holds it; the files that none holds, by former root."""
        moved: list[FileRecord] = []
        orphans: defaultdict[bytes, list[FileRecord]] = defaultdict(list)
        owners: dict[bytes, bytes | None] = {}  # by folder: files are many, folders are few
        with self._store.read() as reader:
            for record in reader.files():
                folder = os.path.dirname(record.path)
                if folder not in owners:
                    owner = self._roots.of(record.path)
                    owners[folder] = owner.raw if owner is not None else None
                raw = owners[folder]
                if raw is None:
                    orphans[record.root].append(record)
                elif raw != record.root:
                    moved.append(record)
        homes = [(record, owners[os.path.dirname(record.path)]) for record in moved]
        for some in batched(homes, _MOST_FILES):

            def body(writer: Writer, _: Changes, some: Sequence[Home] = some) -> None:
                self._applier.rehome(writer, some)

            self._transactions.run(body)
        return orphans

    def _apply(self, root: bytes, operations: list[Operation]) -> None:
        for some in batched(operations, _MOST_FILES):

            def body(writer: Writer, changes: Changes, some: Sequence[Operation] = some) -> None:
                self._applier.apply(writer, root, some, changes)

            self._transactions.run(body)
