"""Takes the shards of an import into the store, a row group a transaction.

Nothing is remembered of what was adopted but what is in the store: what is there already is left
out, so that an adoption may be broken off and begun again at any time.
"""

import logging
import threading
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from muserd.engine.adopt.commit import Commit
from muserd.engine.adopt.selection import Counts, Selection
from muserd.engine.adopt.terms import Terms
from muserd.engine.job_results import Adopted, RefusedShard
from muserd.engine.status import Adopting
from muserd.engine.store_calls import StoreCalls
from muserd.ground.clock import Clock
from muserd.ground.errors import BusyError, ShardError
from muserd.ground.failpoints import failpoint
from muserd.ground.logs import fields
from muserd.shards import manifest as manifests
from muserd.shards.checks import check_path
from muserd.shards.manifest import Manifest, ShardEntry
from muserd.shards.reader import ShardReader
from muserd.store.environment import Store

log = logging.getLogger(__name__)

_MOST_REFUSED = 200  # that are told of one by one


class Adopter:
    """One adoption at a time, on the thread of whoever calls; what it writes, the loop writes.

    Attributes:
        progress: of the adoption under way; None when there is none. Any thread may look.
    """

    def __init__(
        self,
        store: Store,
        terms: Terms,
        commit: Commit,
        calls: StoreCalls,
        cache: Path,
        clock: Clock,
    ) -> None:
        self._store = store
        self._terms = terms
        self._commit = commit
        self._calls = calls
        self._cache = cache
        self._clock = clock
        self._alone = threading.Lock()
        self.progress: Adopting | None = None

    def adopt(self, folder: Path, rebases: Mapping[bytes, bytes]) -> Adopted:
        """Take the shards of a folder.

        Args:
            folder: of the shards.
            rebases: folders of the import that are called otherwise here.

        Raises:
            BusyError: another adoption is under way.
            ShardError: none of the shards can be taken.
            StoreFullError: there is no room; what was taken stays.
        """
        if not self._alone.acquire(blocking=False):
            raise BusyError("shards are being adopted already", "wait for it: muserctl status")
        try:
            manifest = manifests.load(folder)
            targets, bases = self._calls.run(lambda: self._terms.begin(manifest, rebases))
            try:
                self._terms.open_encoders(manifest)
                return self._take(folder, manifest, Selection(targets, bases))
            finally:
                self._calls.run(self._terms.end)
        finally:
            self.progress = None
            self._alone.release()

    def _take(self, folder: Path, manifest: Manifest, selection: Selection) -> Adopted:
        refused: list[RefusedShard] = []
        reader = ShardReader(folder, self._cache, self._clock)
        try:
            for number, entry in enumerate(manifest.shards):
                self._tell(folder, number, manifest, selection.counts)
                try:
                    self._shard(reader, entry, manifest, selection)
                except ShardError as error:
                    log.warning("a shard is left out", extra=fields(why=error.message))
                    refused.append(RefusedShard(name=entry.name, why=error.message))
        finally:
            reader.close()
        return _adopted(manifest, selection.counts, refused)

    def _tell(self, folder: Path, number: int, manifest: Manifest, counts: Counts) -> None:
        self.progress = Adopting(
            folder=str(folder), shards=number, of=len(manifest.shards), items=counts.items
        )

    def _shard(
        self, reader: ShardReader, entry: ShardEntry, manifest: Manifest, selection: Selection
    ) -> None:
        """Take a shard, unless all that it holds is in the store.

        Raises:
            ShardError: something of it is wrong: no more of it is taken.
        """
        made_by, counts = manifest.encoders[entry.space], selection.counts
        files = reader.open(entry, manifest.plan, made_by)
        for row in files:
            check_path(row, manifest.root_paths, entry.space)
        with self._store.read() as view:
            taken = selection.of(files, view)
        if not taken:
            return
        reader.check()
        rows = {one.number: one for one in taken}
        plain = [one for one in taken if one.row.state != "item"]
        for group in reader.items([one.number for one in taken if one.row.state == "item"]):
            batch = [(rows[number], item) for number, item in group]
            self._calls.run(partial(self._commit.items, batch, entry.space, made_by, counts))
            failpoint("adopted")
        if plain:
            self._calls.run(partial(self._commit.others, plain, entry.space, counts))


def _adopted(manifest: Manifest, counts: Counts, refused: Sequence[RefusedShard]) -> Adopted:
    return Adopted(
        shards=len(manifest.shards) - len(refused),
        unfinished=manifest.wanted - len(manifest.shards),
        items=counts.items,
        files=counts.files,
        known=counts.known,
        changed=counts.changed,
        gone=counts.gone,
        left_out=counts.left_out,
        again=counts.again,
        refused=tuple(refused[:_MOST_REFUSED]),
    )
