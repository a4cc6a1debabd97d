"""One space in memory: what is needed to place an item and to publish the map.

A cache of the store, loaded at start and changed together with it. When a commit fails after the
model was changed, the model is loaded again: the store is the truth.
"""

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muserd.ground.records import (
    NEIGHBOURS_USED,
    NO_REGION,
    EncoderInfo,
    FitRecord,
    ItemRecord,
    PlaceRecord,
    Region,
    RegionId,
    Slot,
    Space,
)
from muserd.layout.knn import KnnGraph
from muserd.layout.place import FitParams, place
from muserd.lineage import forest
from muserd.lineage.forest import Lineage
from muserd.publish.columns import Columns
from muserd.regions.vote import vote
from muserd.store.writer import Writer
from muserd.terrain.density import Terrain, stamp
from muserd.vectors.index import VectorIndex, bitmap


@dataclass(slots=True)
class SpaceModel:
    """Everything of one space that the indexer keeps in memory. Changed by its thread only.

    Attributes:
        columns: what is published of each slot; `present` and `settled` are masks over slots.
        index: the vectors; its row is the slot.
        knn: the 30 nearest of each slot.
        lineage: over the slots.
        fit: the fit whose map is shown; None before the first.
        params: what a placement needs to know of the fit.
        terrain: the fit's density with every arrival and departure since.
        regions: the living regions by id.
        lock: held while the index changes and while another thread searches it.
    """

    space: Space
    encoder: EncoderInfo | None
    columns: Columns
    index: VectorIndex | None
    knn: KnnGraph
    lineage: Lineage
    fit: FitRecord | None
    params: FitParams | None
    terrain: Terrain | None
    regions: dict[RegionId, Region]
    present: NDArray[np.bool_]
    settled: NDArray[np.bool_]
    lock: threading.RLock
