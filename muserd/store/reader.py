"""What can be asked of the store inside one transaction."""

import hashlib
import json
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from muserd.ground.errors import StoreError
from muserd.ground.events import Event
from muserd.ground.gathered import Collection, CollectionId
from muserd.ground.records import (
    KIND_OF,
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
from muserd.ground.texts import many_lines
from muserd.store import codecs, schema
from muserd.store.maps import StoredMap, decode_map

Neighbours = tuple[NDArray[np.int32], NDArray[np.float32]]

_ROWS = 4_096  # records decoded at a time
_ROW_OF = {
    "places": codecs.PLACE_ROW,
    "neighbours": codecs.NEIGHBOURS_ROW,
    "lineage": codecs.LINEAGE_ROW,
}

_EVENT = msgspec.json.Decoder(Event)


class Reader:
    """One consistent view of the store. Valid until its `with` block ends."""

    def __init__(self, transaction: Any, tables: dict[str, Any]) -> None:
        self._transaction = transaction
        self._tables = tables

    # files and items

    def file(self, path: bytes) -> FileRecord | None:
        """The record of one path."""
        data = self._get(schema.FILES, codecs.path_key(path))
        return codecs.decode_file(data) if data else None

    def files(self, root: bytes | None = None) -> Iterator[FileRecord]:
        """All known files, or those of one root, in the order of their paths."""
        for _, data in self._scan(schema.FILES):
            record = codecs.decode_file(data)
            if root is None or record.root == root:
                yield record

    def files_below(self, folder: bytes) -> Iterator[FileRecord]:
        """The known files under a folder."""
        prefix = folder.rstrip(b"/") + b"/"
        for _, data in self._scan(schema.FILES, codecs.path_key(prefix)[:480]):
            record = codecs.decode_file(data)
            if record.path.startswith(prefix):
                yield record

    def files_beginning(self, prefix: bytes) -> Iterator[FileRecord]:
        """The known files whose paths begin so."""
        for _, data in self._scan(schema.FILES, codecs.path_key(prefix)[:480]):
            record = codecs.decode_file(data)
            if record.path.startswith(prefix):
                yield record

    def item(self, item: ItemId) -> ItemRecord | None:
        """One item."""
        data = self._get(schema.ITEMS, codecs.u32_key(item))
        return codecs.decode_item(item, data) if data else None

    def items(self) -> Iterator[ItemRecord]:
        """Every item, gone ones too, by id."""
        for key, data in self._scan(schema.ITEMS):
            yield codecs.decode_item(ItemId(codecs.number_of(key)), data)

    def items_from(self, first: ItemId) -> Iterator[ItemRecord]:
        """Every item from an id on, gone ones too, by id."""
        with self._transaction.cursor(db=self._tables[schema.ITEMS]) as cursor:
            if not cursor.set_range(codecs.u32_key(first)):
                return
            for key, data in cursor.iternext():
                yield codecs.decode_item(ItemId(codecs.number_of(key)), data)

    def item_with(self, kind: Kind, content: ContentHash) -> ItemId | None:
        """The item of a content, gone or not."""
        data = self._get(schema.CONTENTS, codecs.content_key(kind, content))
        return ItemId(codecs.number_of(data)) if data else None

    def contents(self, kind: Kind) -> Iterator[ContentHash]:
        """The hashes of all contents of a kind."""
        prefix = codecs.content_key(kind, ContentHash(b""))
        for key, _ in self._scan(schema.CONTENTS, prefix):
            yield ContentHash(key[1:])

    def paths(self, item: ItemId) -> list[bytes]:
        """The paths of one item, sorted."""
        return sorted(self.each_path(item))

    def each_path(self, item: ItemId) -> Iterator[bytes]:
        """The paths of one item by their digests, so not by name; there may be thousands."""
        return (data for _, data in self._scan(schema.PATHS, codecs.u32_key(item)))

    def lost_paths(self, item: ItemId) -> Iterator[bytes]:
        """Paths that an item has had and lost: some dozens at most, the last ones among them.

        None for an item that lost its last one when these were not kept yet.
        """
        return (data for _, data in self._scan(schema.LOST, codecs.u32_key(item)))

    def has_path(self, item: ItemId, path: bytes) -> bool:
        """Whether a path is one of an item's."""
        return self._get(schema.PATHS, codecs.path_entry(item, path)) is not None

    def named(self, name: bytes) -> Iterator[bytes | ItemId]:
        """Paths of files with a folded name or stem, and items with such an alias."""
        for _, data in self._scan(schema.NAMES, name + b"\0"):
            yield ItemId(codecs.number_of(data[1:])) if data.startswith(b"\0") else data

    def mentions(self, name: bytes) -> Iterator[ItemId]:
        """The items that link to a folded name, gone ones too, by id."""
        for key, _ in self._scan(schema.MENTIONS, name + b"\0"):
            yield ItemId(codecs.number_of(key[-4:]))

    def text(self, item: ItemId) -> str:
        """The clean text of a note; empty for a picture.

        What steers is taken out: texts were stored before they were cleaned at the door.
        """
        data = self._get(schema.TEXTS, codecs.u32_key(item))
        return many_lines(zlib.decompress(data).decode("utf-8", "replace")) if data else ""

    def caption(self, digest: bytes) -> bytes | None:
        """The vector of a caption, float16 [dim] as bytes; None when it was never encoded."""
        return self._get(schema.CAPTIONS, digest)

    def collections(self) -> list[Collection]:
        """Every collection, by id."""
        return [codecs.decode_collection(data) for _, data in self._scan(schema.COLLECTIONS)]

    def collection(self, number: CollectionId) -> Collection | None:
        """One collection."""
        data = self._get(schema.COLLECTIONS, codecs.u32_key(number))
        return codecs.decode_collection(data) if data else None

    def members(self, number: CollectionId) -> Iterator[tuple[Kind, ContentHash, int]]:
        """The contents of a collection and when each joined, Unix milliseconds."""
        for key, data in self._scan(schema.MEMBERS, codecs.u32_key(number)):
            yield *codecs.content_of(key[4:]), int.from_bytes(data, "little", signed=True)

    def verdict(self, kind: Kind, one: ContentHash, other: ContentHash) -> str:
        """What was decided on two contents; empty when nothing was."""
        data = self._get(schema.VERDICTS, codecs.pair_key(kind, one, other))
        return data.decode() if data else ""

    def thumbs(self, item: ItemId) -> dict[int, bytes]:
        """The WebP thumbnails of a picture by level in pixels."""
        prefix = codecs.u32_key(item)
        return {codecs.number_of(key[4:]): data for key, data in self._scan(schema.THUMBS, prefix)}

    def failures(self) -> Iterator[Failure]:
        """Every file that could not become an item."""
        for _, data in self._scan(schema.FAILURES):
            yield codecs.decode_failure(data)

    def failure(self, path: bytes) -> Failure | None:
        """The failure of one path."""
        data = self._get(schema.FAILURES, codecs.path_key(path))
        return codecs.decode_failure(data) if data else None

    # spaces

    def slots(self, space: Space) -> Iterator[tuple[Slot, ItemId]]:
        """Every slot with its item, ascending."""
        for key, data in self._scan(schema.of_space("slots", space)):
            yield Slot(codecs.number_of(key)), ItemId(codecs.number_of(data))

    def free_slots(self, space: Space) -> Iterator[Slot]:
        """The slots that items left for others, ascending."""
        for key, _ in self._scan(schema.of_space("free", space)):
            yield Slot(codecs.number_of(key))

    def slot_item(self, space: Space, slot: Slot) -> ItemId | None:
        """The item of one slot."""
        data = self._get(schema.of_space("slots", space), codecs.u32_key(slot))
        return ItemId(codecs.number_of(data)) if data else None

    def page_owners(self, space: Space) -> Iterator[tuple[Slot, ItemId]]:
        """Whose thumbnails lie on the pages of the published site, by slot, ascending."""
        for key, data in self._scan(schema.of_space("pages", space)):
            yield Slot(codecs.number_of(key)), ItemId(codecs.number_of(data))

    def vector(self, space: Space, slot: Slot) -> NDArray[np.float32] | None:
        """The vector of one slot, float32 [dim]; read-only."""
        data = self._get(schema.of_space("vectors", space), codecs.u32_key(slot))
        return codecs.decode_vector(data) if data else None

    def vectors_of(self, space: Space, slots: NDArray[np.intp]) -> NDArray[np.float32]:
        """float32 [m, dim]: the vectors of some slots, intp [m].

        Raises:
            StoreError: a slot has none.
        """
        rows = []
        for slot in slots.tolist():
            vector = self.vector(space, Slot(slot))
            if vector is None:
                raise StoreError(f"{space} slot {slot}: no vector")
            rows.append(vector)
        return np.stack(rows) if rows else np.zeros((0, 0), np.float32)

    def vectors(self, space: Space) -> Iterator[tuple[Slot, NDArray[np.float32]]]:
        """Every slot with its vector, ascending."""
        for key, data in self._scan(schema.of_space("vectors", space)):
            yield Slot(codecs.number_of(key)), codecs.decode_vector(data)

    def count_vectors(self, space: Space) -> int:
        """How many slots have a vector."""
        return self.count(schema.of_space("vectors", space))

    def contents_digest(self, space: Space) -> str:
        """Which content every slot holds, and how many vectors there are, as a digest.

        It changes with every vector that was put in place of another one.
        """
        digest = hashlib.blake2b(b"%d" % self.count(schema.of_space("vectors", space)))
        if (replaced := self.meta(schema.REPLACED + space)) is not None:
            digest.update(b" %d " % replaced)
        kind = bytes(codecs.content_key(KIND_OF[space], ContentHash(b"")))
        for table, prefix in ((schema.of_space("slots", space), b""), (schema.CONTENTS, kind)):
            for key, data in self._scan(table, prefix):
                digest.update(key + data)
        return digest.hexdigest()[:32]

    def place(self, space: Space, slot: Slot) -> PlaceRecord | None:
        """The place of one slot."""
        data = self._get(schema.of_space("places", space), codecs.u32_key(slot))
        return codecs.decode_place(data) if data else None

    def places(self, space: Space) -> Iterator[tuple[Slot, PlaceRecord]]:
        """Every slot with its place, ascending."""
        for key, data in self._scan(schema.of_space("places", space)):
            yield Slot(codecs.number_of(key)), codecs.decode_place(data)

    def rows(
        self, table: Literal["places", "neighbours", "lineage"], space: Space
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.void]]]:
        """Every slot with its record, ascending, many at a time: intp [m], and rows of `codecs`."""
        scan = self._scan(schema.of_space(table, space))
        while some := list(islice(scan, _ROWS)):
            slots = np.frombuffer(b"".join(key for key, _ in some), ">u4").astype(np.intp)
            yield slots, codecs.decode_rows([data for _, data in some], _ROW_OF[table])

    def neighbours(self, space: Space, slot: Slot) -> Neighbours | None:
        """The 30 nearest of one slot: int32 [30] (−1 pads), cosines float32 [30]."""
        data = self._get(schema.of_space("neighbours", space), codecs.u32_key(slot))
        return codecs.decode_neighbours(data) if data else None

    def lineage(self, space: Space) -> Iterator[tuple[Slot, tuple[int, float, bool]]]:
        """Every slot with its parent slot, the cosine to it, and whether the join is weak."""
        for key, data in self._scan(schema.of_space("lineage", space)):
            yield Slot(codecs.number_of(key)), codecs.decode_lineage(data)

    def regions(self, space: Space) -> list[Region]:
        """Every region, retired ones too, by id."""
        return [
            codecs.decode_region(data) for _, data in self._scan(schema.of_space("regions", space))
        ]

    def region(self, space: Space, region: RegionId) -> Region | None:
        """One region."""
        data = self._get(schema.of_space("regions", space), codecs.u32_key(region))
        return codecs.decode_region(data) if data else None

    def fits(self, space: Space) -> list[FitRecord]:
        """Every fit that is remembered, by number."""
        return [codecs.decode_fit(data) for _, data in self._scan(schema.of_space("fits", space))]

    def current_fit(self, space: Space) -> FitRecord | None:
        """The fit whose map is shown."""
        return next((fit for fit in self.fits(space) if fit.state == "current"), None)

    def map(self, space: Space, number: FitNumber) -> StoredMap | None:
        """The arrays of one fit."""
        data = self._get(schema.of_space("maps", space), codecs.u32_key(number))
        return decode_map(data) if data else None

    # the rest

    def encoder(self, space: Space) -> EncoderInfo | None:
        """The encoder that made the vectors of a space."""
        values = self.meta(f"encoder/{space}")
        return EncoderInfo(**values) if values else None

    def revision(self) -> int:
        """The revision of the last publish."""
        return int(self.meta("revision") or 0)

    def events_after(self, revision: int) -> list[Event] | None:
        """The published events after `revision`, oldest first; None when some are forgotten."""
        events = [_EVENT.decode(data) for _, data in self._scan(schema.JOURNAL)]
        if events and revision < events[0].revision - 1:
            return None
        if not events and revision < self.revision():
            return None
        return [event for event in events if event.revision > revision]

    def meta(self, name: str) -> Any:
        """A value by name; None when it was never set."""
        data = self._get(schema.META, name.encode())
        return json.loads(data) if data else None

    def count(self, table: str) -> int:
        """The number of entries of a table."""
        return int(self._transaction.stat(self._tables[table])["entries"])

    def _get(self, table: str, key: bytes) -> bytes | None:
        data: bytes | None = self._transaction.get(key, db=self._tables[table])
        return data

    def _scan(self, table: str, prefix: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        cursor = self._transaction.cursor(db=self._tables[table])
        if not (cursor.set_range(prefix) if prefix else cursor.first()):
            return
        for key, data in cursor:
            if not key.startswith(prefix):
                return
            yield key, data
