"""Gives pictures their colours and hashes that were taken in before Muser knew of them.

Made of the thumbnails in the store, once: nothing is read from the disk again.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

import msgspec

from muserd.engine.store_calls import StoreCalls
from muserd.extract.looks import PACKED_BYTES, Looks
from muserd.ground.batches import batched
from muserd.ground.errors import MuserError
from muserd.ground.logs import fields
from muserd.ground.records import ItemId
from muserd.store.environment import Store
from muserd.store.writer import Writer
from muserd.workers.encode.host import EncodeWorker

log = logging.getLogger(__name__)

AT_ONCE = 64  # pictures in one request
_TIMEOUT_S = 60.0
_LEVEL_PX = 64  # of the thumbnails: larger than what colours and hash are made of


class Backfill:
    """The pictures without looks. Belongs to the index keeper's thread."""

    def __init__(self, store: Store, worker: EncodeWorker) -> None:
        self._store = store
        self._worker = worker
        self._missing: dict[ItemId, None] = {}

    def note(self, item: ItemId) -> None:
        """This picture has no looks."""
        self._missing[item] = None

    def fill(self, calls: StoreCalls, interrupted: Callable[[], bool]) -> list[ItemId]:
        """Make and keep what is missing; which items have it now.

        Args:
            calls: writes the store.
            interrupted: whether there is something better to do.
        """
        done: list[ItemId] = []
        while self._missing and not interrupted():
            some = [item for item, _ in zip(self._missing, range(AT_ONCE), strict=False)]
            for item in some:
                del self._missing[item]
            try:
                looks = self._looks(some)
            except MuserError as error:
                log.info("colours of earlier pictures must wait", extra=fields(why=error))
                break
            calls.write(lambda writer, looks=looks: _keep(writer, looks))  # type: ignore[misc]
            done += looks
        if done:
            log.info("earlier pictures have their colours now", extra=fields(pictures=len(done)))
        return done

    def _looks(self, items: list[ItemId]) -> dict[ItemId, Looks]:
        with self._store.read() as reader:
            thumbs = {item: reader.thumbs(item).get(_LEVEL_PX) for item in items}
        having = {item: thumb for item, thumb in thumbs.items() if thumb}
        if not having:
            return {}
        data = self._worker.looks(list(having.values()), _TIMEOUT_S)
        packed = zip(having, batched(data, PACKED_BYTES), strict=True)
        return {item: Looks.unpacked(bytes(one)) for item, one in packed}


def _keep(writer: Writer, looks: Mapping[ItemId, Looks]) -> None:
    for item, one in looks.items():
        record = writer.item(item)
        if record is not None:
            facts = msgspec.structs.replace(record.facts, colours=one.colours, dhash=one.dhash)
            writer.put_item(replace(record, facts=facts))
