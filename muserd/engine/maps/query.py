"""What the page asks of the index: search, neighbours, originals, previews, texts."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from cachetools import LRUCache

from muserd.engine.answers import (
    Hit,
    Links,
    LinkTarget,
    NotePage,
    NoteText,
    Related,
    SearchResult,
    Similar,
)
from muserd.engine.links import Edge, edges_of, parts_of
from muserd.engine.maps.model import SpaceModel
from muserd.engine.note_source import read_source, targets
from muserd.engine.sync.roots import Roots
from muserd.find.outstanding import outstanding
from muserd.ground.errors import MuserError
from muserd.ground.facts import SECTION_GAP
from muserd.ground.kinds import MEDIA_TYPES
from muserd.ground.names import exact
from muserd.ground.paths import display
from muserd.ground.records import (
    SPACE_OF,
    FileRecord,
    FileStat,
    FileState,
    ItemId,
    ItemRecord,
    Slot,
    Space,
)
from muserd.store.environment import Store
from muserd.store.reader import Reader
from muserd.workers.encode.host import EncodeWorker

_QUERY_TIMEOUT_S = 20.0  # a cold encoder takes several seconds to load
_PREVIEW_TIMEOUT_S = 15.0
_PREVIEWS_BYTES = 32 * 2**20

_LEAST_MEANT = 0.1  # of 1: most pictures have nothing to do with the classes that words mean


@dataclass(frozen=True, slots=True)
class Original:
    """A file as it lies on the disk.

    Attributes:
        charset: of a text, as HTTP names it; empty for UTF-8.
    """

    path: bytes
    media_type: str
    name: str
    stat: FileStat
    charset: str = ""


class Query:
    """Thread-safe: every method may be called from any thread; some wait for a worker."""

    def __init__(
        self,
        store: Store,
        spaces: dict[Space, SpaceModel],
        workers: dict[Space, EncodeWorker],
        roots: Roots,
    ) -> None:
        self._store = store
        self._spaces = spaces
        self._workers = workers
        self._roots = roots
        self._previews: LRUCache[tuple[ItemId, int, int, FileStat], bytes] = LRUCache(
            _PREVIEWS_BYTES, len
        )
        self._previews_lock = threading.Lock()

    def search(self, words: str, space: Space, limit: int) -> SearchResult:
        """The items that words describe, best first; none when nothing stands out.

        Raises:
            WorkerError: the encoder is not there to answer.
        """
        answer = self._workers[space].query(words, _QUERY_TIMEOUT_S)
        with self._store.read() as reader:
            slots, scores = self._spaces[space].scores(answer.vector, answer.concepts, reader)
        found = outstanding(scores)[:limit]
        if answer.concepts is not None:
            found = found[scores[found] >= _LEAST_MEANT]
        hits = [(Slot(int(slots[i])), float(scores[i])) for i in found]
        return SearchResult(space=space, query=words, hits=self._named(space, hits))

    def similar(self, item: ItemId, limit: int) -> Similar | None:
        """The nearest items of the same space, nearest first; None for an unknown item."""
        with self._store.read() as reader:
            record = reader.item(item)
            if record is None or record.gone_at_ms is not None:
                return None
            space = SPACE_OF[record.kind]
            slots, cosines = self._spaces[space].exact_neighbours(record.slot, limit, reader)
        hits = [(Slot(s), c) for s, c in zip(slots.tolist(), cosines.tolist(), strict=True)]
        return Similar(space=space, id=item, hits=self._named(space, hits))

    def original(self, item: ItemId, part: int = 0) -> Original | None:
        """Where an item's bytes lie; None when it is unknown, gone, away, or in no root.

        With `part`, from 1, those of a file that belongs to it: see `Links.parts`.
        """
        with self._store.read() as reader:
            for file in self._part(reader, item, part) if part else self._served(reader, item):
                if file.state in {FileState.PRESENT, FileState.PART}:
                    name = file.path.rsplit(b"/", 1)[-1]
                    suffix = os.path.splitext(name)[1].lower()
                    media_type = MEDIA_TYPES.get(suffix, "application/octet-stream")
                    record = reader.item(item)
                    charset = record.facts.encoding if record is not None else ""
                    return Original(file.path, media_type, display(name), file.stat, charset)
        return None

    def _part(self, reader: Reader, item: ItemId, part: int) -> list[FileRecord]:
        record = reader.item(item)
        if record is None:
            return []
        return parts_of(reader, record, frozenset(self._roots.present))[part - 1 : part]

    def _served(self, reader: Reader, item: ItemId) -> Iterator[FileRecord]:
        """The files of an item that lie in a present root, by name."""
        present = self._roots.present  # files of others are never served
        for file in map(reader.file, reader.paths(item)):
            if file is not None and file.root in present:
                yield file

    def preview(self, item: ItemId, size_px: int, part: int = 0) -> bytes | None:
        """A WebP of at most `size_px` pixels a side; None when the original is not there.

        Of a document it is the page with the number `part`, of a video the frame, from 0.
        """
        original = self.original(item)
        if original is None:
            return None
        key = item, size_px, part, original.stat
        with self._previews_lock:
            kept = self._previews.get(key)
        if kept is not None:
            return kept
        try:
            worker = self._workers["image"]
            data = worker.preview(original.path, size_px, part, _PREVIEW_TIMEOUT_S)
        except MuserError:
            return None
        if len(data) <= _PREVIEWS_BYTES:
            with self._previews_lock:
                self._previews[key] = data
        return data

    def links(self, item: ItemId) -> Links | None:
        """What an item points at, what points at it, its bridges to the other map.

        None for an unknown item.
        """
        with self._store.read() as reader:
            record = reader.item(item)
            if record is None:
                return None
            present = frozenset(self._roots.present)
            edges = edges_of(reader, record, present)
            parts = tuple(exact(file.path) for file in parts_of(reader, record, present))
        return Links(id=item, edges=tuple(map(_related, edges)), parts=parts)

    def note_page(self, item: ItemId) -> NotePage | None:
        """A note for people to read; None for a picture, or without a file in a root."""
        with self._store.read() as reader:
            record = reader.item(item)
            file = next(self._served(reader, item), None)
            if record is None or record.kind != "note" or file is None:
                return None
        source = read_source(file, self._roots.present)
        with self._store.read() as reader:
            if source is None or record.facts.sections:
                return _words(record, reader.text(item))
            meant = targets(reader, file, source, frozenset(self._roots.present))
            found = {target: reader.item(one) for target, one in meant.items()}
        links = {
            target: LinkTarget(id=one.id, slot=one.slot, space=SPACE_OF[one.kind])
            for target, one in found.items()
            if one is not None and one.gone_at_ms is None
        }
        return NotePage(
            id=item, text=source.text, format=source.format, head=source.head, links=links
        )

    def note_text(self, item: ItemId) -> NoteText | None:
        """The text of a note as it was read; None for a picture, or without a file in a root."""
        with self._store.read() as reader:
            record = reader.item(item)
            if record is None or record.kind != "note":
                return None
            if not any(self._served(reader, item)):
                return None
            return NoteText(id=item, text=reader.text(item))

    def _named(self, space: Space, hits: list[tuple[Slot, float]]) -> tuple[Hit, ...]:
        named = []
        with self._store.read() as reader:
            for slot, score in hits:
                item = reader.slot_item(space, slot)
                record = reader.item(item) if item is not None else None
                if record is not None and record.gone_at_ms is None:
                    named.append(_hit(record, score))
        return tuple(named)


def _words(record: ItemRecord, text: str) -> NotePage:
    """A document as its words, each of its notes apart."""
    sections = record.facts.sections
    if not sections:
        return NotePage(id=record.id, text=text, format="words")
    pieces = text.split(SECTION_GAP)
    cut = tuple(
        (title, when, piece) for (title, when), piece in zip(sections, pieces, strict=False)
    )
    return NotePage(id=record.id, text="", format="words", sections=cut)


def _related(edge: Edge) -> Related:
    item = edge.item
    return Related(
        id=item.id,
        slot=item.slot,
        space=SPACE_OF[item.kind],
        title=item.facts.title,
        name=item.name,
        kind=edge.kind,
        outward=edge.outward,
        reason=edge.reason,
    )


def _hit(record: ItemRecord, score: float) -> Hit:
    return Hit(
        slot=record.slot,
        id=record.id,
        title=record.facts.title,
        name=record.name,
        score=round(score, 4),
    )
