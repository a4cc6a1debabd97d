"""Collections: what a person gathered, by name.

What is changed is changed on the loop's thread, in one transaction; folders that mirror a
collection are written afterwards, on the caller's.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import structs

from muserd.engine.hands import mirrors
from muserd.engine.hands.answers import CollectionInfo
from muserd.engine.hands.living import LivingCollections
from muserd.engine.hands.mirror_keeper import MirrorKeeper, drop
from muserd.engine.hands.selection import (
    checked_name,
    collection_named,
    find_collection,
    members_of,
    put_members,
)
from muserd.engine.job_results import CollectionChanged
from muserd.engine.maps.model import SpaceModel
from muserd.engine.store_calls import StoreCalls
from muserd.ground.clock import Clock
from muserd.ground.errors import MuserError, UsageError
from muserd.ground.gathered import (
    Border,
    Collection,
    CollectionId,
    CollectionKind,
    Mirror,
)
from muserd.ground.records import ItemId, Space
from muserd.hands import polygons
from muserd.store.environment import Store
from muserd.store.reader import Reader
from muserd.store.writer import Writer


class Collections:
    """The collections of one store. For any thread but the loop's.

    Args:
        living: is told what was changed.
        keeper: writes mirrors.
        forbidden: the roots and Muser's own folders: no mirror lies there.
    """

    def __init__(
        self,
        store: Store,
        models: Mapping[Space, SpaceModel],
        living: LivingCollections,
        keeper: MirrorKeeper,
        forbidden: Callable[[], Iterable[bytes]],
        calls: StoreCalls,
        clock: Clock,
    ) -> None:
        self._store = store
        self._models = models
        self._living = living
        self._keeper = keeper
        self._forbidden = forbidden
        self._calls = calls
        self._clock = clock

    def infos(self) -> tuple[CollectionInfo, ...]:
        """Every collection, by name."""
        with self._store.read() as reader:
            collections = reader.collections()
            infos = [self._info(reader, one) for one in collections]
        if any(map(self._living.is_stale, collections)):
            self._living.wake()
        return tuple(sorted(infos, key=lambda info: info.name.casefold()))

    def items(self, name: str) -> list[ItemId]:
        """The items of a collection. Raises UsageError: there is none of that name."""
        with self._store.read() as reader:
            return members_of(reader, collection_named(reader, name))

    def add(
        self,
        name: str,
        items: Sequence[ItemId],
        *,
        kind: CollectionKind = "fixed",
        space: Space | None = None,
        query: str = "",
        border: Sequence[tuple[float, float]] = (),
    ) -> CollectionChanged:
        """Put items into a collection, which is made if there is none of that name.

        Raises:
            UsageError: the name, the border or the query makes no sense.
        """
        clean = checked_name(name)
        now = self._clock.now_ms()

        def add(writer: Writer) -> CollectionChanged:
            collection = find_collection(writer, clean)
            if collection is None:
                collection = Collection(
                    id=writer.next_collection(),
                    name=clean,
                    kind=kind,
                    space=space,
                    query=query,
                    border=self._border(space, border) if kind == "border" else None,
                    made_ms=now,
                    seen_ms=now,
                )
                writer.put_collection(collection)
            elif kind != "fixed" and collection.kind == "fixed":
                message = f"there is a collection {clean!r} already"
                raise UsageError(message, "give the living collection a new name")
            added = put_members(writer, collection.id, items, now)
            count = self._info(writer, collection).count
            return CollectionChanged(name=collection.name, added=added, count=count)

        return self._change(add)

    def take(self, name: str, items: Iterable[ItemId]) -> CollectionChanged:
        """Take items out of a collection."""

        def take(writer: Writer) -> CollectionChanged:
            collection = collection_named(writer, name)
            members = {(kind, content) for kind, content, _ in writer.members(collection.id)}
            records = (record for item in items if (record := writer.item(item)) is not None)
            taken = {(record.kind, record.content) for record in records} & members
            for kind, content in taken:
                writer.delete_member(collection.id, kind, content)
            return CollectionChanged(name=collection.name, taken=len(taken))

        return self._change(take)

    def remove(self, name: str) -> CollectionChanged:
        """Forget a collection; the files stay where they are, its mirror is cleared."""

        def remove(writer: Writer) -> CollectionChanged:
            collection = collection_named(writer, name)
            writer.delete_collection(collection.id)
            drop(writer, collection.mirror)
            return CollectionChanged(name=collection.name)

        done = self._change(remove)
        self._keeper.clear_dropped()
        return done

    def change(self, name: str, /, **changes: Any) -> CollectionChanged:
        """Give a collection another name, colour or note; note that it was looked at."""
        if "name" in changes:
            changes["name"] = checked_name(changes["name"])

        def change(writer: Writer) -> CollectionChanged:
            collection = collection_named(writer, name)
            other = find_collection(writer, changes["name"]) if "name" in changes else None
            if other is not None and other.id != collection.id:
                raise UsageError(f"there is a collection {other.name!r} already", "choose another")
            changed = structs.replace(collection, **changes)
            writer.put_collection(changed)
            return CollectionChanged(name=changed.name)

        return self._calls.write(change)

    def seen(self, name: str) -> CollectionChanged:
        """Note that somebody looked: nobody is new any more."""
        return self.change(name, seen_ms=self._clock.now_ms())

    def mirror(self, name: str, folder: str, *, copies: bool) -> CollectionChanged:
        """Keep a collection as a folder of links, or of copies; wait until it shows its files.

        Raises:
            UsageError: there is no such collection, or no mirror can lie there.
            ConfigError: the folder cannot be written; the collection has no mirror then.
        """
        with self._store.read() as reader:
            collection_named(reader, name)  # before a folder is made for it
        path = mirrors.checked_folder(folder, self._forbidden())
        return self._mirror_in(name, Mirror(folder=path, mode="copy" if copies else "symlink"))

    def mirror_at_home(self, name: str, home: Path) -> CollectionChanged:
        """The same with links, in a folder of its own below one of Muser's own. As `mirror`."""
        with self._store.read() as reader:
            number = collection_named(reader, name).id
            taken = {one.mirror.folder for one in reader.collections() if one.mirror is not None}
        path = mirrors.own_folder(home, name, number, taken)
        return self._mirror_in(name, Mirror(folder=path, mode="symlink"))

    def _mirror_in(self, name: str, made: Mirror) -> CollectionChanged:
        path = made.folder

        def put(writer: Writer) -> Collection:
            collection = collection_named(writer, name)
            for other in writer.collections():
                if other.mirror is not None and other.mirror.folder == path:
                    raise UsageError(f"{path} already shows {other.name!r}", "choose another")
            drop(writer, collection.mirror)
            writer.put_collection(structs.replace(collection, mirror=made))
            return collection

        collection = self._calls.write(put)
        try:
            shown = self._keeper.update(collection.id)
        except MuserError:
            self._calls.write(partial(_take_mirror, collection.id, made))
            self._keeper.clear_dropped()
            raise
        self._keeper.clear_dropped()
        copied = 0 if made.mode == "copy" else mirrors.copies_in(path)
        return CollectionChanged(name=collection.name, folder=path, files=shown, copied=copied)

    def unmirror(self, name: str) -> CollectionChanged:
        """Clear a collection's mirror."""

        def take(writer: Writer) -> CollectionChanged:
            collection = collection_named(writer, name)
            if collection.mirror is None:
                raise UsageError(f"{collection.name!r} has no mirror", "")
            _take_mirror(collection.id, collection.mirror, writer)
            return CollectionChanged(name=collection.name, folder=collection.mirror.folder)

        done = self._calls.write(take)
        self._keeper.clear_dropped()
        return done

    def _change(self, work: Callable[[Writer], CollectionChanged]) -> CollectionChanged:
        """Change members, and have borders and mirrors follow."""
        done = self._calls.write(work)
        self._living.wake()
        return done

    def _border(self, space: Space | None, points: Sequence[tuple[float, float]]) -> Border | None:
        if space is None:
            raise UsageError("a border needs a map", "say which: image or text")
        fit = self._models[space].fit
        if fit is None:
            raise UsageError(f"there is no {space} map yet", "wait for the first fit")
        return Border(space=space, fit=fit.number, points=polygons.checked(points))

    @staticmethod
    def _info(reader: Reader, collection: Collection) -> CollectionInfo:
        count = new = 0
        for kind, content, joined_ms in reader.members(collection.id):
            item = reader.item_with(kind, content)
            record = reader.item(item) if item is not None else None
            if record is not None and record.gone_at_ms is None:
                count += 1
                new += joined_ms > collection.seen_ms
        return CollectionInfo.of(collection, count, new)


def _take_mirror(number: CollectionId, mirror: Mirror, writer: Writer) -> None:
    """Take this mirror from a collection that still has it."""
    collection = writer.collection(number)
    if collection is not None and collection.mirror == mirror:
        writer.put_collection(structs.replace(collection, mirror=None))
        drop(writer, mirror)
