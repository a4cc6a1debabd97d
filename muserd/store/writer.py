"""What can be changed in the store inside one transaction."""

import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muserd.ground.events import Event
from muserd.ground.gathered import Collection, CollectionId, Verdict
from muserd.ground.json_bodies import encode
from muserd.ground.records import (
    ContentHash,
    EncoderInfo,
    Failure,
    FileRecord,
    FitNumber,
    FitRecord,
    ItemId,
    ItemRecord,
    Kind,
    PlaceRecord,
    Region,
    RegionId,
    Slot,
    Space,
)
from muserd.store import codecs, names, schema
from muserd.store.maps import StoredMap, encode_map
from muserd.store.reader import Reader

_JOURNAL_LENGTH = 512  # events kept for pages that come back after a pause
_MOST_LOST = 64  # paths that are kept of what an item has had
_TEXT_COMPRESSION = 6


class Writer(Reader):
    """One transaction that may change things; commits when its `with` block ends well."""

    # files and items

    def put_file(self, record: FileRecord) -> None:
        """Insert or replace a file, and the path of its item with it."""
        before = self.file(record.path)
        if before is not None and before.item is not None and before.item != record.item:
            self._lose(before.item, before.path)
        self._put(schema.FILES, codecs.path_key(record.path), codecs.encode_file(record))
        if before is None:
            for name in names.names_of(record.path):
                self._put(schema.NAMES, names.name_entry(name, record.path), record.path)
        if record.item is not None:
            entry = codecs.path_entry(record.item, record.path)
            self._put(schema.PATHS, entry, record.path)
            self._delete(schema.LOST, entry)

    def delete_file(self, path: bytes) -> None:
        """Forget a path; its item stays."""
        before = self.file(path)
        if before is None:
            return
        if before.item is not None:
            self._lose(before.item, path)
        self._delete(schema.FILES, codecs.path_key(path))
        for name in names.names_of(path):
            self._delete(schema.NAMES, names.name_entry(name, path))

    def _lose(self, item: ItemId, path: bytes) -> None:
        """A path is an item's no more; that it was is kept, for `muserctl forget PATH`."""
        entry = codecs.path_entry(item, path)
        self._delete(schema.PATHS, entry)
        lost = list(self.lost_paths(item))
        if len(lost) >= _MOST_LOST:
            self._delete(schema.LOST, codecs.path_entry(item, lost[0]))
        self._put(schema.LOST, entry, path)

    def forget_lost_path(self, item: ItemId, path: bytes) -> None:
        """An item has never had a path."""
        self._delete(schema.LOST, codecs.path_entry(item, path))

    def put_item(self, record: ItemRecord) -> None:
        """Insert or replace an item, with what it links to and its aliases."""
        self._forget_links(self.item(record.id))
        key = codecs.u32_key(record.id)
        for _, target in record.facts.links:
            self._put(schema.MENTIONS, names.mentioned(target) + b"\0" + key, b"")
        for alias in record.facts.aliases:
            self._put(schema.NAMES, names.folded(alias) + b"\0" + key, b"\0" + key)
        self._put(schema.ITEMS, codecs.u32_key(record.id), codecs.encode_item(record))
        content = codecs.content_key(record.kind, record.content)
        self._put(schema.CONTENTS, content, codecs.u32_key(record.id))

    def put_text(self, item: ItemId, text: str) -> None:
        """Keep the clean text of a note."""
        data = zlib.compress(text.encode("utf-8", "surrogatepass"), _TEXT_COMPRESSION)
        self._put(schema.TEXTS, codecs.u32_key(item), data)

    def put_caption(self, digest: bytes, vector: bytes) -> None:
        """Keep the vector of a caption, float16 [dim] as bytes."""
        self._put(schema.CAPTIONS, digest, vector)

    # what people gathered

    def put_collection(self, collection: Collection) -> None:
        """Insert or replace a collection; its members stay."""
        key = codecs.u32_key(collection.id)
        self._put(schema.COLLECTIONS, key, codecs.encode_collection(collection))

    def delete_collection(self, number: CollectionId) -> None:
        """Forget a collection and who was in it."""
        prefix = codecs.u32_key(number)
        for key, _ in list(self._scan(schema.MEMBERS, prefix)):
            self._delete(schema.MEMBERS, key)
        self._delete(schema.COLLECTIONS, prefix)

    def next_collection(self) -> CollectionId:
        """The id of a new collection; never given twice."""
        number = int(self.meta("next-collection") or 1)
        self.put_meta("next-collection", number + 1)
        return CollectionId(number)

    def put_member(
        self, number: CollectionId, kind: Kind, content: ContentHash, joined_ms: int
    ) -> bool:
        """Put a content into a collection; whether it was not in it."""
        key = codecs.u32_key(number) + codecs.content_key(kind, content)
        if self._get(schema.MEMBERS, key) is not None:
            return False
        self._put(schema.MEMBERS, key, joined_ms.to_bytes(8, "little", signed=True))
        return True

    def delete_member(self, number: CollectionId, kind: Kind, content: ContentHash) -> None:
        """Take a content out of a collection."""
        self._delete(schema.MEMBERS, codecs.u32_key(number) + codecs.content_key(kind, content))

    def put_verdict(
        self, kind: Kind, one: ContentHash, other: ContentHash, verdict: Verdict
    ) -> None:
        """Remember a decision on two contents."""
        self._put(schema.VERDICTS, codecs.pair_key(kind, one, other), verdict.encode())

    # texts and thumbnails

    def put_thumbs(self, item: ItemId, thumbs: Mapping[int, bytes]) -> None:
        """Keep the WebP thumbnails of a picture by level in pixels."""
        for level, data in thumbs.items():
            self._put(schema.THUMBS, codecs.u32_key(item) + codecs.u32_key(level), data)

    def put_failure(self, failure: Failure) -> None:
        """Record why a file is no item."""
        self._put(schema.FAILURES, codecs.path_key(failure.path), codecs.encode_failure(failure))

    def delete_failure(self, path: bytes) -> None:
        """The file is good, or gone."""
        self._delete(schema.FAILURES, codecs.path_key(path))

    def delete_item(self, item: ItemRecord, space: Space) -> None:
        """Forget an item with everything that hangs on it.

        Its id is never used again, its slot by the next item that needs one.
        """
        key = codecs.u32_key(item.id)
        self._forget_links(item)
        self._delete(schema.ITEMS, key)
        self._delete(schema.CONTENTS, codecs.content_key(item.kind, item.content))
        self._delete(schema.TEXTS, key)
        for path in list(self.lost_paths(item.id)):
            self.forget_lost_path(item.id, path)
        for level in self.thumbs(item.id):
            self._delete(schema.THUMBS, key + codecs.u32_key(level))
        slot = codecs.u32_key(item.slot)
        for table in ("slots", "vectors", "places", "neighbours", "lineage"):
            self._delete(schema.of_space(table, space), slot)
        self._put(schema.of_space("free", space), slot, b"")

    def _forget_links(self, item: ItemRecord | None) -> None:
        if item is None:
            return
        key = codecs.u32_key(item.id)
        for _, target in item.facts.links:
            self._delete(schema.MENTIONS, names.mentioned(target) + b"\0" + key)
        for alias in item.facts.aliases:
            self._delete(schema.NAMES, names.folded(alias) + b"\0" + key)

    # spaces

    def next_item(self) -> ItemId:
        """An id that was never given before."""
        return ItemId(self._next("next-item"))

    def next_slot(self, space: Space) -> Slot:
        """A slot without an item: the lowest that an item left, else the one after the last."""
        free = next(self.free_slots(space), None)
        if free is None:
            return Slot(self._next(f"next-slot/{space}"))
        self._delete(schema.of_space("free", space), codecs.u32_key(free))
        return free

    def put_slot(self, space: Space, slot: Slot, item: ItemId) -> None:
        """Give a slot to an item."""
        self._put(schema.of_space("slots", space), codecs.u32_key(slot), codecs.u32_key(item))

    def put_page_owner(self, space: Space, slot: Slot, item: ItemId) -> None:
        """Say whose thumbnail lies in a slot's cell of the site's pages; NO_ITEM: nobody's."""
        self._put(schema.of_space("pages", space), codecs.u32_key(slot), codecs.u32_key(item))

    def put_vector(self, space: Space, slot: Slot, vector: NDArray[np.float32]) -> None:
        """Keep a vector, float32 [dim]. One in place of another is counted, for caches."""
        if self.vector(space, slot) is not None:
            self._next(schema.REPLACED + space)
        self._put(
            schema.of_space("vectors", space), codecs.u32_key(slot), codecs.encode_vector(vector)
        )

    def delete_vector(self, space: Space, slot: Slot) -> None:
        """Forget a vector; the item keeps its slot."""
        self._delete(schema.of_space("vectors", space), codecs.u32_key(slot))

    def put_place(self, space: Space, slot: Slot, place: PlaceRecord) -> None:
        """Keep a place."""
        self._put(
            schema.of_space("places", space), codecs.u32_key(slot), codecs.encode_place(place)
        )

    def put_neighbours(
        self, space: Space, slot: Slot, slots: NDArray[np.int32], cosines: NDArray[np.float32]
    ) -> None:
        """Keep the nearest of a slot: int32 [30] (−1 pads) and cosines float32 [30]."""
        data = codecs.encode_neighbours(slots, cosines)
        self._put(schema.of_space("neighbours", space), codecs.u32_key(slot), data)

    def put_lineage(self, space: Space, slot: Slot, parent: int, cosine: float, weak: bool) -> None:
        """Keep an item's parent."""
        data = codecs.encode_lineage(parent, cosine, weak)
        self._put(schema.of_space("lineage", space), codecs.u32_key(slot), data)

    def put_region(self, space: Space, region: Region) -> None:
        """Keep a region."""
        key = codecs.u32_key(region.id)
        self._put(schema.of_space("regions", space), key, codecs.encode_region(region))

    def delete_region(self, space: Space, region: RegionId) -> None:
        """Forget a region."""
        self._delete(schema.of_space("regions", space), codecs.u32_key(region))

    def put_fit(self, fit: FitRecord) -> None:
        """Keep a fit's record."""
        key = codecs.u32_key(fit.number)
        self._put(schema.of_space("fits", fit.space), key, codecs.encode_fit(fit))

    def put_map(self, space: Space, number: FitNumber, stored: StoredMap) -> None:
        """Keep the arrays of a fit."""
        self._put(schema.of_space("maps", space), codecs.u32_key(number), encode_map(stored))

    def delete_fit(self, space: Space, number: FitNumber) -> None:
        """Forget a fit and its arrays."""
        self._delete(schema.of_space("fits", space), codecs.u32_key(number))
        self._delete(schema.of_space("maps", space), codecs.u32_key(number))

    def clear_space(self, space: Space, tables: Iterable[str]) -> None:
        """Empty some tables of a space, e.g. when its encoder changes."""
        for table in tables:
            self._transaction.drop(self._tables[schema.of_space(table, space)], delete=False)

    # the rest

    def put_encoder(self, space: Space, info: EncoderInfo) -> None:
        """Record which encoder makes the vectors of a space."""
        fields = ("id", "label", "dim", "device", "note")
        self.put_meta(f"encoder/{space}", {name: getattr(info, name) for name in fields})

    def put_event(self, event: Event) -> None:
        """Record a published event and its revision; the oldest are forgotten."""
        sequence = self._next("next-event")
        self._put(schema.JOURNAL, codecs.u32_key(sequence), encode(event))
        if sequence >= _JOURNAL_LENGTH:
            self._delete(schema.JOURNAL, codecs.u32_key(sequence - _JOURNAL_LENGTH))
        self.put_meta("revision", event.revision)

    def put_meta(self, name: str, value: Any) -> None:
        """Set a value by name. It must be JSON-able."""
        self._put(schema.META, name.encode(), json.dumps(value).encode())

    def _next(self, name: str) -> int:
        number = int(self.meta(name) or 0)
        self.put_meta(name, number + 1)
        return number

    def _put(self, table: str, key: bytes, data: bytes) -> None:
        self._transaction.put(key, data, db=self._tables[table])

    def _delete(self, table: str, key: bytes) -> None:
        self._transaction.delete(key, db=self._tables[table])
