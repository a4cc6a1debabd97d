"""Fits in the store: adopting one, holding one, showing another again."""

import logging
from collections.abc import Mapping
from dataclasses import replace

from muserd.engine.maps.fit_result import FitResult
from muserd.engine.maps.model import SpaceModel
from muserd.engine.maps.refit.history import measured, outlived
from muserd.engine.maps.refit.small import small_fit
from muserd.engine.maps.transaction import map_transaction
from muserd.engine.maps.update import MapUpdate
from muserd.engine.publishing.publisher import Publisher
from muserd.ground.failpoints import failpoint
from muserd.ground.logs import fields
from muserd.ground.records import FitNumber, FitRecord, Region, Space
from muserd.lineage.forest import Lineage
from muserd.store.environment import Store

log = logging.getLogger(__name__)

MIGRATING = "migrating/"  # and the space: meta of a migration under way, see encoder_switch.py


class Adoption:
    """Runs on the loop's thread."""

    def __init__(
        self, store: Store, models: Mapping[Space, SpaceModel], publisher: Publisher
    ) -> None:
        self._store = store
        self._models = models
        self._publisher = publisher

    def next_number(self, space: Space) -> FitNumber:
        """The number of the next fit."""
        with self._store.read() as reader:
            return FitNumber(max((fit.number for fit in reader.fits(space)), default=0) + 1)

    def arrange(self, space: Space) -> FitResult:
        """Lay out the present items of a space that has few of them."""
        with self._store.read() as reader:
            return small_fit(self._models[space], reader)

    def adopt(self, fit: FitRecord, result: FitResult, tree: Lineage | None, why: str) -> None:
        """Show a fit from now on; a migration to another encoder ends with it.

        Raises:
            StoreFullError: nothing was changed.
        """
        model = self._models[fit.space]
        result = result.without_pins_lost(model.regions)
        with map_transaction(self._store, [model], grows=True) as writer:
            for other in writer.fits(fit.space):
                if other.state == "current" and other.number != fit.number:
                    writer.put_fit(replace(other, state="past"))
                elif other.state == "held" and other.number < fit.number:
                    writer.delete_fit(fit.space, other.number)  # it is out of date
            writer.put_fit(fit)
            writer.put_map(fit.space, fit.number, result.stored())
            for number in outlived(writer.fits(fit.space)):
                writer.delete_fit(fit.space, number)
            MapUpdate(model, writer).adopt(fit, result, tree)
            writer.put_meta("unpublished", True)
            if writer.meta(MIGRATING + fit.space):
                writer.put_meta(MIGRATING + fit.space, False)
        failpoint("fit-adopted")
        self._publisher.note_whole(fit.space, why)
        log.info(
            "fit adopted",
            extra=fields(
                space=fit.space,
                number=fit.number,
                items=fit.items,
                method=fit.method,
                seconds=fit.seconds,
                regions=len(model.living()),
                **measured(fit),
            ),
        )

    def hold(self, fit: FitRecord, result: FitResult) -> None:
        """Keep a fit that is shown only when somebody asks for it, in place of a former one."""
        with self._store.write() as writer:
            for other in writer.fits(fit.space):
                if other.state == "held":
                    writer.delete_fit(fit.space, other.number)
            writer.put_fit(fit)
            writer.put_map(fit.space, fit.number, result.stored())
        log.warning(
            "a fit is held; show it with: muserctl refit --accept",
            extra=fields(space=fit.space, number=fit.number, reason=fit.reason),
        )

    def find(self, space: Space, number: int | None) -> tuple[FitRecord, FitResult] | None:
        """A fit by its number, or, without one, that which is held; None: there is none."""
        with self._store.read() as reader:
            for fit in reader.fits(space):
                wanted = fit.state == "held" if number is None else fit.number == number
                stored = reader.map(space, fit.number) if wanted else None
                if stored is not None:
                    return fit, FitResult.of_stored(stored)
        return None

    def rename(self, space: Space, region: Region) -> None:
        """Give a region another record, and show it."""
        model = self._models[space]
        with map_transaction(self._store, [model]) as writer:
            MapUpdate(model, writer).rename(region)
            writer.put_meta("unpublished", True)
        self._publisher.note_whole(space, "renamed")
