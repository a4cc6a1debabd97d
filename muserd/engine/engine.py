"""The engine: everything behind the doors, wired together once.

`assembly.build` makes the parts; this is what doors and daemon may ask of them, and in
`commands` what they may have done. Every method is thread-safe.
"""

import logging
import threading
from collections.abc import Callable, Iterator

from muserd.engine import listings
from muserd.engine.answers import FailureInfo, Item, RegionInfo
from muserd.engine.assembly import Parts, build
from muserd.engine.commands import Commands
from muserd.engine.status import FitSummary, Health, Status
from muserd.engine.status_builder import Page
from muserd.ground.clock import Clock
from muserd.ground.config import Config
from muserd.ground.errors import StoreError
from muserd.ground.events import Event
from muserd.ground.logs import fields
from muserd.ground.paths import Places
from muserd.ground.records import ItemId, Space

log = logging.getLogger(__name__)


class Engine(Commands):
    """What doors and daemon may ask. See `open`."""

    def __init__(self, parts: Parts, where: Places) -> None:
        super().__init__(parts, where)
        self.queries = parts.queries
        self.find = parts.find

    @classmethod
    def open(
        cls, config: Config, where: Places, clock: Clock, on_fatal: Callable[[], None]
    ) -> "Engine":
        """Open the store and the site, load nothing, start nothing.

        Raises:
            ConfigError, StoreError, SchemaError, SiteError: the state directory cannot be used.
        """
        return cls(build(config, where, clock, on_fatal), where)

    def start(self) -> None:
        """Load the models and begin to watch, on the loop's thread."""
        self._parts.loop.start()

    def stop(self, timeout_s: float) -> None:
        """End in order: watchers and loop, workers, caches, store."""
        parts = self._parts
        parts.loop.stop(timeout_s / 2)
        stoppers = [
            threading.Thread(target=worker.stop, args=(timeout_s / 3,), daemon=True)
            for worker in parts.workers.values()
        ]
        for stopper in stoppers:
            stopper.start()
        for stopper in stoppers:
            stopper.join(timeout_s / 3)
        parts.hands.stop(timeout_s / 6)
        parts.find.stop(timeout_s / 3)
        try:
            with parts.store.read() as reader:
                for model in parts.models.values():
                    model.save(reader)
        except (OSError, StoreError) as error:  # a cache: it is made again at the next start
            log.warning("a cache could not be written", extra=fields(error=error))
        if not parts.loop.alive:
            parts.store.close()
        log.info("stopped")

    # what is going on

    @property
    def alive(self) -> bool:
        """Whether the loop still makes rounds."""
        return self._parts.loop.alive

    @property
    def page_url(self) -> str:
        """The page's address; empty when there is no page."""
        return self._parts.reporter.page.url

    @property
    def page_problem(self) -> str:
        """Why there is no page; empty when there is one."""
        return self._parts.reporter.page.problem

    def set_page(self, page: Page) -> None:
        """Say where the page is, or why it is off. Called before `start`."""
        self._parts.reporter.set_page(page)

    def status(self) -> Status:
        """The status as the loop built it at the end of its last round."""
        return self._parts.reporter.now(alive=self.alive)

    def health(self) -> Health:
        """Whether all is well, for monitors."""
        return self.status().health

    def items(self, space: Space | None) -> Iterator[Item]:
        """Every item that has a file."""
        return listings.items(self._parts.store, space)

    def item(self, item: ItemId) -> Item | None:
        """One item; None when it is unknown or has no file any more."""
        return listings.item(self._parts.store, item)

    def regions(self, space: Space | None) -> Iterator[RegionInfo]:
        """Every region of the maps, coarse before fine."""
        for one, regions in self._parts.reporter.regions.items():
            if space in {None, one}:
                yield from regions

    def failures(self) -> tuple[FailureInfo, ...]:
        """Every file that could not be read."""
        return listings.failures(self._parts.store)

    def fits(self, space: Space | None) -> tuple[FitSummary, ...]:
        """The fits that are kept, oldest first."""
        return listings.fits(self._parts.store, space)

    # events

    def events_after(self, revision: int) -> list[Event] | None:
        """Published events after a revision, oldest first; None when some are forgotten."""
        with self._parts.store.read() as reader:
            return reader.events_after(revision)

    def expect_search(self) -> None:
        """Words may be searched for soon: the encode workers start, if none is there."""
        for worker in self._parts.workers.values():
            worker.warm()

    def subscribe(self, deliver: Callable[[Event], None]) -> Callable[[], None]:
        """Have every event delivered, on the loop's thread; returns how to end it."""
        return self._parts.subscribers.add(deliver)
