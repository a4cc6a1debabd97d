"""What people do with a map, as the rest of muserd sees it."""

from collections.abc import Callable, Iterable

from muserd.engine.find.service import FindService
from muserd.engine.hands.collections import Collections
from muserd.engine.hands.duplicates import Duplicates
from muserd.engine.hands.exporter import Exporter, Viewer
from muserd.engine.hands.living import LivingCollections
from muserd.engine.hands.mirror_keeper import MirrorKeeper
from muserd.engine.hands.selection import Selector
from muserd.engine.maps.model import SpaceModel
from muserd.engine.store_calls import StoreCalls
from muserd.ground.clock import Clock
from muserd.ground.records import Slot, Space
from muserd.store.environment import Store
from muserd.workers.encode.host import EncodeWorker


class HandsService:
    """Collections, duplicates, exports. Every method may be called from any thread.

    Args:
        forbidden: roots and Muser's own folders: nothing is written there.
        viewer: of a site that is given away.
        calls: writes the store.
    """

    def __init__(
        self,
        store: Store,
        models: dict[Space, SpaceModel],
        workers: dict[Space, EncodeWorker],
        find: FindService,
        forbidden: Callable[[], list[bytes]],
        calls: StoreCalls,
        clock: Clock,
        viewer: Viewer,
    ) -> None:
        self.selector = Selector(store, models, find)
        keeper = MirrorKeeper(store, calls)
        self._living = LivingCollections(store, models, find, keeper, calls, clock)
        self.collections = Collections(store, models, self._living, keeper, forbidden, calls, clock)
        self.duplicates = Duplicates(store, models)
        self.exporter = Exporter(store, models, workers, self.selector, forbidden, viewer, clock)

    def start(self) -> None:
        """Begin to follow the maps; the models are loaded."""
        self._living.start()

    def stop(self, timeout_s: float) -> None:
        """End; before the store is closed."""
        self._living.stop(timeout_s)

    def note(self, space: Space, slots: Iterable[Slot]) -> None:
        """The items in these slots came, moved, went, or are called otherwise."""
        some = list(slots)
        self._living.note(space, some)
        self.duplicates.note(space, some)
