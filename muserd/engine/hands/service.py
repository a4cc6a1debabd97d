"""What people do with a map, as the rest of muserd sees it."""

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from muserd.engine.find.service import FindService
from muserd.engine.hands.collections import Collections
from muserd.engine.hands.duplicates import Duplicates
from muserd.engine.hands.exporter import Exporter
from muserd.engine.hands.selection import Selector
from muserd.engine.maps.model import SpaceModel
from muserd.ground.clock import Clock
from muserd.ground.records import Slot, Space
from muserd.store.environment import Store
from muserd.store.writer import Writer
from muserd.workers.encode.host import EncodeWorker

_WRITTEN_S = 60.0  # the loop may be in a long round


class HandsService:
    """Collections, duplicates, exports. Every method may be called from any thread.

    Args:
        forbidden: roots and Muser's own folders: nothing is written there.
        page, title: of a site that is given away: the built viewer, what it is called.
        call: has work done on the loop's thread, the only one that writes the store.
    """

    def __init__(
        self,
        store: Store,
        models: dict[Space, SpaceModel],
        workers: dict[Space, EncodeWorker],
        find: FindService,
        forbidden: Callable[[], list[bytes]],
        call: Callable[[Callable[[], None]], None],
        clock: Clock,
        page: Path,
        title: str,
    ) -> None:
        self._store = store
        self._call = call
        self.selector = Selector(store, models, find)
        self.collections = Collections(store, models, find, forbidden, self._write, clock)
        self.duplicates = Duplicates(store, models)
        self.exporter = Exporter(
            store, models, workers, self.selector, forbidden, page, clock, title
        )

    def start(self) -> None:
        """Begin to follow the maps; the models are loaded."""
        self.collections.start()

    def stop(self, timeout_s: float) -> None:
        """End; before the store is closed."""
        self.collections.stop(timeout_s)

    def note(self, space: Space, slots: Iterable[Slot]) -> None:
        """The items in these slots came, moved, went, or are called otherwise."""
        self.collections.note(space, slots)

    def _write(self, work: Callable[[Writer], None]) -> None:
        done = threading.Event()

        def write() -> None:
            try:
                with self._store.write() as writer:
                    work(writer)
            finally:
                done.set()

        self._call(write)
        done.wait(_WRITTEN_S)
