"""Files that an earlier version of their reader read are read again, when nothing else is to do.

What is known of an item says which version found it (`Facts.reader`), so that this goes on where
it ended, after whatever. Few files at a time: a new file waits for no more than these. Contents are
not encoded anew but for notes whose text comes out otherwise, and settled places stay.
"""

import logging
from itertools import islice

from muserd.engine.gate import Gate
from muserd.engine.ingest.pipeline import Pipeline
from muserd.engine.operations import Seen
from muserd.engine.sync.roots import Roots
from muserd.engine.timers import Timers
from muserd.ground.clock import Clock
from muserd.ground.formats import FORMATS, reader_version
from muserd.ground.logs import fields
from muserd.ground.records import FileRecord, FileState, ItemId, ItemRecord
from muserd.store.environment import Store
from muserd.store.reader import Reader

log = logging.getLogger(__name__)

FIRST_S = 20.0  # after the start: scans and what they find come first
_PAUSE_S = 0.5  # between two lots, so that half of the time is left for everything else
_BUSY_S = 5.0
AT_ONCE = 24  # files
_LOOKED_AT = 2_000  # items in one step: their records are decoded on the loop's thread
_MOST_PATHS = 20
_META = "readers"
_NOW = {row.name: row.version for row in FORMATS}


class Rereads:
    """For the loop's thread."""

    def __init__(
        self,
        store: Store,
        roots: Roots,
        pipeline: Pipeline,
        gate: Gate,
        timers: Timers,
        clock: Clock,
    ) -> None:
        self._store = store
        self._roots = roots
        self._pipeline = pipeline
        self._gate = gate
        self._clock = clock
        self._next = ItemId(0)  # the first item that was not looked at
        self._count = 0
        self._ended = self._left = False
        self._timer = timers.new(self._step)
        self._timer.arm(clock.monotonic_s() + FIRST_S)

    def _step(self) -> None:
        now_s = self._clock.monotonic_s()
        if self._gate or self._pipeline.count() or self._roots.busy:
            self._timer.arm(now_s + _BUSY_S)
        elif self._ended:
            self._end()
        else:
            self._read_some()

    def _read_some(self) -> None:
        with self._store.read() as reader:
            if self._next == 0 and reader.meta(_META) == _NOW:
                return  # nothing was read by another version
            files = self._some(reader)
        for file in files:
            seen = Seen(file.path, file.kind, file.stat)
            self._pipeline.add(file.root, [seen], reread=True)
        self._count += len(files)
        self._timer.arm(self._clock.monotonic_s() + _PAUSE_S)

    def _end(self) -> None:
        if not self._left:
            with self._store.write() as writer:
                writer.put_meta(_META, _NOW)
        if self._count:
            log.info("files of earlier readers were read again", extra=fields(files=self._count))

    def _some(self, reader: Reader) -> list[FileRecord]:
        """Files to be read now; often none, until all items were looked at."""
        found: list[FileRecord] = []
        for item in islice(reader.items_from(self._next), _LOOKED_AT):
            self._next = ItemId(item.id + 1)
            file = self._file(reader, item)
            if file is not None:
                found.append(file)
            if len(found) >= AT_ONCE:
                return found
        self._ended = next(reader.items_from(self._next), None) is None
        return found

    def _file(self, reader: Reader, item: ItemRecord) -> FileRecord | None:
        """A file of an item that a newer reader would read otherwise; None for most."""
        if item.gone_at_ms is not None:
            return None
        for path in islice(reader.each_path(item.id), _MOST_PATHS):
            if item.facts.reader >= reader_version(path):
                continue
            file = reader.file(path)
            if file is not None and file.state is FileState.PRESENT and self._roots.of(path):
                return file
            self._left = True  # its root is away: after another start
        return None
