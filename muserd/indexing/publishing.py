"""What changed reaches the site, and then every open page."""

import logging
from collections.abc import Callable
from typing import Any

from muserd.ground.clock import Clock
from muserd.ground.errors import SiteError
from muserd.ground.logs import fields
from muserd.ground.records import SPACES, Event, EventName, Slot, Space
from muserd.indexing.intake import Changes
from muserd.indexing.space import SpaceModel
from muserd.publish.site import Site, SpaceUpdate
from muserd.store.environment import Store

log = logging.getLogger(__name__)

_IMPORT_INTERVAL_S = 1.0  # while files stream in, the page changes once a second
_RETRY_S = 10.0  # after the disk refused a publish
_MOST_LISTED = 200  # arrivals in one event; more are a reload


class Publisher:
    """Collects changes and publishes them. Runs on the indexer's thread."""

    def __init__(
        self,
        site: Site,
        store: Store,
        models: dict[Space, SpaceModel],
        clock: Clock,
        tell: Callable[[Event], None],
    ) -> None:
        self._site = site
        self._store = store
        self._models = models
        self._clock = clock
        self._tell = tell
        self._dirty: dict[Space, set[Slot]] = {space: set() for space in SPACES}
        self._arrived: dict[Space, set[Slot]] = {space: set() for space in SPACES}
        self._refits: dict[Space, tuple[int, str]] = {}
        self._whole: set[Space] = set()
        self._next_s = 0.0
        self.revision = 0
        self.published_at_ms: int | None = None

    @property
    def pending(self) -> bool:
        """Whether something is not on the site yet."""
        return bool(self._whole) or any(self._dirty.values())
