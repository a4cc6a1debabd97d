"""How a space changes inside one store transaction: items come and go, a fit is adopted.

Model and store are changed together. When the transaction fails the model is loaded anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from muserd.engine.maps.fit_result import EARLY, FitResult
from muserd.engine.maps.model import SpaceModel, finest_of
from muserd.engine.maps.retired_regions import forgotten
from muserd.ground.cosines import Cosines
from muserd.ground.records import (
    NEIGHBOURS_KEPT,
    NEIGHBOURS_USED,
    FileState,
    FitRecord,
    ItemId,
    ItemRecord,
    PlaceRecord,
    Region,
    Slot,
)
from muserd.layout.knn import KnnGraph
from muserd.layout.place import FitParams, place
from muserd.layout.rank import rank_of
from muserd.layout.relax import relax_insert
from muserd.lineage import forest
from muserd.lineage.forest import Lineage
from muserd.regions.vote import vote
from muserd.store.writer import Writer
from muserd.vectors.index import VectorIndex
from muserd.vectors.stored import StoredVectors


@dataclass(frozen=True, slots=True)
class Arrival:
    """An item that got its vector, or another one, in this transaction."""

    item: ItemRecord
    vector: NDArray[np.float32]


class MapUpdate:
    """The changes of one space in one transaction.

    Attributes:
        changed: slots whose published columns are not what they were.
    """

    def __init__(self, model: SpaceModel, writer: Writer) -> None:
        self.changed: set[Slot] = set()
        self._model = model
        self._writer = writer
        self._read = model.vectors_in(writer)

    def insert(self, arrivals: Sequence[Arrival]) -> None:
        """Take in items that got their vectors in this transaction.

        Who was there with another vector leaves first: a settled place stays all the same.
        """
        model = self._model
        with model.lock:
            if model.index is None:
                model.index = VectorIndex(len(arrivals[0].vector))
                model.index.reach(len(model))
            for arrival in arrivals:
                slot = arrival.item.slot
                if slot < len(model) and model.slots.present[slot]:
                    self._leave(slot)
                model.set_item(slot, arrival.item)
                model.slots.offline[slot] = False
                model.index.put(slot, arrival.vector)
            if model.index.ripe:
                model.learn(model.index, self._writer)
            vectors = np.stack([arrival.vector for arrival in arrivals])
            cosines = model.index.cosines(vectors, self._read)
            for alike, arrival in zip(cosines, arrivals, strict=True):
                if not model.slots.present[arrival.item.slot]:
                    self._enter(arrival.item.slot, alike)

    def refresh(self, slot: Slot) -> None:
        """Make a slot agree with its item after its files changed."""
        model, writer = self._model, self._writer
        item = writer.slot_item(model.space, slot)
        record = writer.item(item) if item is not None else None
        if record is None or model.index is None or writer.vector(model.space, slot) is None:
            return
        with model.lock:
            here = record.gone_at_ms is None
            redated = (
                model.slots.present[slot] and model.slots.times_ms[slot] != record.facts.order_ms
            )
            if redated:
                self._unhang(slot)
            model.set_item(slot, record)
            if redated:
                self._hang(slot, self._alike(slot))
            model.slots.offline[slot] = not any(
                file is not None and file.state is FileState.PRESENT
                for file in map(writer.file, writer.each_path(record.id))
            )
            if here and not model.slots.present[slot]:
                self._enter(slot, self._alike(slot))
            elif not here and model.slots.present[slot]:
                self._leave(slot)
            model.show(slot)
        self.changed.add(slot)

    def purge(self, slots: Sequence[Slot]) -> None:
        """Leave slots to others: their items are deleted from the store."""
        model = self._model
        with model.lock:
            for mask in (model.slots.present, model.slots.placed, model.slots.settled):
                mask[slots] = False
            for slot in slots:
                model.columns.free(slot)
                if model.index is not None and slot < len(model.index):
                    model.index.clear(slot)
                model.show(slot)
            model.land = np.flatnonzero(model.slots.settled).astype(np.int32)
        self.changed.update(slots)

    def drop_vectors(self, slots: Sequence[Slot]) -> None:
        """Delete the vectors of slots that the model was loaded without; their items stay.

        Neighbours and lineage are built anew from the others, one by one.
        """
        model = self._model
        with model.lock:
            for slot in slots:
                self._writer.delete_vector(model.space, slot)
                if slot < len(self._index):  # the cache may know an earlier vector
                    self._index.clear(slot)
                if model.slots.present[slot]:
                    self._take_off(slot)
            rest = np.flatnonzero(model.slots.present)
            model.slots.present[:] = False
            model.knn = KnnGraph(NEIGHBOURS_KEPT)
            model.knn.reach(len(model))
            nobody = np.full(len(model), forest.NOBODY, np.int32)
            self._keep_lineage(
                Lineage(nobody, np.zeros(len(model), np.float32), np.zeros(len(model), np.bool_))
            )
            for slot in map(Slot, rest.tolist()):
                alike = self._alike(slot)
                model.knn.insert(slot, alike, model.slots.present)
                self._hang(slot, alike)
                model.slots.present[slot] = True
            for slot in map(Slot, rest.tolist()):
                self._put_neighbours(slot)
            model.show_all()
            self.changed.update(map(Slot, range(len(model))))

    def adopt(self, fit: FitRecord, result: FitResult, tree: Lineage | None) -> None:
        """Show a fit: its items are settled, every other one is placed anew.

        Args:
            fit: its record, `current`; the one before is the caller's to put aside.
            result: made over a snapshot; items may have come and gone since.
            tree: the lineage over the snapshot's slots; None keeps the one in memory.
        """
        model, writer = self._model, self._writer
        with model.lock:
            model.slots.placed[:] = False
            model.fit = fit
            others = (replace(region, retired=True) for region in model.regions.values())
            model.regions = {region.id: region for region in (*others, *result.regions)}
            result = model.take_result(result)
            model.columns.set_map(
                result.slots, result.places, result.relaxed, result.labels, result.ranks
            )
            model.slots.placed[result.slots] = True
            for slot in map(Slot, result.slots.tolist()):
                writer.put_place(model.space, slot, model.place_of(slot, fit))
            if tree is not None:
                self._take_lineage(tree)
            if (params := model.placing) is not None:
                for slot in map(Slot, model.unplaced.tolist()):
                    self._find_place(slot, self._alike(slot), fit, params)
            for slot in map(
                Slot, np.flatnonzero(~model.slots.present & model.slots.settled).tolist()
            ):
                model.stamp(slot, -1.0)
            self._keep_regions()
            model.show_all()
            self.changed.update(map(Slot, range(len(model))))

    def rename(self, region: Region) -> None:
        """Replace a region's record."""
        self._model.regions[region.id] = region
        self._writer.put_region(self._model.space, region)

    # how alike items are

    def _alike(self, slot: Slot) -> Cosines:
        """Those of an item to all others."""
        (alike,) = self._index.cosines(self._read(np.array([slot])), self._read)
        return alike

    def _vectors(self) -> StoredVectors:
        return StoredVectors(self._index, self._read)

    @property
    def _index(self) -> VectorIndex:
        """Of a space that has vectors."""
        if self._model.index is None:
            raise ValueError(f"{self._model.space}: no item has a vector yet")
        return self._model.index

    # one item comes or goes

    def _enter(self, slot: Slot, alike: Cosines) -> None:
        model = self._model
        slots = model.slots
        nearer = model.knn.insert(slot, alike, slots.present)
        self._hang(slot, alike)
        slots.present[slot] = True
        for other in map(Slot, (slot, *nearer.tolist())):
            self._put_neighbours(other)
        if slots.settled[slot]:
            model.stamp(slot, 1.0)  # it was taken off the land when its last file went
            slots.placed[slot] = True
        elif (params := model.placing) is not None and model.fit is not None:
            self._find_place(slot, alike, model.fit, params)
        model.show(slot)
        self.changed.add(slot)

    def _take_off(self, slot: Slot) -> None:
        """Have an item not be there, and not on the land."""
        slots = self._model.slots
        slots.present[slot] = False
        if slots.placed[slot]:
            self._model.stamp(slot, -1.0)
            slots.placed[slot] = slots.settled[slot]

    def _leave(self, slot: Slot) -> None:
        model = self._model
        self._take_off(slot)
        for other in map(Slot, model.knn.remove(slot, self._refill).tolist()):
            self._put_neighbours(other)
        self._unhang(slot)

    def _find_place(self, slot: Slot, alike: Cosines, fit: FitRecord, params: FitParams) -> None:
        """Place one item by the fit, alone: a pure function of the fit and its vector."""
        model, columns = self._model, self._model.columns
        near, cosines = self._settled_neighbours(alike)
        found = place(near, cosines, columns.places, model.land, params)
        regions = vote(columns.regions[near], np.maximum(cosines, 0.0))
        moved = {int(slot): (found.x, found.y)}
        if fit.reason != EARLY:  # else another fit, which relaxes everybody, is sure to come
            moved = relax_insert(
                columns.relaxed,
                model.shown,
                finest_of(columns.regions),
                slot,
                found.x,
                found.y,
                int(finest_of(np.array([regions], np.int32))[0]),
                model.cell,
            )
        rank = rank_of(found.x, found.y, columns.places, columns.rank, model.shown)
        rx, ry = moved.pop(slot)
        record = PlaceRecord(
            found.x, found.y, rx, ry, regions, fit.number, False, found.confidence, rank
        )
        self._put_place(slot, record)
        model.slots.placed[slot] = True
        if model.slots.present[slot]:
            model.stamp(slot, 1.0)
        for other, (x, y) in moved.items():
            nudged = replace(model.place_of(Slot(other), fit), rx=x, ry=y)
            self._put_place(Slot(other), nudged)
            self.changed.add(Slot(other))

    def _settled_neighbours(self, alike: Cosines) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The 15 nearest settled slots and their cosines."""
        near = alike.sharpen_nearest(NEIGHBOURS_USED, self._model.land.astype(np.intp))
        exact = alike.values[near]
        order = np.lexsort((near, -exact))[:NEIGHBOURS_USED]
        return near[order].astype(np.int32), exact[order]

    # writing

    def _keep_regions(self) -> None:
        """Write the regions, but those that nothing can bring back."""
        model, writer = self._model, self._writer
        items = set(map(ItemId, model.columns.id.tolist()))
        for identity in forgotten(model.regions.values(), items):
            del model.regions[identity]
            writer.delete_region(model.space, identity)
        for region in model.regions.values():
            writer.put_region(model.space, region)

    def _put_place(self, slot: Slot, record: PlaceRecord) -> None:
        self._model.columns.set_place(slot, record)
        self._model.widen(record)
        self._writer.put_place(self._model.space, slot, record)

    def _put_neighbours(self, slot: Slot) -> None:
        knn = self._model.knn
        self._writer.put_neighbours(
            self._model.space, slot, knn.neighbours[slot], knn.cosines[slot]
        )

    def _refill(self, slot: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        near, cosines = self._model.exact_neighbours(slot, NEIGHBOURS_KEPT, self._writer)
        return near, cosines.astype(np.float32)

    def _hang(self, slot: Slot, alike: Cosines) -> None:
        model, slots = self._model, self._model.slots
        self._keep_lineage(forest.insert(model.lineage, slot, alike, slots.times_ms, slots.present))

    def _unhang(self, slot: Slot) -> None:
        model, slots = self._model, self._model.slots
        self._keep_lineage(
            forest.remove(
                model.lineage,
                slot,
                self._vectors(),
                slots.times_ms,
                slots.present,
                model.knn.neighbours,
            )
        )

    def _take_lineage(self, tree: Lineage) -> None:
        """Adopt a tree over a snapshot's slots; items that came since are put in again."""
        model = self._model
        times, known = model.slots.times_ms, np.zeros(len(model), np.bool_)
        known[: len(tree.parent)] = tree.parent != forest.NOBODY
        known[tree.parent[tree.parent >= 0]] = True  # the root has no parent but is one
        for slot in np.flatnonzero(known & ~model.slots.present).tolist():
            known[slot] = False
            tree = forest.remove(tree, slot, self._vectors(), times, known, model.knn.neighbours)
        for slot in np.flatnonzero(model.slots.present & ~known).tolist():
            tree = forest.insert(tree, slot, self._alike(Slot(slot)), times, known)
            known[slot] = True
        self._keep_lineage(tree)

    def _keep_lineage(self, tree: Lineage) -> None:
        """Take a tree over and write where it differs from the one in memory."""
        before, count = self._model.lineage, len(tree.parent)
        same = np.zeros(count, np.bool_)
        both = min(count, len(before.parent))
        same[:both] = (tree.parent[:both] == before.parent[:both]) & (
            tree.weak[:both] == before.weak[:both]
        )
        for slot in np.flatnonzero(~same).tolist():
            self._writer.put_lineage(
                self._model.space,
                Slot(slot),
                int(tree.parent[slot]),
                float(tree.cosine[slot]),
                bool(tree.weak[slot]),
            )
        self._model.lineage = tree
