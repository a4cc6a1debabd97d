"""One space in memory: what is needed to place an item and to publish the map.

A cache of the store, loaded at start and changed together with it, by `engine.maps.update`. When
a commit fails after the model was changed, the model is loaded again: the store is the truth.
"""

import logging
import threading
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from muserd.engine.maps.fit_result import FitResult, bounds_of
from muserd.engine.maps.image_labels import ImageLabels
from muserd.engine.maps.slots import SlotStates
from muserd.ground.cosines import ReadVectors
from muserd.ground.logs import fields
from muserd.ground.records import (
    LEVELS,
    NEIGHBOURS_KEPT,
    EncoderInfo,
    FileState,
    FitRecord,
    ItemId,
    ItemRecord,
    PlaceRecord,
    Region,
    RegionId,
    Slot,
    Space,
)
from muserd.layout.knn import KnnGraph
from muserd.layout.place import FitParams
from muserd.lineage import forest
from muserd.lineage.forest import Lineage
from muserd.publish.columns import OFFLINE, PRESENT, PROVISIONAL, Bounds, Columns
from muserd.store.reader import Reader
from muserd.terrain.density import Terrain, stamp
from muserd.vectors.index import NumberedVectors, VectorIndex

log = logging.getLogger(__name__)

_EXACT = 256  # scores of a query: people see no more at once


class SpaceModel:
    """Everything of one space that the loop keeps in memory. Changed by its thread only.

    Attributes:
        slots: masks and times of each slot.
        columns: what is published of each slot.
        concepts: the classes of pictures, where the encoder names some.
        index: the vectors in eight bits; its row is the slot. None before the first one.
        knn: the 30 nearest of each slot.
        lineage: over the slots.
        fit: the fit whose map is shown; None before the first.
        params: what a placement needs to know of the fit; None when it places nobody.
        land: int32, the settled slots, ascending.
        terrain: the fit's density with every arrival and departure since.
        regions: by id, retired ones too.
        bounds, frame, cell: see docs/formats.md.
        lock: held while the index changes and while another thread searches it.
    """

    def __init__(self, space: Space, cache: Path) -> None:
        self.space: Space = space
        self.lock = threading.RLock()
        self._cache = cache / f"{space}.faiss"
        self._clear()

    def _clear(self) -> None:
        self.encoder: EncoderInfo | None = None
        self.slots = SlotStates()
        self.columns = Columns()
        self.concepts = ImageLabels()
        self.index: VectorIndex | None = None
        self.knn = KnnGraph(NEIGHBOURS_KEPT)
        self.lineage: Lineage = forest.empty()
        self.fit: FitRecord | None = None
        self.params: FitParams | None = None
        self.land = np.zeros(0, np.int32)
        self.terrain: Terrain | None = None
        self.regions: dict[RegionId, Region] = {}
        self.bounds: Bounds = (-1.0, -1.0, 1.0, 1.0)
        self.frame: Bounds = (-1.0, -1.0, 1.0, 1.0)
        self.cell = 0.1

    # looking

    def __len__(self) -> int:
        """The number of slots."""
        return len(self.slots)

    @property
    def shown(self) -> NDArray[np.bool_]:
        """Slots that are on the map."""
        return self.slots.present & self.slots.placed

    @property
    def provisional(self) -> NDArray[np.intp]:
        """Slots on the map that were placed after the fit."""
        return np.flatnonzero(self.shown & ~self.slots.settled)

    @property
    def unplaced(self) -> NDArray[np.intp]:
        """Slots that wait for a fit to be placed in."""
        return np.flatnonzero(self.slots.present & ~self.slots.placed)

    @property
    def held(self) -> NDArray[np.bool_]:
        """Slots of which the index holds a vector."""
        return self.index.held if self.index is not None else np.zeros(len(self), np.bool_)

    @property
    def placing(self) -> FitParams | None:
        """What places a new item; None when the fit cannot: it is a small one, or an empty one."""
        return self.params if len(self.land) else None

    def exact_neighbours(
        self, slot: int, limit: int, reader: Reader
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The nearest present slots of a slot and their cosines, nearest first. Thread-safe."""
        vector = reader.vector(self.space, Slot(slot))
        with self.lock:
            index = self.index
            if index is None or vector is None or vector.shape != (index.dim,):
                return np.empty(0, np.int64), np.empty(0, np.float64)
            allowed = self.slots.present.copy()
            allowed[slot : slot + 1] = False
            return index.search(vector, limit, allowed, self.vectors_in(reader))

    def decoded(self, slots: NDArray[np.intp]) -> NDArray[np.float32]:
        """float32 [m, d]: the vectors of some slots as far as eight bits go. Thread-safe."""
        with self.lock:
            known = slots[slots < (len(self.index) if self.index is not None else 0)]
            return (
                self.index.decoded(known)
                if self.index is not None
                else np.zeros((0, 0), np.float32)
            )

    def vectors_in(self, reader: Reader) -> ReadVectors:
        """Where the vectors themselves are: in the store, as a transaction sees it."""
        return partial(reader.vectors_of, self.space)

    def scores(
        self,
        vector: NDArray[np.float32] | None,
        classes: NDArray[np.float32] | None,
        reader: Reader,
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Every present slot with its score for a query; the best are exact. Thread-safe.

        Args:
            vector: float32 [d], the query in the space of the vectors; or
            classes: float32 [1000], the query as weights of the ImageNet classes.
            reader: where the vectors themselves are.
        """
        with self.lock:
            slots = np.flatnonzero(self.slots.present)
            if classes is not None:
                return slots, self.concepts.scores(classes, slots)
            if self.index is None or vector is None or vector.shape != (self.index.dim,):
                return np.empty(0, np.intp), np.empty(0, np.float64)
            (alike,) = self.index.cosines(vector[None], self.vectors_in(reader))
            alike.sharpen_nearest(_EXACT, slots)
            return slots, alike.values[slots].astype(np.float64)

    def region_counts(self) -> dict[RegionId, int]:
        """Items on the map by region, over all levels."""
        counts: dict[RegionId, int] = {}
        labels = self.columns.regions[self.shown]
        for level in range(LEVELS):
            ids, numbers = np.unique(labels[:, level], return_counts=True)
            for region, count in zip(ids.tolist(), numbers.tolist(), strict=True):
                if region >= 0:
                    counts[RegionId(region)] = count
        return counts

    def living(self) -> list[Region]:
        """The regions of the current map, coarse before fine, by id."""
        regions = [region for region in self.regions.values() if not region.retired]
        return sorted(regions, key=lambda region: (region.level, region.id))

    def place_of(self, slot: Slot, fit: FitRecord) -> PlaceRecord:
        """The place of a slot that has one in the current fit."""
        x, y = map(float, self.columns.places[slot])
        rx, ry = map(float, self.columns.relaxed[slot])
        country, county, parish = map(RegionId, self.columns.regions[slot].tolist())
        return PlaceRecord(
            x=x,
            y=y,
            rx=rx,
            ry=ry,
            regions=(country, county, parish),
            fit=fit.number,
            settled=bool(self.slots.settled[slot]),
            confidence=float(self.columns.confidence[slot]) / 255,
            rank=int(self.columns.rank[slot]),
        )

    # loading and saving

    def load(self, reader: Reader, online: AbstractSet[ItemId] | None = None) -> None:
        """Become what the store says; `online`: see `online_items`, for those who know it."""
        with self.lock:
            self._clear()
            self.encoder = reader.encoder(self.space)
            self._load_items(reader, online_items(reader) if online is None else online)
            self.knn.reach(len(self))
            if self.encoder is None:  # nobody has a vector yet, or any more
                self.slots.present[:] = False
                return
            self._load_vectors(reader, self.encoder)
            self._load_neighbours(reader)
            self._load_lineage(reader)
            self.regions = {region.id: region for region in reader.regions(self.space)}
            self._load_map(reader)
            self.show_all()

    def save(self, reader: Reader) -> None:
        """Write the cache of the vectors."""
        with self.lock:
            if self.index is not None and self.encoder is not None and len(self.index):
                self.index.save(self._cache, self._made_from(reader, self.encoder))

    def _load_items(self, reader: Reader, online: AbstractSet[ItemId]) -> None:
        for slot, item in reader.slots(self.space):
            record = reader.item(item)
            if record is not None:
                self.set_item(slot, record)
                self.slots.present[slot] = record.gone_at_ms is None
                self.slots.offline[slot] = item not in online
        for slot in reader.free_slots(self.space):
            self.slots.reach(slot)
            self.columns.free(slot)

    def _load_vectors(self, reader: Reader, encoder: EncoderInfo) -> None:
        self.index = VectorIndex.load(self._cache, self._made_from(reader, encoder))
        if self.index is None:
            self.index = VectorIndex(encoder.dim)
            self.learn(self.index, reader)
        self.index.reach(len(self))
        self.slots.present[:] &= self.index.held

    def learn(self, index: VectorIndex, reader: Reader) -> None:
        """Have the index take in all vectors of the store, by their ranges."""

        def vectors() -> NumberedVectors:
            known = reader.vectors(self.space)
            return ((slot, one) for slot, one in known if one.shape == (index.dim,))

        index.learn(vectors, reader.count_vectors(self.space))

    def strange_vectors(self, reader: Reader) -> list[Slot]:
        """Slots whose vectors in the store cannot be of the space's encoder: of another length."""
        if self.encoder is None:
            return []
        dim = self.encoder.dim
        return [slot for slot, vector in reader.vectors(self.space) if vector.shape != (dim,)]

    def _load_neighbours(self, reader: Reader) -> None:
        """Of who is there: the rows of who is gone are as they were when they went."""
        for slots, rows in reader.rows("neighbours", self.space):
            here = self._known(slots)
            here[here] = self.slots.present[slots[here]]
            self.knn.put_rows(slots[here], rows["slots"][here], rows["cosines"][here])

    def _known(self, slots: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Which of some slots there are."""
        return slots < len(self)

    def _made_from(self, reader: Reader, encoder: EncoderInfo) -> str:
        """What decides the vectors; a store that was restored from a backup may have others."""
        return f"{encoder.id} {encoder.dim} {reader.contents_digest(self.space)}"

    def _load_lineage(self, reader: Reader) -> None:
        count = len(self)
        parent = np.full(count, forest.NOBODY, np.int32)
        cosine, weak = np.zeros(count, np.float32), np.zeros(count, np.bool_)
        for slots, rows in reader.rows("lineage", self.space):
            known = self._known(slots)
            for array, name in ((parent, "parent"), (cosine, "cosine"), (weak, "weak")):
                array[slots[known]] = rows[name][known]
        self.lineage = Lineage(parent, cosine, weak)

    def _load_map(self, reader: Reader) -> None:
        self.fit = reader.current_fit(self.space)
        stored = reader.map(self.space, self.fit.number) if self.fit else None
        if self.fit is None or stored is None:
            return
        self.take_result(FitResult.of_stored(stored))
        for every, records in reader.rows("places", self.space):
            known = self._known(every) & (records["fit"] == self.fit.number)
            slots, rows = every[known], records[known]
            self.columns.set_map(
                slots,
                rows["place"],
                rows["relaxed"],
                rows["regions"],
                rows["rank"],
                np.clip(rows["confidence"], 0, 1),
            )
            self.slots.placed[slots] = True
            self._widen_to(np.concatenate([rows["place"], rows["relaxed"]]))
        for slot in map(Slot, self.provisional.tolist()):
            self.stamp(slot, 1.0)
        for slot in map(Slot, np.flatnonzero(~self.slots.present & self.slots.settled).tolist()):
            self.stamp(slot, -1.0)

    # what is kept in step, one slot at a time

    def set_item(self, slot: Slot, item: ItemRecord) -> None:
        """What an item says of itself."""
        self.slots.reach(slot)
        self.columns.set_item(slot, item)
        self.concepts.set(slot, item.facts.concepts)
        self.slots.times_ms[slot] = item.facts.order_ms

    def show(self, slot: Slot) -> None:
        """Make the published flags of a slot agree with its state."""
        slots, flags = self.slots, 0
        if slots.present[slot] and slots.placed[slot]:
            flags = PRESENT
            flags |= 0 if slots.settled[slot] else PROVISIONAL
            flags |= OFFLINE if slots.offline[slot] else 0
        self.columns.set_flags(slot, flags)

    def show_all(self) -> None:
        """The same for every slot."""
        slots = self.slots
        flags = PRESENT + PROVISIONAL * ~slots.settled + OFFLINE * slots.offline
        self.columns.set_all_flags(np.where(self.shown, flags, 0).astype(np.uint8))

    def take_result(self, result: FitResult) -> FitResult:
        """Adopt what a fit says of the map as a whole, and which slots it settled.

        Returns:
            The rows of items that are not forgotten; the others are taken off the land.
        """
        self.params, land = result.params, result.terrain
        self.terrain = replace(land, grid=land.grid.copy()) if land is not None else None
        self.cell, self.frame, self.bounds = result.cell, result.frame, result.bounds
        known, lost = result.split(self.columns.id)
        self.land = known.slots.astype(np.int32)
        self.slots.settled[:] = False
        self.slots.settled[self.land] = True
        if self.terrain is not None:
            for x, y in lost.tolist():
                stamp(self.terrain, x, y, -1.0)
        return known

    def stamp(self, slot: Slot, weight: float) -> None:
        """Add an item to the terrain (+1) or take it off (−1)."""
        if self.terrain is not None:
            x, y = self.columns.places[slot]
            stamp(self.terrain, float(x), float(y), weight)

    def widen(self, record: PlaceRecord) -> None:
        """Make the bounds hold a place."""
        self._widen_to(np.array([(record.x, record.y), (record.rx, record.ry)], np.float32))

    def _widen_to(self, places: NDArray[np.float32]) -> None:
        """Make the bounds hold places, float32 [m, 2]."""
        if not len(places):
            return
        corners = np.array([self.bounds[:2], self.bounds[2:]], np.float32)
        if (places >= corners[0]).all() and (places <= corners[1]).all():
            return
        self.bounds = bounds_of(np.concatenate([corners, places]))
        log.info("the map grows beyond its bounds", extra=fields(space=self.space))


def online_items(reader: Reader) -> AbstractSet[ItemId]:
    """The items with a file that can be read."""
    return {
        file.item
        for file in reader.files()
        if file.item is not None and file.state is FileState.PRESENT
    }


def finest_of(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """int32 [n]: the finest region of each row of int32 [n, 3]; −1 for none."""
    finest = labels[:, 0].copy()
    for level in range(1, LEVELS):
        finest = np.where(labels[:, level] >= 0, labels[:, level], finest)
    return finest
