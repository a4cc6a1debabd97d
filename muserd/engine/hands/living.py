"""Living collections: they grow by what arrives, and their borders follow the map.

Searching and writing into mirrors take time, so both are done by a thread that is told what changed
on the maps.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from muserd.engine.find.finder import Ask
from muserd.engine.find.service import FindService
from muserd.engine.hands.mirror_keeper import MirrorKeeper
from muserd.engine.hands.selection import members_of, put_members
from muserd.engine.maps.model import SpaceModel
from muserd.engine.store_calls import StoreCalls
from muserd.ground.clock import Clock
from muserd.ground.errors import MuserError
from muserd.ground.gathered import Border, Collection
from muserd.ground.logs import fields
from muserd.ground.records import SPACES, ItemId, Slot, Space
from muserd.ground.work_thread import WorkThread
from muserd.hands import polygons
from muserd.store.environment import Store
from muserd.store.writer import Writer

log = logging.getLogger(__name__)

_MOST_FOUND = 10_000
_GATHER_S = 1.0  # a burst of arrivals is looked at once


class LivingCollections:
    """Follows the maps. `note` and `wake` may be called from any thread."""

    def __init__(
        self,
        store: Store,
        models: Mapping[Space, SpaceModel],
        find: FindService,
        mirrors: MirrorKeeper,
        calls: StoreCalls,
        clock: Clock,
    ) -> None:
        self._store = store
        self._models = models
        self._find = find
        self._mirrors = mirrors
        self._calls = calls
        self._clock = clock
        self._arrived: dict[Space, set[ItemId]] = {space: set() for space in SPACES}
        self._woken = True
        self._thread = WorkThread("muserd-hands", self._is_due, self._follow)

    def start(self) -> None:
        """Begin; the models are loaded."""
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """End; a mirror that is behind is brought up to date at the next start."""
        self._thread.stop(timeout_s)

    def note(self, space: Space, slots: Iterable[Slot]) -> None:
        """The items in these slots came, moved, went, or are called otherwise."""
        ids = self._models[space].columns.id
        with self._thread.changing():
            self._arrived[space].update(ItemId(int(ids[slot])) for slot in slots if slot < len(ids))

    def wake(self) -> None:
        """A collection was changed: look at borders and mirrors."""
        with self._thread.changing():
            self._woken = True

    def is_stale(self, collection: Collection) -> bool:
        """Whether a border was drawn on a map that is shown no more."""
        border = collection.border
        fit = self._models[border.space].fit if border is not None else None
        return border is not None and fit is not None and fit.number != border.fit

    def _is_due(self) -> bool:
        return self._woken or any(self._arrived.values())

    def _follow(self) -> None:
        if not self._thread.rest(_GATHER_S):
            return
        with self._thread.changing():
            arrived = self._arrived
            self._arrived = {space: set() for space in SPACES}
            self._woken = False
        try:
            self._redraw()
            for space, items in arrived.items():
                if items:
                    self._join(space, items)
            self._mirrors.update_all()
        except MuserError as error:
            log.warning("collections are behind", extra=fields(why=error))

    def _redraw(self) -> None:
        """Draw borders of former maps around their members on the present one."""
        with self._store.read() as reader:
            stale = [
                (one, members_of(reader, one)) for one in reader.collections() if self.is_stale(one)
            ]
        for one, members in stale:
            moved = self._moved(one, members)
            if moved is not None:
                changed = structs.replace(one, border=moved)
                self._calls.write(lambda writer, changed=changed: writer.put_collection(changed))  # type: ignore[misc]

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
                self._calls.write(partial(_join, one, joining, self._clock.now_ms()))

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


def _join(collection: Collection, items: Iterable[ItemId], now_ms: int, writer: Writer) -> None:
    added = put_members(writer, collection.id, items, now_ms)
    if added:
        log.info("joined", extra=fields(collection=collection.name, items=added))


def _places(model: SpaceModel, items: Iterable[ItemId]) -> NDArray[np.float32]:
    wanted = np.fromiter(map(int, items), np.int64)
    slots = np.flatnonzero(model.shown & np.isin(model.columns.id[: len(model.shown)], wanted))
    return model.columns.places[slots]
