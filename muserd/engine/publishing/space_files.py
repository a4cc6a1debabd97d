"""The site's files of one space: which chunks changed, and what a page is told about it."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muserd.engine.maps.model import SpaceModel
from muserd.ground.events import LiveItem
from muserd.ground.records import NEIGHBOURS_USED, FileState, ItemId, ItemRecord, Slot
from muserd.publish import bodies
from muserd.publish.columns import CHUNK_SIZE, DETAIL_CHUNK_SIZE, PRESENT, minutes
from muserd.publish.site import Site, chunks_of, with_chunk
from muserd.publish.thumbs import LOOSE_PX, ThumbPages
from muserd.store.reader import Reader
from muserd.store.writer import Writer

Entry = dict[str, Any]


class SpaceFiles:
    """One space on the site. Nothing counts as published before `settle` says so.

    Attributes:
        entry: the space's part of the manifest.
        thumbs: where the thumbnails are; None for notes.
    """

    def __init__(self, model: SpaceModel, site: Site) -> None:
        self.entry: Entry = {}
        self.thumbs = ThumbPages() if model.space == "image" else None
        self._model = model
        self._site = site
        # Edition of the pages, and the address of their list.
        self._index: tuple[int, str | None] = (0, None)
        self._flags = np.zeros(0, np.uint8)  # as last published
        self._bounds = model.bounds

    def resume(self, entry: Entry, reader: Reader) -> None:
        """Go on from what a manifest says, which the model and the store agree with."""
        self.entry = entry
        if self.thumbs is not None:
            thumbs = entry.get("thumbs") or {"index": None, "loose": {}}
            index = self._site.read(thumbs["index"]) if thumbs["index"] else None
            owners = {int(slot): int(item) for slot, item in reader.page_owners(self._model.space)}
            self.thumbs = ThumbPages.of_site(index, thumbs["loose"], owners)
            self._index = (self.thumbs.edition, thumbs["index"])
        self._settled()

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
        entry = dict(self.entry)
        entry.update(self._head())
        columns = entry.get("columns", []) if not whole else []
        for number in chunks_of(everything, CHUNK_SIZE):
            name = f"columns/{model.space}-{number}"
            body = model.columns.chunk(model.space, number, model.bounds)
            columns = with_chunk(columns, number, self._site.put(name, body))
        details = entry.get("details", []) if not whole else []
        for number in chunks_of(everything, DETAIL_CHUNK_SIZE):
            body = bodies.details(model.space, number, self._details(reader, number))
            name = f"details/{model.space}-{number}"
            details = with_chunk(details, number, self._site.put(name, body))
        entry.update(columns=columns, details=details)
        if self.thumbs is not None:
            self._write_loose(reader, range(count) if whole else slots, self.thumbs)
            loose = self.thumbs.loose_names()
            entry["thumbs"] = {"index": self._index_of(self.thumbs), "loose": loose}
        if slow or whole or "lineage" not in entry:
            self._write_slow(entry, slots, whole=whole)
        self.entry = entry

    def told(self, reader: Reader, slots: Iterable[Slot]) -> list[LiveItem]:
        """What a page is told of some slots: see docs/formats.md, `items`."""
        return [one for slot in slots if (one := self._told(reader, slot)) is not None]

    def _head(self) -> Entry:
        model = self._model
        encoder, fit = model.encoder, model.fit
        return {
            "encoder": {
                "id": encoder.id,
                "label": encoder.label,
                "dim": encoder.dim,
                "note": encoder.note,
            }
            if encoder
            else None,
            "count": int(model.shown.sum()),
            "slots": len(model),
            "fit": {
                "number": fit.number,
                "at": fit.at_ms,
                "method": fit.method,
                "items": fit.items,
                "trustworthiness": fit.quality.trustworthiness if fit.quality else None,
                "recall": fit.quality.recall if fit.quality else None,
                "drift": {"p50": fit.drift.p50, "p95": fit.drift.p95} if fit.drift else None,
            }
            if fit
            else None,
            "bounds": list(model.bounds),
            "frame": list(model.frame),
            "cell": model.cell,
        }

    def _index_of(self, thumbs: ThumbPages) -> str | None:
        """The address of the list of pages, written when there are others."""
        if thumbs.edition != self._index[0]:
            body = {"space": self._model.space, **thumbs.index()}
            name = self._site.put(f"thumbs/{self._model.space}-index", body)
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

    def _write_slow(self, entry: Entry, slots: set[Slot], *, whole: bool) -> None:
        model, site = self._model, self._site
        knn = model.knn
        chunks = [] if whole else entry.get("neighbours", [])
        missing = range(len(chunks) * CHUNK_SIZE, len(knn.neighbours))
        for number in chunks_of({*slots, *missing}, CHUNK_SIZE):
            body = bodies.neighbours(model.space, number, knn.neighbours, knn.cosines)
            chunks = with_chunk(
                chunks, number, site.put(f"neighbours/{model.space}-{number}", body)
            )
        item_slots = {ItemId(item): slot for slot, item in enumerate(model.columns.id.tolist())}
        living = bodies.regions(model.space, model.living(), model.region_counts(), item_slots)
        entry["neighbours"] = chunks
        entry["regions"] = site.put(f"regions/{model.space}", living) if model.fit else None
        entry["terrain"] = (
            site.put(f"terrain/{model.space}", bodies.terrain(model.space, model.terrain))
            if model.terrain is not None
            else None
        )
        tree = bodies.lineage(model.space, model.lineage)
        entry["lineage"] = site.put(f"lineage/{model.space}", tree) if model.fit else None

    def _details(self, reader: Reader, number: int) -> list[dict[str, Any] | None]:
        first = number * DETAIL_CHUNK_SIZE
        shown = self._model.shown
        last = min(first + DETAIL_CHUNK_SIZE, len(shown))
        return [
            self._detail(reader, Slot(slot)) if shown[slot] else None for slot in range(first, last)
        ]

    def _detail(self, reader: Reader, slot: Slot) -> dict[str, Any] | None:
        item = reader.slot_item(self._model.space, slot)
        record = reader.item(item) if item is not None else None
        return described(reader, record) if record is not None else None

    def _told(self, reader: Reader, slot: Slot) -> LiveItem | None:
        model, columns = self._model, self._model.columns
        item = reader.slot_item(model.space, slot)
        record = reader.item(item) if item is not None else None
        if record is None:
            return None
        detail = described(reader, record)
        tree = model.lineage
        hangs = slot < len(tree.parent)
        country, county, parish = columns.regions[slot].tolist()
        return LiveItem(
            slot=slot,
            id=record.id,
            x=_short(columns.places[slot, 0]),
            y=_short(columns.places[slot, 1]),
            rx=_short(columns.relaxed[slot, 0]),
            ry=_short(columns.relaxed[slot, 1]),
            region=(country, county, parish),
            time=minutes(record.facts.civil_ms),
            rank=int(columns.rank[slot]),
            flags=int(columns.flags[slot]),
            aspect=int(columns.aspect[slot]),
            confidence=int(columns.confidence[slot]),
            parent=int(tree.parent[slot]) if hangs else -1,
            cosine=_short(tree.cosine[slot]) if hangs else 0.0,
            weak=bool(tree.weak[slot]) if hangs else False,
            thumb=self.thumbs.loose.get(slot) if self.thumbs is not None else None,
            neighbours=_near(model.knn.neighbours[slot], model.knn.cosines[slot]),
            **detail,
        )


def described(reader: Reader, record: ItemRecord) -> dict[str, Any]:
    """The details of one item, with the path that people should be shown."""
    best = None  # the first that is there, else the first
    for file in filter(None, map(reader.file, reader.paths(record.id))):
        if file.state is FileState.PRESENT:
            best = file
            break
        best = best or file
    return bodies.detail(record, best.path if best else b"", best.stat.size if best else 0)


def _near(slots: NDArray[np.int32], cosines: NDArray[np.float32]) -> tuple[tuple[int, float], ...]:
    pairs = zip(slots[:NEIGHBOURS_USED].tolist(), cosines.tolist(), strict=False)
    return tuple((slot, _short(cosine)) for slot, cosine in pairs if slot >= 0)


def _short(value: float) -> float:
    return round(float(value), 5)
