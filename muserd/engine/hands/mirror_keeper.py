"""Mirrors: folders that show collections. The store says which there are; this makes them so.

What is written into a folder may take long, on a disk that sleeps or over a network, so it is never
done on the loop's thread, nor within a transaction. The store is changed first: what is cut short
by the end of the daemon is done at the next start.
"""

import logging
import threading

from muserd.engine.hands import mirrors
from muserd.engine.hands.selection import members_of
from muserd.engine.store_calls import StoreCalls
from muserd.ground.errors import MuserError
from muserd.ground.gathered import Collection, CollectionId, Mirror
from muserd.ground.logs import fields
from muserd.ground.records import FileState
from muserd.store.environment import Store
from muserd.store.reader import Reader
from muserd.store.writer import Writer

log = logging.getLogger(__name__)

_DROPPED = "dropped mirrors"  # folders that are to be cleared


class MirrorKeeper:
    """For any thread but the loop's; one folder at a time."""

    def __init__(self, store: Store, calls: StoreCalls) -> None:
        self._store = store
        self._calls = calls
        self._lock = threading.Lock()  # while folders are read or written

    def update(self, number: CollectionId) -> int:
        """Make the mirror of a collection show its files; how many it shows, 0 if it has none.

        Raises:
            ConfigError: its folder is gone or cannot be written.
        """
        with self._lock:
            with self._store.read() as reader:
                collection = reader.collection(number)
                if collection is None or collection.mirror is None:
                    return 0
                files = _files(reader, collection)
            return mirrors.update(collection.mirror, files)

    def update_all(self) -> None:
        """Clear the folders that were dropped, and make every mirror show its files."""
        self.clear_dropped()
        with self._store.read() as reader:
            known = {one.id: one.name for one in reader.collections() if one.mirror is not None}
        for collection, name in known.items():
            try:
                self.update(collection)
            except MuserError as error:
                log.warning("a mirror is behind", extra=fields(collection=name, why=error))

    def clear_dropped(self) -> None:
        """Remove what Muser made in the folders that are no mirrors any more."""
        with self._lock:
            with self._store.read() as reader:
                collections = reader.collections()
                shown = {one.mirror.folder for one in collections if one.mirror is not None}
                dropped = set(reader.meta(_DROPPED) or ())
            cleared = {folder for folder in dropped if folder in shown or _clear(folder)}
            if cleared:
                self._calls.write(lambda writer: _forget_dropped(writer, cleared))


def drop(writer: Writer, mirror: Mirror | None) -> None:
    """Note, in the transaction that takes a mirror from its collection, what is to be cleared."""
    if mirror is not None:
        writer.put_meta(_DROPPED, sorted({*(writer.meta(_DROPPED) or ()), mirror.folder}))


def _forget_dropped(writer: Writer, cleared: set[str]) -> None:
    writer.put_meta(_DROPPED, sorted(set(writer.meta(_DROPPED) or ()) - cleared))


def _clear(folder: str) -> bool:
    try:
        mirrors.clear(folder)
    except OSError as error:
        log.warning("a mirror is not cleared", extra=fields(folder=folder, why=error))
        return False
    return True


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
