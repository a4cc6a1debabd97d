"""Thumbnails are put on pages by the image worker, away from the loop's thread."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from muserd.engine import background
from muserd.engine.maps.model import SpaceModel
from muserd.ground.clock import Clock
from muserd.ground.errors import MuserError
from muserd.ground.logs import fields
from muserd.ground.records import NO_ITEM, ItemId, Slot
from muserd.publish.site import Site
from muserd.publish.thumbs import Page, ThumbPages
from muserd.store.environment import Store
from muserd.workers.encode.host import EncodeWorker

log = logging.getLogger(__name__)

_IMPORT_STEP = 1024  # while files stream in: a page of 64 px is made once, when it is full
_PACK_TIMEOUT_S = 60.0
_RETRY_S = 30.0


@dataclass(frozen=True, slots=True)
class PagesPacked:
    """Message: pages of thumbnails were made, or could not be.

    Attributes:
        thumbs: what they belong to.
    """

    thumbs: ThumbPages
    outcome: "PackedPages | MuserError"


@dataclass(frozen=True, slots=True)
class PackedPages:
    """Pages that lie in the site's folder and are named by no manifest yet.

    Attributes:
        packed: slots below this are on pages then.
        made: addresses by level and number of the page.
        owners: whose pictures are on them, by slot.
    """

    packed: int
    made: dict[tuple[int, int], str]
    owners: dict[int, ItemId]


class ThumbnailPacker:
    """Makes pages when enough thumbnails are loose. Runs on the loop's thread, but the work."""

    def __init__(
        self,
        site: Site,
        store: Store,
        model: SpaceModel,
        worker: EncodeWorker,
        clock: Clock,
        post: Callable[[PagesPacked], None],
    ) -> None:
        self._site = site
        self._store = store
        self._model = model
        self._worker = worker
        self._clock = clock
        self._post = post
        self._running = False
        self.retry_s = 0.0  # nothing is packed before, on the monotonic clock

    def pack(self, thumbs: ThumbPages | None, *, importing: bool) -> None:
        """Start making pages if there is enough for them."""
        if thumbs is None or self._running or self._clock.monotonic_s() < self.retry_s:
            return
        if self._model.fit is None or (
            importing and len(self._model) - thumbs.packed < _IMPORT_STEP
        ):
            return
        packed, pages = thumbs.wanted(len(self._model))
        if not pages:
            return
        self._running = True
        self._site.pause_sweep()
        background.start(
            "muserd-pages",
            lambda: self._make(packed, pages),
            lambda outcome: self._post(PagesPacked(thumbs, outcome)),
        )

    def _make(self, packed: int, pages: list[Page]) -> PackedPages:
        owners = self._owners(pages)
        made: dict[tuple[int, int], str] = {}
        for page in pages:
            data = self._worker.pack(
                self._cells(page, owners), page.level, page.side, page.side, _PACK_TIMEOUT_S
            )
            prefix = f"thumbs/{self._model.space}-{page.level}-{page.number}"
            made[page.level, page.number] = self._site.put_bytes(prefix, "webp", data)
        return PackedPages(packed, made, owners)

    def _owners(self, pages: list[Page]) -> dict[int, ItemId]:
        """Who is in the slots of some pages, at one moment: the levels must show the same."""
        slots = {slot for page in pages for slot in range(page.first, page.first + page.count)}
        with self._store.read() as reader:
            items = {slot: reader.slot_item(self._model.space, Slot(slot)) for slot in slots}
        return {slot: NO_ITEM if item is None else item for slot, item in items.items()}

    def _cells(self, page: Page, owners: dict[int, ItemId]) -> list[bytes | None]:
        with self._store.read() as reader:
            return [
                reader.thumbs(owners[slot]).get(page.level)
                for slot in range(page.first, page.first + page.count)
            ]

    def adopt(self, done: PagesPacked) -> None:
        """Take in what was packed; what could not be is tried again at `retry_s`."""
        outcome = done.outcome
        self._running = False
        if isinstance(outcome, MuserError):
            log.warning("thumbnails stay loose for now", extra=fields(error=outcome))
            self._site.resume_sweep(())
            self.retry_s = self._clock.monotonic_s() + _RETRY_S
            return
        self._site.resume_sweep(outcome.made.values())
        done.thumbs.adopt(outcome.packed, outcome.made, outcome.owners)
