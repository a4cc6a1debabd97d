"""Keeps the full-text cache in step with the store, in a thread of its own.

The loop only names the items that changed; reading, folding and indexing them happens here, so a
commit does not wait for it. At start all items are compared by stamp with what the cache holds.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping

from muserd.engine.find.backfill import Backfill
from muserd.engine.find.captions import Captions
from muserd.engine.store_calls import StoreCalls
from muserd.find.documents import Document, caption_of, document_of, stamp_of
from muserd.find.fulltext import FullText
from muserd.ground.errors import BusyError, StoreError
from muserd.ground.logs import fields
from muserd.ground.records import ItemId, ItemRecord
from muserd.ground.work_thread import WorkThread
from muserd.store.environment import Store
from muserd.store.reader import Reader
from muserd.store.writer import Writer

log = logging.getLogger(__name__)

BATCH = 64  # documents in one transaction
_AGAIN_S = 30.0  # until a file that cannot be made is tried again


class IndexKeeper:
    """Thread-safe.

    Args:
        store: the truth.
        index: the cache.
        roots: the watched folders, as bytes.
        captions: is told what pictures are called.
        backfill: is told of pictures without colours.
        calls: writes the store.
    """

    def __init__(
        self,
        store: Store,
        index: FullText,
        roots: Callable[[], Iterable[bytes]],
        captions: Captions,
        backfill: Backfill,
        calls: StoreCalls,
    ) -> None:
        self.index = index
        self._store = store
        self._roots = roots
        self._captions = captions
        self._backfill = backfill
        self._calls = calls
        self._waiting: dict[ItemId, None] = {}
        self._whole = True  # compare everything
        self._indexing = False
        self._thread = WorkThread("muserd-find", self._is_due, self._run)

    def start(self) -> None:
        """Begin; the first thing is to compare everything."""
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """End; what waits is found at the next start."""
        self._thread.stop(timeout_s)
        self.index.close()

    def note(self, items: Iterable[ItemId]) -> None:
        """These items came, went, or are called otherwise."""
        with self._thread.changing():
            self._waiting.update(dict.fromkeys(items))

    def wait(self, timeout_s: float) -> bool:
        """Wait until all that was noted is indexed; whether it is."""
        return self._thread.wait_for(
            lambda: not (self._waiting or self._indexing or self._whole), timeout_s
        )

    def settled(self, timeout_s: float) -> bool:
        """Wait until nothing is left to do, captions included; whether it is so."""
        return self._thread.wait_for(
            lambda: self._thread.idle and not (self._waiting or self._whole), timeout_s
        )

    @property
    def behind(self) -> int:
        """Items that wait to be indexed."""
        return len(self._waiting)

    def rebuild(self) -> None:
        """Make the cache anew: it could not be used."""
        with self._thread.changing():
            self._whole = True

    # the thread

    def _is_due(self) -> bool:
        return self._whole or bool(self._waiting)

    def _run(self) -> None:
        with self._thread.changing():
            self._indexing = True
        try:
            self._work()
        except (StoreError, BusyError) as error:  # the next start compares everything
            log.warning("the full-text cache is behind", extra=fields(why=error))
        except (sqlite3.Error, OSError) as error:
            self._broken(error)
        finally:
            with self._thread.changing():
                self._indexing = False

    def _work(self) -> None:
        if not self._captions.is_current():
            self._whole = True  # every caption is to be compared with another encoder's vectors
        if self._whole:
            self._compare()
        while some := self._taken():
            with self._store.read() as reader:
                self._index(reader, some)
        with self._thread.changing():
            self._indexing = False
        self._captions.encode(self._keep, self._interrupted)
        self.note(self._backfill.fill(self._calls, self._interrupted))

    def _interrupted(self) -> bool:
        return bool(self._waiting or self._thread.stopping)

    def _keep(self, vectors: Mapping[bytes, bytes]) -> None:
        def put(writer: Writer) -> None:
            for digest, vector in vectors.items():
                writer.put_caption(digest, vector)

        self._calls.write(put)

    def _taken(self) -> list[ItemId]:
        with self._thread.changing():
            if self._thread.stopping:
                return []
            some = list(self._waiting)[:BATCH]
            for item in some:
                del self._waiting[item]
            return some

    def _index(self, reader: Reader, items: Iterable[ItemId]) -> None:
        documents: list[Document] = []
        gone: list[ItemId] = []
        roots = tuple(self._roots())
        for item in items:
            record, paths = reader.item(item), list(reader.paths(item))
            if record is None or record.gone_at_ms is not None or not paths:
                gone.append(item)
            else:
                if record.kind == "image":
                    self._see(record, paths, roots)
                documents.append(document_of(record, paths, lambda i=item: reader.text(i), roots))  # type: ignore[misc]
        self.index.update(documents, gone)

    def _see(self, record: ItemRecord, paths: list[bytes], roots: tuple[bytes, ...]) -> None:
        self._captions.set(record.slot, caption_of(record, paths, roots))
        if not record.facts.dhash:
            self._backfill.note(record.id)

    def _compare(self) -> None:
        """Find out what the cache does not know, or knows of items that are gone."""
        if self.index.worn:
            self.index.reset()
        known = self.index.stamps()
        different: dict[ItemId, None] = {}
        roots = tuple(self._roots())
        with self._store.read() as reader:
            for record in reader.items():
                if record.gone_at_ms is not None:
                    continue
                stamp, paths = known.pop(record.id, None), list(reader.paths(record.id))
                if stamp != stamp_of(record, paths):
                    different[record.id] = None
                elif record.kind == "image":
                    self._see(record, paths, roots)
        different.update(dict.fromkeys(known))  # these are gone
        with self._thread.changing():
            self._waiting = different | self._waiting
            self._whole = False
        if different:
            log.info("items to index", extra=fields(items=len(different)))

    def _broken(self, error: Exception) -> None:
        log.warning("the full-text cache is made anew", extra=fields(why=error))
        try:
            self.index.reset()
        except (sqlite3.Error, OSError) as again:
            log.warning("there is no full-text search", extra=fields(why=again))
            self._thread.rest(_AGAIN_S)
        self._whole = not self._thread.stopping
