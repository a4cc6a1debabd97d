"""Everything that one fit says of a space. Made by a job, kept in the store, adopted."""

from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from muserd.ground.records import NO_ITEM, Region, RegionId
from muserd.layout.place import FitParams
from muserd.publish.columns import Bounds
from muserd.store.maps import StoredMap
from muserd.terrain.density import Terrain
from muserd.workers.layout.job_format import JobAnswer, TerrainMeta, terrain_meta, terrain_of

EARLY = "early"  # the reason of a fit that is made while files are still coming in
_ROOM = 0.25  # of the longer side, left around the land: arrivals at the rim need no new bounds


class _Said(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored of a fit beside its arrays; see `FitResult`."""

    regions: tuple[Region, ...]
    params: dict[str, float] | None
    cell: float
    frame: Bounds
    bounds: Bounds
    terrain: TerrainMeta | None = None


@dataclass(frozen=True, slots=True)
class FitResult:
    """The arrays of a fit. Rows are in the order of `slots`.

    Attributes:
        slots: int32 [n], ascending.
        ids: uint32 [n], the items that were in the slots then: slots are given again.
        places, relaxed: float32 [n, 2], map units.
        labels: int32 [n, 3], the region per level, −1 for none.
        ranks: uint8 [n].
        terrain: surveyed over these places; None without items.
        regions: living and retired.
        params: what placements need; None for a small map, which places nobody.
        cell: side of a thumbnail at the relaxed scale, map units.
        frame: the view to open with.
        bounds: of the quantised coordinates.
    """

    slots: NDArray[np.int32]
    ids: NDArray[np.uint32]
    places: NDArray[np.float32]
    relaxed: NDArray[np.float32]
    labels: NDArray[np.int32]
    ranks: NDArray[np.uint8]
    terrain: Terrain | None
    regions: tuple[Region, ...]
    params: FitParams | None
    cell: float
    frame: Bounds
    bounds: Bounds

    def stored(self) -> StoredMap:
        """For the store."""
        arrays: dict[str, NDArray[Any]] = {
            "slots": self.slots.astype(np.int32),
            "places": self.places.astype(np.float32),
            "relaxed": self.relaxed.astype(np.float32),
            "labels": self.labels.astype(np.int32),
            "ranks": self.ranks.astype(np.uint8),
            "ids": self.ids.astype(np.uint32),
        }
        land = self.terrain
        if land is not None:
            arrays["terrain"] = land.grid
        said = _Said(
            regions=self.regions,
            params=self.params.to_dict() if self.params else None,
            cell=self.cell,
            frame=self.frame,
            bounds=self.bounds,
            terrain=terrain_meta(land) if land is not None else None,
        )
        return StoredMap(arrays, msgspec.to_builtins(said))

    @classmethod
    def of_stored(cls, stored: StoredMap) -> "FitResult":
        """From the store."""
        arrays, said = stored.arrays, msgspec.convert(stored.meta, _Said)
        return cls(
            slots=arrays["slots"],
            ids=arrays["ids"],
            places=arrays["places"],
            relaxed=arrays["relaxed"],
            labels=arrays["labels"],
            ranks=arrays["ranks"],
            terrain=terrain_of(arrays["terrain"], said.terrain) if said.terrain else None,
            regions=said.regions,
            params=FitParams.from_dict(said.params) if said.params else None,
            cell=said.cell,
            frame=said.frame,
            bounds=said.bounds,
        )

    @classmethod
    def of_answer(
        cls, slots: NDArray[np.int32], ids: NDArray[np.uint32], answer: JobAnswer
    ) -> "FitResult":
        """What the layout worker made of the items that were in these slots."""
        arrays, result = answer.arrays, answer.result
        return cls(
            slots=slots,
            ids=ids.astype(np.uint32),
            places=arrays["places"],
            relaxed=arrays["relaxed"],
            labels=arrays["labels"],
            ranks=arrays["ranks"],
            terrain=answer.terrain,
            regions=result.regions,
            params=FitParams.from_dict(result.params),
            cell=result.cell,
            frame=result.frame,
            bounds=bounds_of(arrays["places"], arrays["relaxed"]),
        )

    def split(self, ids: NDArray[np.uint32]) -> tuple["FitResult", NDArray[np.float32]]:
        """The rows that still mean the same item, and the places of the others.

        Args:
            ids: uint32 [slots], the items in the slots now.

        Returns:
            The result without the lost rows, and float32 [m, 2].
        """
        known = (self.slots < len(ids)) & (self.ids != NO_ITEM)  # nobody is not the same
        same = known.copy()
        same[known] = ids[self.slots[known]] == self.ids[known]
        names = ("slots", "ids", "places", "relaxed", "labels", "ranks")
        return replace(self, **{n: getattr(self, n)[same] for n in names}), self.places[~same]

    def without_pins_lost(self, current: dict[RegionId, Region]) -> "FitResult":
        """The same result with the names that the user pinned since the snapshot."""
        regions = tuple(
            replace(region, name=known.name, pinned=known.pinned)
            if (known := current.get(region.id)) is not None and known.pinned != region.pinned
            else region
            for region in self.regions
        )
        return replace(self, regions=regions)


def bounds_of(*places: NDArray[np.float32]) -> Bounds:
    """A box around all places with room for arrivals."""
    rows = np.concatenate([one for one in places if len(one)] or [np.zeros((1, 2), np.float32)])
    low, high = rows.min(axis=0).astype(np.float64), rows.max(axis=0).astype(np.float64)
    room = max(float((high - low).max()), 1.0) * _ROOM
    (x0, y0), (x1, y1) = low - room, high + room
    return float(x0), float(y0), float(x1), float(y1)
