"""What is meant by a collection, a region, a search, a list of files, or everything: items."""

from collections.abc import Iterable, Mapping

import msgspec
import numpy as np

from muserd.engine.find.finder import Ask
from muserd.engine.find.service import FindService
from muserd.engine.maps.model import SpaceModel
from muserd.ground.errors import UsageError
from muserd.ground.gathered import LONGEST_NAME, Collection, CollectionId
from muserd.ground.names import path_of
from muserd.ground.records import SPACE_OF, SPACES, ItemId, RegionId, Space
from muserd.store.environment import Store
from muserd.store.reader import Reader
from muserd.store.writer import Writer

_LONGEST_ID = 10  # digits of 32 bits
_MOST_FOUND = 100_000


class What(msgspec.Struct, frozen=True, kw_only=True):
    """A selection. One of the first five, or none of them: everything.

    Attributes:
        collection: its name.
        region: its id; `space` says of which map.
        query: in the query language; what it finds beyond doubt.
        files: paths of files, or ids of items, as people and programs write them.
        items: ids that the page holds; one that was forgotten meanwhile is passed over.
    """

    collection: str | None = None
    region: int | None = None
    query: str | None = None
    files: tuple[str, ...] | None = None
    items: tuple[int, ...] | None = None
    space: Space | None = None

    def __post_init__(self) -> None:
        """Raise UsageError where it says two things."""
        given = (self.collection, self.region, self.query, self.files, self.items)
        if sum(one is not None for one in given) > 1:
            raise UsageError(
                "more than one selection", "give a collection, a region, a search or a list"
            )


class Selector:
    """Thread-safe; a search waits for the encoders."""

    def __init__(self, store: Store, models: Mapping[Space, SpaceModel], find: FindService) -> None:
        self._store = store
        self._models = models
        self._find = find

    def items(self, what: What) -> list[ItemId]:
        """The items that are meant and present, in a stable order.

        Raises:
            UsageError: there is no such collection or region, or a file is no item.
        """
        spaces = SPACES if what.space is None else (what.space,)
        if what.region is not None:
            return self._of_region(RegionId(what.region), spaces)
        if what.query is not None:
            found = self._find.find(Ask(what.query, spaces, _MOST_FOUND))
            return [hit.id for hit in found.hits if hit.certain]  # type: ignore[misc]
        with self._store.read() as reader:
            if what.collection is not None:
                found_items = members_of(reader, collection_named(reader, what.collection))
            elif what.files is not None:
                found_items = [_item_of(reader, one) for one in what.files]
            elif what.items is not None:
                found_items = list(map(ItemId, what.items))
            else:
                found_items = [record.id for record in reader.items()]
            return [item for item in found_items if _shown(reader, item, spaces)]

    def _of_region(self, region: RegionId, spaces: tuple[Space, ...]) -> list[ItemId]:
        having = [
            space
            for space in spaces
            if any(one.id == region for one in self._models[space].living())
        ]
        if not having:
            raise UsageError(f"there is no region {region}", "see: muserctl regions")
        if len(having) > 1:
            raise UsageError(f"both maps have a region {region}", "say which: --space image")
        model = self._models[having[0]]
        with model.lock:
            labels = model.columns.regions[: len(model.shown)]
            slots = np.flatnonzero((labels == region).any(axis=1) & model.shown)
            return [ItemId(int(one)) for one in model.columns.id[slots]]


def collection_named(reader: Reader, name: str) -> Collection:
    """The collection of a name, whatever its case. Raises UsageError: there is none."""
    found = find_collection(reader, name)
    if found is not None:
        return found
    raise UsageError(f"there is no collection {name!r}", "see: muserctl collections list")


def checked_name(name: str) -> str:
    """A name without blanks around it. Raises UsageError: it is empty or too long."""
    clean = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if not clean or len(clean) > LONGEST_NAME:
        raise UsageError(
            f"a name of {len(clean)} characters", f"give one of 1 to {LONGEST_NAME} characters"
        )
    return clean


def find_collection(reader: Reader, name: str) -> Collection | None:
    """The collection of a name, whatever its case and blanks; None if there is none."""
    wanted = " ".join(name.split()).casefold()
    return next((one for one in reader.collections() if one.name.casefold() == wanted), None)


def members_of(reader: Reader, collection: Collection) -> list[ItemId]:
    """The items of a collection that are known, the newest members last."""
    joined = sorted(reader.members(collection.id), key=lambda member: (member[2], member[1]))
    items = (reader.item_with(kind, content) for kind, content, _ in joined)
    return [item for item in items if item is not None]


def put_members(writer: Writer, number: CollectionId, items: Iterable[ItemId], now_ms: int) -> int:
    """Put items into a collection; how many were not in it."""
    added = 0
    for item in items:
        record = writer.item(item)
        if record is not None:
            added += writer.put_member(number, record.kind, record.content, now_ms)
    return added


def _item_of(reader: Reader, text: str) -> ItemId:
    if text.isascii() and text.isdigit():
        item = ItemId(int(text)) if len(text) <= _LONGEST_ID else None
        if item is None or reader.item(item) is None:
            raise UsageError(f"there is no item {text[:20]}", "see: muserctl items --json")
        return item
    file = reader.file(path_of(text))
    if file is None or file.item is None:
        raise UsageError(
            f"{text} is not on a map", "give files of the watched folders, or item ids"
        )
    return file.item


def _shown(reader: Reader, item: ItemId, spaces: tuple[Space, ...]) -> bool:
    record = reader.item(item)
    return record is not None and record.gone_at_ms is None and SPACE_OF[record.kind] in spaces
