"""The site's files of one space: which chunks changed, and what a page is told about it."""

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
from msgspec import structs

from muserd.engine.maps.model import SpaceModel
from muserd.engine.publishing.live_items import described, live_item
from muserd.ground.events import ItemDetail, LiveItem
from muserd.ground.records import FitRecord, ItemId, Slot
from muserd.publish import bodies
from muserd.publish.columns import CHUNK_SIZE, DETAIL_CHUNK_SIZE, PRESENT
from muserd.publish.manifest import Drift, EncoderEntry, FitEntry, SpaceEntry, Thumbs
from muserd.publish.site import Site, chunks_of, with_chunk
from muserd.publish.thumbs import LOOSE_PX, ThumbPages
from muserd.store.reader import Reader
from muserd.store.writer import Writer


class SpaceFiles:
    """One space on the site. Nothing counts as published before `settle` says so.

    Attributes:
        entry: the space's part of the manifest; None before anything was written.
        thumbs: where the thumbnails are; None for notes.
    """

    def __init__(self, model: SpaceModel, site: Site) -> None:
        self.entry: SpaceEntry | None = None
        self.thumbs = ThumbPages() if model.space == "image" else None
        self._model = model
        self._site = site
        # Edition of the pages, and the address of their list.
        self._index: tuple[int, str | None] = (0, None)
        self._flags = np.zeros(0, np.uint8)  # as last published
        self._bounds = model.bounds

    def resume(self, entry: SpaceEntry, reader: Reader) -> None:
        """Go on from what a manifest says, which the model and the store agree with.

        Raises:
            KeyError, ValueError: the list of pages is of another shape.
        """
        if self.thumbs is not None:
            thumbs = entry.thumbs or Thumbs.none()
            index = self._site.index(thumbs.index) if thumbs.index else None
            owners = {int(slot): int(item) for slot, item in reader.page_owners(self._model.space)}
            self.thumbs = ThumbPages.of_site(index, thumbs.loose, owners)
            self._index = (self.thumbs.edition, thumbs.index)
        self.entry = entry
        self._settled()

    @property
    def fit_number(self) -> int:
        """The number of the fit that is written; 0 before the first."""
        fit = self.entry.fit if self.entry is not None else None
        return fit.number if fit is not None else 0

    @property
    def counts(self) -> tuple[int, int]:
        """How many slots and items are written."""
        return (self.entry.slots, self.entry.count) if self.entry is not None else (0, 0)

    def settle(self) -> None:
        """What was written is in force now: a manifest names it."""
        self._settled()

    def keep_owners(self, writer: Writer) -> None:
        """Store whose thumbnails lie on the pages that are in force."""
        if self.thumbs is not None:
            for slot, item in self.thumbs.unsettled.items():
                writer.put_page_owner(self._model.space, Slot(slot), ItemId(item))

    def owners_kept(self) -> None:
        """The transaction of `keep_owners` was committed."""
        if self.thumbs is not None:
            self.thumbs.unsettled = {}

    def _settled(self) -> None:
        self._flags = self._model.columns.flags.copy()
        self._bounds = self._model.bounds

    def difference(self, slots: Iterable[Slot]) -> tuple[list[Slot], list[Slot], list[Slot]]:
        """Which of some slots came onto the map, left it, or stayed and changed."""
        flags = self._model.columns.flags
        added: list[Slot] = []
        removed: list[Slot] = []
        changed: list[Slot] = []
        for slot in sorted(slots):
            before = slot < len(self._flags) and self._flags[slot] & PRESENT
            now = slot < len(flags) and flags[slot] & PRESENT
            if now:
                (changed if before else added).append(slot)
            elif before:
                removed.append(slot)
        return added, removed, changed

    def write(self, reader: Reader, slots: set[Slot], *, whole: bool, slow: bool) -> None:
        """Write what is new and name it in `entry`.

        Args:
            reader: the store.
            slots: whose columns or details changed since the last publish.
            whole: write every chunk, whatever changed.
            slow: write the layers that may lag behind as well.

        Raises:
            SiteError: the disk refuses a file.
        """
        model, count = self._model, len(self._model)
        whole = whole or self._bounds != model.bounds
        everything = range(count) if whole else sorted(slots)
        before = self.entry if self.entry is not None and not whole else self._head()
        columns: Sequence[str] = before.columns
        for number in chunks_of(everything, CHUNK_SIZE):
            chunk = model.columns.chunk(model.space, number, model.bounds)
            name = self._site.put(f"columns/{model.space}-{number}", chunk)
            columns = with_chunk(columns, number, name)
        details: Sequence[str] = before.details
        for number in chunks_of(everything, DETAIL_CHUNK_SIZE):
            body = bodies.Details.of(model.space, number, self._details(reader, number))
            name = self._site.put(f"details/{model.space}-{number}", body)
            details = with_chunk(details, number, name)
        entry = structs.replace(
            self._head(),
            columns=tuple(columns),
            details=tuple(details),
            thumbs=self._write_thumbs(reader, range(count) if whole else slots),
        )
        if slow or whole or self.entry is None:
            self.entry = self._with_slow(entry, before.neighbours, slots)
        else:
            self.entry = structs.replace(
                entry,
                neighbours=before.neighbours,
                regions=before.regions,
                terrain=before.terrain,
                lineage=before.lineage,
            )

    def told(self, reader: Reader, slots: Iterable[Slot]) -> list[LiveItem]:
        """What a page is told of some slots: see docs/formats.md, `items`."""
        loose = self.thumbs.loose if self.thumbs is not None else {}
        found = (live_item(reader, self._model, slot, loose.get(slot)) for slot in slots)
        return [one for one in found if one is not None]

    def _head(self) -> SpaceEntry:
        """The entry without files."""
        model = self._model
        encoder, fit = model.encoder, model.fit
        return SpaceEntry(
            encoder=EncoderEntry.of(encoder) if encoder else None,
            count=int(model.shown.sum()),
            slots=len(model),
            fit=_fit_entry(fit) if fit else None,
            bounds=model.bounds,
            frame=model.frame,
            cell=model.cell,
        )

    def _write_thumbs(self, reader: Reader, slots: range | set[Slot]) -> Thumbs | msgspec.UnsetType:
        if self.thumbs is None:
            return msgspec.UNSET
        self._write_loose(reader, slots, self.thumbs)
        return Thumbs(index=self._index_of(self.thumbs), loose=self.thumbs.loose_names())

    def _index_of(self, thumbs: ThumbPages) -> str | None:
        """The address of the list of pages, written when there are others."""
        if thumbs.edition != self._index[0]:
            space = self._model.space
            name = self._site.put(f"thumbs/{space}-index", thumbs.index(space))
            self._index = (thumbs.edition, name)
        return self._index[1]

    def _write_loose(self, reader: Reader, slots: range | set[Slot], thumbs: ThumbPages) -> None:
        model = self._model
        shown, ids = model.shown, model.columns.id
        for slot in {*slots, *thumbs.loose}:
            item = ItemId(int(ids[slot])) if shown[slot] else None
            if item is None or thumbs.shows(slot, item):
                thumbs.loose.pop(slot, None)
            elif slot in slots and (data := reader.thumbs(item).get(LOOSE_PX)) is not None:
                name = f"thumbs/{model.space}-loose-{slot}"
                thumbs.loose[slot] = self._site.put_bytes(name, "webp", data)

    def _with_slow(
        self, entry: SpaceEntry, neighbours: Sequence[str], slots: set[Slot]
    ) -> SpaceEntry:
        """The entry with the layers that may lag behind."""
        model, site, space = self._model, self._site, self._model.space
        knn = model.knn
        missing = range(len(neighbours) * CHUNK_SIZE, len(knn.neighbours))
        for number in chunks_of({*slots, *missing}, CHUNK_SIZE):
            chunk = bodies.Neighbours.of(space, number, knn.neighbours, knn.cosines)
            name = site.put(f"neighbours/{space}-{number}", chunk)
            neighbours = with_chunk(neighbours, number, name)
        entry = structs.replace(entry, neighbours=tuple(neighbours))
        if model.terrain is not None:
            land = site.put(f"terrain/{space}", bodies.Land.of(space, model.terrain))
            entry = structs.replace(entry, terrain=land)
        if model.fit is None:
            return entry
        item_slots = {ItemId(item): slot for slot, item in enumerate(model.columns.id.tolist())}
        regions = bodies.Regions.of(space, model.living(), model.region_counts(), item_slots)
        return structs.replace(
            entry,
            regions=site.put(f"regions/{space}", regions),
            lineage=site.put(f"lineage/{space}", bodies.Tree.of(space, model.lineage)),
        )

    def _details(self, reader: Reader, number: int) -> list[ItemDetail | None]:
        first = number * DETAIL_CHUNK_SIZE
        shown = self._model.shown
        last = min(first + DETAIL_CHUNK_SIZE, len(shown))
        return [
            self._detail(reader, Slot(slot)) if shown[slot] else None for slot in range(first, last)
        ]

    def _detail(self, reader: Reader, slot: Slot) -> ItemDetail | None:
        item = reader.slot_item(self._model.space, slot)
        record = reader.item(item) if item is not None else None
        return described(reader, record) if record is not None else None


def _fit_entry(fit: FitRecord) -> FitEntry:
    return FitEntry(
        number=fit.number,
        at=fit.at_ms,
        method=fit.method,
        items=fit.items,
        trustworthiness=fit.quality.trustworthiness if fit.quality else None,
        recall=fit.quality.recall if fit.quality else None,
        drift=Drift(p50=fit.drift.p50, p95=fit.drift.p95) if fit.drift else None,
    )
