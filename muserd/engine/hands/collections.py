"""Collections: what a person gathered, living ones that grow by themselves, mirrors on the disk.

Changes are made on the loop's thread. What has to be searched, and what is written into mirrors, is
done by a thread of its own, which is told what changed on the maps.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from msgspec import structs

from muserd.engine.find.finder import Ask
from muserd.engine.find.service import FindService
from muserd.engine.hands import mirrors
from muserd.engine.hands.answers import CollectionInfo
from muserd.engine.hands.selection import collection_named, members_of
from muserd.engine.job_results import CollectionChanged
from muserd.engine.maps.model import SpaceModel
from muserd.ground.clock import Clock
from muserd.ground.errors import MuserError, UsageError
from muserd.ground.gathered import LONGEST_NAME, Border, Collection, CollectionKind, Mirror
from muserd.ground.logs import fields
from muserd.ground.records import SPACES, FileState, ItemId, Slot, Space
from muserd.hands import polygons
from muserd.store.environment import Store
from muserd.store.reader import Reader
from muserd.store.writer import Writer

log = logging.getLogger(__name__)

Write = Callable[[Callable[[Writer], None]], None]

_MOST_FOUND = 10_000
_GATHER_S = 1.0  # a burst of arrivals is looked at once


class Collections:
    """The collections of one store.

    Args:
        forbidden: the roots and Muser's own folders: no mirror lies there.
        write: does something with a writer of the store on the loop's thread, and waits for it.
    """

    def __init__(
        self,
        store: Store,
        models: Mapping[Space, SpaceModel],
        find: FindService,
        forbidden: Callable[[], Iterable[bytes]],
        write: Write,
        clock: Clock,
    ) -> None:
        self._store = store
        self._models = models
        self._find = find
        self._forbidden = forbidden
        self._write = write
        self._clock = clock
        self._changed = threading.Condition()
        self._arrived: dict[Space, set[ItemId]] = {space: set() for space in SPACES}
        self._mirroring = threading.Lock()  # while a folder is followed, or cleared
        self._mirrors_due = True
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="muserd-hands", daemon=True)

    def start(self) -> None:
        """Begin to follow the maps; the models are loaded."""
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """End; a mirror that is behind is brought up to date at the next start."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    # reading, any thread

    def infos(self) -> tuple[CollectionInfo, ...]:
        """Every collection, by name."""
        with self._store.read() as reader:
            collections = reader.collections()
            infos = [self._info(reader, one) for one in collections]
        if any(map(self._is_stale, collections)):
            self._wake()
        return tuple(sorted(infos, key=lambda info: info.name.casefold()))

    def items(self, name: str) -> list[ItemId]:
        """The items of a collection. Raises UsageError: there is none of that name."""
        with self._store.read() as reader:
            return members_of(reader, collection_named(reader, name))

    # changing, the loop's thread

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
        with self._store.write() as writer:
            known = _find(writer, clean)
            if known is None:
                made = Collection(
                    id=writer.next_collection(),
                    name=clean,
                    kind=kind,
                    space=space,
                    query=query,
                    border=self._border(space, border) if kind == "border" else None,
                    made_ms=now,
                    seen_ms=now,
                )
                writer.put_collection(made)
            else:
                if kind != "fixed" and known.kind == "fixed":
                    raise UsageError(
                        f"there is a collection {clean!r} already", "give the living one a new name"
                    )
                made = known
            added = _put(writer, made, items, now)
            info = self._info(writer, made)
        self._wake()
        return CollectionChanged(name=made.name, added=added, count=info.count)

    def take(self, name: str, items: Iterable[ItemId]) -> CollectionChanged:
        """Take items out of a collection."""
        with self._store.write() as writer:
            collection = collection_named(writer, name)
            taken = 0
            for item in items:
                record = writer.item(item)
                if record is not None:
                    writer.delete_member(collection.id, record.kind, record.content)
                    taken += 1
        self._wake()
        return CollectionChanged(name=collection.name, taken=taken)

    def remove(self, name: str) -> CollectionChanged:
        """Forget a collection; the files stay where they are, its mirror is cleared."""
        with self._store.write() as writer:
            collection = collection_named(writer, name)
            writer.delete_collection(collection.id)
        if collection.mirror is not None:
            with self._mirroring:
                mirrors.clear(collection.mirror)
        return CollectionChanged(name=collection.name)

    def change(self, name: str, /, **changes: Any) -> CollectionChanged:
        """Give a collection another name, colour or note; note that it was looked at."""
        if "name" in changes:
            changes["name"] = checked_name(changes["name"])
        with self._store.write() as writer:
            collection = collection_named(writer, name)
            other = _find(writer, changes["name"]) if "name" in changes else None
            if other is not None and other.id != collection.id:
                raise UsageError(f"there is a collection {other.name!r} already", "choose another")
            changed = structs.replace(collection, **changes)
            writer.put_collection(changed)
        return CollectionChanged(name=changed.name)

    def seen(self, name: str) -> CollectionChanged:
        """Note that somebody looked: nobody is new any more."""
        return self.change(name, seen_ms=self._clock.now_ms())

    def mirror(self, name: str, folder: str, *, copies: bool) -> CollectionChanged:
        """Keep a collection as a folder of links, or of copies."""
        path = mirrors.checked_folder(folder, self._forbidden())
        with self._store.write() as writer:
            collection = collection_named(writer, name)
            for other in writer.collections():
                if other.mirror is not None and other.mirror.folder == path:
                    raise UsageError(f"{path} shows {other.name!r} already", "choose another")
            made = Mirror(folder=path, mode="copy" if copies else "symlink")
            changed = structs.replace(collection, mirror=made)
            writer.put_collection(changed)
            shown = mirrors.update(made, _files(writer, changed))
        if collection.mirror is not None:
            with self._mirroring:
                mirrors.clear(collection.mirror)
        return CollectionChanged(name=changed.name, folder=path, files=shown)

    def unmirror(self, name: str) -> CollectionChanged:
        """Clear a collection's mirror."""
        with self._store.write() as writer:
            collection = collection_named(writer, name)
            if collection.mirror is None:
                raise UsageError(f"{collection.name!r} has no mirror", "")
            writer.put_collection(structs.replace(collection, mirror=None))
        with self._mirroring:
            mirrors.clear(collection.mirror)
        return CollectionChanged(name=collection.name, folder=collection.mirror.folder)

    # following the maps

    def note(self, space: Space, slots: Iterable[Slot]) -> None:
        """The items in these slots came, moved, went, or are called otherwise."""
        ids = self._models[space].columns.id
        with self._changed:
            self._arrived[space].update(ItemId(int(ids[slot])) for slot in slots if slot < len(ids))
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._stopping or self._mirrors_due or any(self._arrived.values())
                )
                self._changed.wait_for(lambda: self._stopping, _GATHER_S)
                if self._stopping:
                    return
                arrived = self._arrived
                self._arrived = {space: set() for space in SPACES}
                self._mirrors_due = False
            try:
                self._redraw()
                for space, items in arrived.items():
                    if items:
                        self._join(space, items)
                self._update_mirrors()
            except MuserError as error:
                log.warning("collections are behind", extra=fields(why=error))

    def _is_stale(self, collection: Collection) -> bool:
        """Whether a border was drawn on a map that is shown no more."""
        border = collection.border
        fit = self._models[border.space].fit if border is not None else None
        return border is not None and fit is not None and fit.number != border.fit

    def _redraw(self) -> None:
        """Draw borders of former maps around their members on the present one."""
        with self._store.read() as reader:
            stale = [
                (one, members_of(reader, one))
                for one in reader.collections()
                if self._is_stale(one)
            ]
        for one, members in stale:
            moved = self._moved(one, members)
            if moved is not None:
                changed = structs.replace(one, border=moved)
                self._write(lambda writer, changed=changed: writer.put_collection(changed))  # type: ignore[misc]

    def _moved(self, collection: Collection, members: Sequence[ItemId]) -> Border | None:
        border = collection.border
        if border is None:
            return None
        model = self._models[border.space]
        with model.lock:
            places, fit = _places(model, members), model.fit
        if fit is None or not len(places):
            return None
        return Border(space=border.space, fit=fit.number, points=polygons.around(places))

    def _join(self, space: Space, items: set[ItemId]) -> None:
        """Put new arrivals into the living collections that they belong to."""
        with self._store.read() as reader:
            living = [
                one
                for one in reader.collections()
                if one.kind != "fixed" and one.space in {None, space}
            ]
        for one in living:
            joining = items & self._belonging(one, space)
            if joining:
                self._write(partial(_join, one, joining, self._clock.now_ms()))

    def _belonging(self, collection: Collection, space: Space) -> set[ItemId]:
        if collection.kind == "search":
            self._find.settled(5.0)
            found = self._find.find(Ask(collection.query, (space,), _MOST_FOUND))
            return {ItemId(hit.id) for hit in found.hits if hit.certain}
        border, model = collection.border, self._models[space]
        if border is None or border.space != space:
            return set()
        with model.lock:
            slots = np.flatnonzero(model.shown)
            places, ids = model.columns.places[slots], model.columns.id[slots]
        return {ItemId(int(item)) for item in ids[polygons.inside(places, border.points)]}

    def _update_mirrors(self) -> None:
        with self._store.read() as reader:
            due = [
                (one.id, one.name, one.mirror, _files(reader, one))
                for one in reader.collections()
                if one.mirror is not None
            ]
        for identity, name, mirror, files in due:
            try:
                with self._mirroring:
                    with self._store.read() as reader:
                        wanted = any(
                            one.id == identity and one.mirror == mirror
                            for one in reader.collections()
                        )
                    if wanted:  # else it was cleared since
                        mirrors.update(mirror, files)
            except MuserError as error:
                log.warning("a mirror is behind", extra=fields(collection=name, why=error))

    def _wake(self) -> None:
        with self._changed:
            self._mirrors_due = True
            self._changed.notify_all()

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


def checked_name(name: str) -> str:
    """A name without blanks around it. Raises UsageError: it is empty or too long."""
    clean = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if not clean or len(clean) > LONGEST_NAME:
        raise UsageError(
            f"a name of {len(clean)} characters", f"give one of 1 to {LONGEST_NAME} characters"
        )
    return clean


def _find(reader: Reader, name: str) -> Collection | None:
    wanted = name.casefold()
    return next((one for one in reader.collections() if one.name.casefold() == wanted), None)


def _put(writer: Writer, collection: Collection, items: Iterable[ItemId], now_ms: int) -> int:
    added = 0
    for item in items:
        record = writer.item(item)
        if record is not None:
            added += writer.put_member(collection.id, record.kind, record.content, now_ms)
    return added


def _join(collection: Collection, items: Iterable[ItemId], now_ms: int, writer: Writer) -> None:
    added = _put(writer, collection, items, now_ms)
    if added:
        log.info("joined", extra=fields(collection=collection.name, items=added))


def _places(model: SpaceModel, items: Iterable[ItemId]) -> Any:
    wanted = np.fromiter(map(int, items), np.int64)
    slots = np.flatnonzero(model.shown & np.isin(model.columns.id[: len(model.shown)], wanted))
    return model.columns.places[slots]


def _files(reader: Reader, collection: Collection) -> list[bytes]:
    """One file of each member that is there."""
    files = []
    for item in members_of(reader, collection):
        for path in reader.paths(item):
            file = reader.file(path)
            if file is not None and file.state is FileState.PRESENT:
                files.append(path)
                break
    return files
