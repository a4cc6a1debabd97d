"""Fits and regions as they might be, for tests that are about something else."""

from dataclasses import replace

import numpy as np

from muserd.engine.maps.fit_result import FitResult, bounds_of
from muserd.ground.records import FitNumber, FitRecord, ItemId, Region, RegionId

FIT = FitRecord(
    number=FitNumber(1),
    space="text",
    encoder="fake-text",
    at_ms=1_000,
    items=3,
    method="full",
    state="current",
    reason="first",
    seconds=1.0,
    quality=None,
    drift=None,
    params={},
)

REGION = Region(
    id=RegionId(4),
    parent=RegionId(-1),
    level=0,
    name="Gardens",
    pinned=False,
    terms=("compost",),
    colour="#aabbcc",
    count=3,
    x=0.0,
    y=0.0,
    medoid=ItemId(1),
    first_time_ms=0,
    last_time_ms=0,
)


def fit(number: int, **changes: object) -> FitRecord:
    return replace(FIT, number=FitNumber(number), **changes)  # type: ignore[arg-type]


def region(number: int, **changes: object) -> Region:
    return replace(REGION, id=RegionId(number), **changes)  # type: ignore[arg-type]


def result(slots: list[int], ids: list[int], regions: tuple[Region, ...] = ()) -> FitResult:
    """What a fit made of items in these slots: each lies at x = its slot."""
    count = len(slots)
    places = np.stack([np.array(slots), np.zeros(count)], axis=1).astype(np.float32)
    return FitResult(
        slots=np.array(slots, np.int32),
        ids=np.array(ids, np.uint32),
        places=places,
        relaxed=places,
        labels=np.full((count, 3), -1, np.int32),
        ranks=np.zeros(count, np.uint8),
        terrain=None,
        regions=regions,
        params=None,
        cell=0.1,
        frame=(0.0, 0.0, 1.0, 1.0),
        bounds=bounds_of(places),
    )
