"""Rows of shards, stored as if the encode workers had just said them. For the loop's thread."""

import logging
from collections.abc import Collection, Mapping, Sequence

from muserd.engine.adopt.selection import Counts, Taken
from muserd.engine.ingest.apply import Changes
from muserd.engine.ingest.bisect import each_or_blame
from muserd.engine.ingest.pipeline import Pipeline
from muserd.engine.ingest.transactions import Transactions
from muserd.engine.maps.model import SpaceModel
from muserd.engine.operations import Part, Seen
from muserd.engine.sync.roots import Roots
from muserd.ground.logs import fields
from muserd.ground.paths import display
from muserd.ground.records import KIND_OF, Space
from muserd.ground.texts import one_line
from muserd.shards.checks import encoded_of
from muserd.shards.manifest import MadeBy
from muserd.shards.records import ItemRow
from muserd.store.writer import Writer
from muserd.workers.encode.outcomes import Encoded, FileFailed, FileTask, Known

log = logging.getLogger(__name__)

_LONGEST = 1_000  # characters of what went wrong


class Commit:
    """Writes through the engine's transactions, so that maps and site follow."""

    def __init__(
        self,
        transactions: Transactions,
        models: Mapping[Space, SpaceModel],
        roots: Roots,
        pipeline: Pipeline,
    ) -> None:
        self._transactions = transactions
        self._applier = transactions.applier
        self._models = models
        self._roots = roots
        self._pipeline = pipeline

    def items(
        self,
        batch: Sequence[tuple[Taken, ItemRow]],
        space: Space,
        made_by: MadeBy,
        counts: Counts,
    ) -> None:
        """Store rows of state `item`.

        Raises:
            ShardError: something of one cannot be; none of them is stored.
            StoreFullError: there is no room.
        """
        found = [
            (one, encoded_of(one.row, item, one.path, one.stat, space, made_by))
            for one, item in batch
            if self._roots.get(one.root) is not None
        ]
        each_or_blame(found, lambda some: self._store(some, space, made_by, counts), self._blame)

    def others(self, batch: Sequence[Taken], space: Space, counts: Counts) -> None:
        """Store rows of the other states: further files of items, parts, failures."""
        found = [one for one in batch if self._roots.get(one.root) is not None]
        each_or_blame(found, lambda some: self._store_others(some, space, counts), self._blame)

    def _store(
        self,
        batch: Sequence[tuple[Taken, Encoded]],
        space: Space,
        made_by: MadeBy,
        counts: Counts,
    ) -> None:
        model = self._models[space]

        def body(writer: Writer, changes: Changes) -> None:
            if model.encoder is None:
                writer.put_encoder(space, made_by.info)
                model.encoder = made_by.info
            for one, encoded in batch:
                self._applier.encoded(writer, one.root, encoded, changes)

        changes = self._transactions.run(body, grows=True)
        arrived = {arrival.item.content for arrival in changes.arrivals}
        counts.items += len(arrived)
        self._done([one for one, _ in batch], counts, arrived)

    def _store_others(self, batch: Sequence[Taken], space: Space, counts: Counts) -> None:
        def body(writer: Writer, changes: Changes) -> None:
            for one in batch:
                self._store_other(writer, one, space, changes)

        changes = self._transactions.run(body, grows=True)
        unknown = {seen.path for seen in changes.again}  # the item of a `same` was not taken
        counts.again += len(unknown)
        self._done([one for one in batch if one.path not in unknown], counts)

    def _store_other(self, writer: Writer, one: Taken, space: Space, changes: Changes) -> None:
        kind, row = KIND_OF[space], one.row
        task = FileTask(one.path, kind)
        if row.state == "part":
            part = Part(writer.file(one.path), Seen(one.path, kind, one.stat))
            self._applier.apply(writer, one.root, [part], changes)
        elif row.state == "same":
            self._applier.known(writer, one.root, Known(task, one.stat, row.sha256), changes)
        else:
            said, hint = (one_line(text, _LONGEST) for text in (row.message, row.hint))
            cause = one_line(row.cause, _LONGEST)
            failed = FileFailed(task, cause, said, hint, row.retry, one.stat)
            self._applier.failed(writer, one.root, one.stat, failed, changes)

    def _done(
        self, batch: Sequence[Taken], counts: Counts, arrived: Collection[bytes] = ()
    ) -> None:
        counts.files += len(batch)
        for one in batch:
            self._pipeline.stored(one.path, one.stat, encoded=one.row.content in arrived)

    @staticmethod
    def _blame(one: object, error: Exception) -> None:
        """A row cannot be stored: the scan finds its file, and what is wrong is said of that."""
        taken = one[0] if isinstance(one, tuple) else one
        path = taken.path if isinstance(taken, Taken) else b""
        log.error("a row of a shard is left out", extra=fields(path=display(path), error=error))
