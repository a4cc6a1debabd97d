"""Search as the rest of muserd sees it: told what changed, asked what is looked for."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from muserd.engine.find.answers import Found
from muserd.engine.find.backfill import Backfill
from muserd.engine.find.captions import Captions
from muserd.engine.find.doors import Meaning
from muserd.engine.find.examples import Examples
from muserd.engine.find.finder import Ask, Finder
from muserd.engine.find.index_keeper import IndexKeeper
from muserd.engine.maps.model import SpaceModel
from muserd.engine.store_calls import StoreCalls
from muserd.extract.limits import Limits
from muserd.find.fulltext import FullText
from muserd.ground.clock import Clock
from muserd.ground.records import ItemId, Slot, Space
from muserd.store.environment import Store
from muserd.workers.encode.host import EncodeWorker


class FindService:
    """Builds the parts of the search. Every method may be called from any thread.

    Args:
        store, models, workers: see the engine.
        roots: the watched folders, as bytes.
        file: of the full-text cache.
        calls: writes the store.
        clock: for `is:new`.
        limits: of examples that are no items.
    """

    def __init__(
        self,
        store: Store,
        models: Mapping[Space, SpaceModel],
        workers: dict[Space, EncodeWorker],
        roots: Callable[[], Iterable[bytes]],
        file: Path,
        calls: StoreCalls,
        clock: Clock,
        limits: Limits,
    ) -> None:
        self.examples = Examples(store, workers, limits)
        self._models = models
        self._index = FullText(file)
        captions = Captions(store, workers["text"], lambda: models["text"].encoder)
        backfill = Backfill(store, workers["image"])
        self._keeper = IndexKeeper(store, self._index, roots, captions, backfill, calls)
        meaning = Meaning(store, models, workers, captions)
        self._finder = Finder(store, models, self._keeper, meaning, clock)

    def start(self) -> None:
        """Begin to bring the cache up to date; the models are loaded."""
        self._keeper.start()

    def stop(self, timeout_s: float) -> None:
        """End; before the store is closed."""
        self._keeper.stop(timeout_s)

    def note(self, space: Space, slots: Iterable[Slot]) -> None:
        """The items in these slots came, went, or are called otherwise."""
        ids = self._models[space].columns.id
        self._keeper.note([ItemId(int(ids[slot])) for slot in slots if slot < len(ids)])

    def settled(self, timeout_s: float) -> bool:
        """Wait until everything is indexed and every caption encoded; whether it is."""
        return self._keeper.settled(timeout_s)

    def begin_anew(self) -> None:
        """Drop the file and index everything again: it cannot forget single words."""
        self._index.reset()
        self._keeper.rebuild()

    def find(self, ask: Ask) -> Found:
        """See `Finder.find`."""
        return self._finder.find(ask)

    def complete(self, key: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        """See `Finder.complete`."""
        return self._finder.complete(key, prefix, limit)

    def groups(self, key: str, space: Space, most: int) -> list[tuple[str, list[ItemId]]]:
        """See `Finder.groups`."""
        return self._finder.groups(key, space, most)
