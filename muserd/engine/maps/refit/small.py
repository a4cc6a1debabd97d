"""The map of a few items: no UMAP, no regions, made at once inside muserd."""

import numpy as np

from muserd.engine.maps.fit_result import FitResult, bounds_of
from muserd.engine.maps.model import SpaceModel
from muserd.layout.rank import ranks
from muserd.layout.relax import cell_size, relax
from muserd.layout.small import arrange
from muserd.store.reader import Reader
from muserd.terrain.density import frame, survey


def small_fit(model: SpaceModel, reader: Reader) -> FitResult:
    """Lay out the present items of a space with fewer than 15 of them."""
    slots = np.flatnonzero(model.slots.present).astype(np.int32)
    ids = model.columns.id[slots].tolist()
    places = arrange(reader.vectors_of(model.space, slots.astype(np.intp)), ids)
    nowhere = np.full(len(slots), -1, np.int32)
    cell = cell_size(places)
    relaxed = relax(places, nowhere, cell)
    return FitResult(
        slots=slots,
        ids=model.columns.id[slots],
        places=places,
        relaxed=relaxed,
        labels=np.full((len(slots), 3), -1, np.int32),
        ranks=ranks(places, np.ones(len(slots), np.float32)),
        terrain=survey(places),
        regions=(),
        params=None,
        cell=cell,
        frame=frame(relaxed),
        bounds=bounds_of(places, relaxed),
    )
