"""What is published of every item, one growing array per column; a row is a slot."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muserd.ground.records import NO_ITEM, ItemRecord, PlaceRecord, Slot, Space
from muserd.publish.packed import pack

CHUNK_SIZE = 4096
DETAIL_CHUNK_SIZE = 512

PRESENT, PROVISIONAL, OFFLINE = 1, 2, 4  # flags
NO_CLOCK, DOUBTFUL = 8, 16  # of a time: a day, month or year only; not to be believed

Bounds = tuple[float, float, float, float]

_STEPS = 65_535  # of a quantised coordinate
_MS_PER_MINUTE = 60_000
_LEAST_CAPACITY = 256


class Columns:
    """The columns of one space. Changed by the loop's thread only.

    Attributes, each over the slots:
        id: uint32, NO_ITEM where a slot holds none.
        places: float32 [n, 2], x and y.
        relaxed: float32 [n, 2].
        regions: int32 [n, 3].
        minutes: int32, minutes of the clock where it was, counted as Unix minutes are.
        rank, flags, aspect, confidence: uint8.
    """

    def __init__(self) -> None:
        self._count = 0
        self._id = np.zeros(0, np.uint32)
        self._places = np.zeros((0, 2), np.float32)
        self._relaxed = np.zeros((0, 2), np.float32)
        self._regions = np.zeros((0, 3), np.int32)
        self._minutes = np.zeros(0, np.int32)
        self._bytes = np.zeros((0, 4), np.uint8)
        self._time_flags = np.zeros(0, np.uint8)

    def __len__(self) -> int:
        """The number of slots: the highest + 1."""
        return self._count

    @property
    def id(self) -> NDArray[np.uint32]:
        """Item ids."""
        return self._id[: self._count]

    @property
    def places(self) -> NDArray[np.float32]:
        """x, y in map units."""
        return self._places[: self._count]

    @property
    def relaxed(self) -> NDArray[np.float32]:
        """Relaxed x, y in map units."""
        return self._relaxed[: self._count]

    @property
    def regions(self) -> NDArray[np.int32]:
        """The region per level, −1 for none."""
        return self._regions[: self._count]

    @property
    def minutes(self) -> NDArray[np.int32]:
        """Minutes of the clock where it was, counted as Unix minutes are."""
        return self._minutes[: self._count]

    @property
    def rank(self) -> NDArray[np.uint8]:
        """The zoom level from which the thumbnail shows."""
        return self._bytes[: self._count, 0]

    @property
    def flags(self) -> NDArray[np.uint8]:
        """PRESENT | PROVISIONAL | OFFLINE | NO_CLOCK | DOUBTFUL; 0 draws nothing."""
        return self._bytes[: self._count, 1]

    @property
    def aspect(self) -> NDArray[np.uint8]:
        """See docs/formats.md."""
        return self._bytes[: self._count, 2]

    @property
    def confidence(self) -> NDArray[np.uint8]:
        """÷ 255."""
        return self._bytes[: self._count, 3]

    def set_item(self, slot: Slot, item: ItemRecord) -> None:
        """What an item says of itself; its place stays."""
        self._reach(slot)
        self._id[slot] = item.id
        self._minutes[slot] = minutes(item.facts.civil_ms)
        clock = 0 if item.facts.time_precision == "time" else NO_CLOCK
        self._time_flags[slot] = clock | (DOUBTFUL if item.facts.time_doubtful else 0)
        self._bytes[slot, 2] = aspect(item.facts.width, item.facts.height)

    def free(self, slot: Slot) -> None:
        """Nobody is in a slot."""
        self._reach(slot)
        self._id[slot] = NO_ITEM

    def set_place(self, slot: Slot, place: PlaceRecord) -> None:
        """Where an item stands."""
        self._reach(slot)
        self._places[slot] = place.x, place.y
        self._relaxed[slot] = place.rx, place.ry
        self._regions[slot] = place.regions
        self._bytes[slot, 0] = place.rank
        self._bytes[slot, 3] = round(255 * min(max(place.confidence, 0.0), 1.0))

    def set_map(
        self,
        slots: NDArray[np.int32],
        places: NDArray[np.float32],
        relaxed: NDArray[np.float32],
        regions: NDArray[np.int32],
        rank: NDArray[np.uint8],
    ) -> None:
        """The places of many slots at once: those of a fit, which is sure of them."""
        self._places[slots] = places
        self._relaxed[slots] = relaxed
        self._regions[slots] = regions
        self._bytes[slots, 0] = rank
        self._bytes[slots, 3] = 255

    def set_flags(self, slot: Slot, flags: int) -> None:
        """Whether and how an item is drawn."""
        self._reach(slot)
        self._bytes[slot, 1] = flags | self._time_flags[slot] if flags else 0

    def chunk(self, space: Space, number: int, bounds: Bounds) -> dict[str, Any]:
        """The body of one columns file."""
        first = number * CHUNK_SIZE
        rows = slice(first, min(first + CHUNK_SIZE, self._count))
        x, y = quantise(self._places[rows], bounds)
        rx, ry = quantise(self._relaxed[rows], bounds)
        return {
            "space": space,
            "chunk": number,
            "first": first,
            "count": rows.stop - first,
            "columns": {
                "id": pack(self._id[rows]),
                "x": pack(x),
                "y": pack(y),
                "rx": pack(rx),
                "ry": pack(ry),
                "region": pack(self._regions[rows]),
                "time": pack(self._minutes[rows]),
                "rank": pack(self._bytes[rows, 0]),
                "flags": pack(self._bytes[rows, 1]),
                "aspect": pack(self._bytes[rows, 2]),
                "confidence": pack(self._bytes[rows, 3]),
            },
        }

    def _reach(self, slot: Slot) -> None:
        if slot < self._count:
            return
        if slot >= len(self._id):
            capacity = max(slot + 1, 2 * len(self._id), _LEAST_CAPACITY)
            self._id = _grown(self._id, capacity, NO_ITEM)
            self._places = _grown(self._places, capacity, 0)
            self._relaxed = _grown(self._relaxed, capacity, 0)
            self._regions = _grown(self._regions, capacity, -1)
            self._minutes = _grown(self._minutes, capacity, 0)
            self._bytes = _grown(self._bytes, capacity, 0)
            self._time_flags = _grown(self._time_flags, capacity, 0)
        self._count = slot + 1


def quantise(
    places: NDArray[np.float32], bounds: Bounds
) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """X and y as 0 … 65535 across `bounds`; places outside are moved to its edge."""
    low = np.array(bounds[:2], np.float64)
    span = np.maximum(np.array(bounds[2:], np.float64) - low, 1e-12)
    steps = np.rint((places.astype(np.float64) - low) / span * _STEPS)
    whole = np.clip(np.nan_to_num(steps), 0, _STEPS).astype(np.uint16)
    return whole[:, 0], whole[:, 1]


def minutes(time_ms: int) -> int:
    """Unix minutes of Unix milliseconds, held within 32 bits."""
    return max(-(2**31), min(2**31 - 1, time_ms // _MS_PER_MINUTE))


def aspect(width: int, height: int) -> int:
    """round(64 · log2(width ÷ height)) + 128, from 1 to 255; 0 when there is no size."""
    if width <= 0 or height <= 0:
        return 0
    return max(1, min(255, round(64 * math.log2(width / height)) + 128))


def _grown(array: NDArray[Any], capacity: int, fill: int) -> NDArray[Any]:
    grown = np.full((capacity, *array.shape[1:]), fill, dtype=array.dtype)
    grown[: len(array)] = array
    return grown
