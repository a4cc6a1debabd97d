"""Items whose last file went long ago are deleted; others may have their slots."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence

from muserd.engine.maps.model import SpaceModel
from muserd.engine.maps.refit.refits import Refits
from muserd.engine.maps.transaction import map_transaction
from muserd.engine.maps.update import MapUpdate
from muserd.engine.timers import Timers
from muserd.ground.batches import batched
from muserd.ground.clock import Clock
from muserd.ground.errors import StoreFullError
from muserd.ground.logs import fields
from muserd.ground.records import SPACE_OF, ItemRecord, Slot, Space
from muserd.store.environment import Store

log = logging.getLogger(__name__)

_DAY_MS = 86_400_000
_BATCH = 4_096  # items in one transaction
_RETRY_S = 10.0  # while a fit is made, or the store has no room


class Purge:
    """For the loop's thread.

    Args:
        keep_days: how long an item without a file is kept.
    """

    def __init__(
        self,
        store: Store,
        models: Mapping[Space, SpaceModel],
        refits: Refits,
        timers: Timers,
        clock: Clock,
        keep_days: int,
    ) -> None:
        self._store = store
        self._models = models
        self._refits = refits
        self._clock = clock
        self._keep_days = keep_days
        self._timer = timers.new(self._run_daily)
        self._timer.arm(clock.monotonic_s())

    def _run_daily(self) -> None:
        self._timer.arm(self._clock.monotonic_s() + _RETRY_S)
        if self.run():
            self._timer.arm(self._clock.monotonic_s() + _DAY_MS / 1000)

    def soon(self) -> None:
        """Run again in a moment: a fit is being made."""
        self._timer.arm_by(self._clock.monotonic_s() + _RETRY_S)

    def run(self, keep_days: int | None = None) -> bool:
        """Delete what went more than `keep_days` ago; None: as configured.

        Returns:
            False while a fit is made, and nothing is done: what the fit was given must mean the
            same items when it is adopted.
        """
        if self._refits.job is not None:
            return False
        days = self._keep_days if keep_days is None else keep_days
        before_ms = self._clock.now_ms() - days * _DAY_MS
        with self._store.read() as reader:
            old = [
                item
                for item in reader.items()
                if item.gone_at_ms is not None and item.gone_at_ms < before_ms
            ]
        if not old:
            return True
        for some in batched(old, _BATCH):
            self._delete(some)
        log.info("deleted items are purged", extra=fields(items=len(old)))
        return True

    def _delete(self, items: Sequence[ItemRecord]) -> None:
        """Delete in one transaction, or in two halves where the store has no room for one.

        A transaction copies each page that it changes, and what it frees can be used after the
        next one: in a store that is full, small steps get through where a large one does not.

        Raises:
            StoreFullError: not even a single item can be deleted.
        """
        slots: defaultdict[Space, list[Slot]] = defaultdict(list)
        try:
            with map_transaction(self._store, self._models.values()) as writer:
                for item in items:
                    space = SPACE_OF[item.kind]
                    writer.delete_item(item, space)
                    slots[space].append(item.slot)
                for space, left in slots.items():
                    MapUpdate(self._models[space], writer).purge(left)
        except StoreFullError:
            if len(items) == 1:
                raise
            middle = len(items) // 2
            self._delete(items[:middle])
            self._delete(items[middle:])
