"""What is published of every item, one growing array per column; a row is a slot."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muserd.ground.growing import Growing
from muserd.ground.json_bodies import Record
from muserd.ground.records import NO_ITEM, ItemRecord, PlaceRecord, Slot, Space
from muserd.publish.packed import Packed, pack

CHUNK_SIZE = 4096
DETAIL_CHUNK_SIZE = 512

PRESENT, PROVISIONAL, OFFLINE = 1, 2, 4  # flags
NO_CLOCK, DOUBTFUL = 8, 16  # of a time: a day, month or year only; not to be believed
INCOMPLETE = 32  # the end of its file is missing

Bounds = tuple[float, float, float, float]

_STEPS = 65_535  # of a quantised coordinate
_MS_PER_MINUTE = 60_000


class ColumnsFile(Record, frozen=True, kw_only=True):
    """One columns file: arrays by name over consecutive slots."""

    space: Space
    chunk: int
    first: int
    count: int
    columns: dict[str, Packed]


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
        self._id: Growing[np.uint32] = Growing(np.uint32, (), NO_ITEM)
        self._places: Growing[np.float32] = Growing(np.float32, (2,))
        self._relaxed: Growing[np.float32] = Growing(np.float32, (2,))
        self._regions: Growing[np.int32] = Growing(np.int32, (3,), -1)
        self._minutes: Growing[np.int32] = Growing(np.int32)
        self._bytes: Growing[np.uint8] = Growing(np.uint8, (4,))
        self._own_flags: Growing[np.uint8] = Growing(np.uint8)

    def __len__(self) -> int:
        """The number of slots: the highest + 1."""
        return len(self._id)

    @property
    def id(self) -> NDArray[np.uint32]:
        """Item ids."""
        return self._id.rows

    @property
    def places(self) -> NDArray[np.float32]:
        """x, y in map units."""
        return self._places.rows

    @property
    def relaxed(self) -> NDArray[np.float32]:
        """Relaxed x, y in map units."""
        return self._relaxed.rows

    @property
    def regions(self) -> NDArray[np.int32]:
        """The region per level, −1 for none."""
        return self._regions.rows

    @property
    def minutes(self) -> NDArray[np.int32]:
        """Unix minutes."""
        return self._minutes.rows

    @property
    def rank(self) -> NDArray[np.uint8]:
        """The zoom level from which the thumbnail shows."""
        return self._bytes.rows[:, 0]

    @property
    def flags(self) -> NDArray[np.uint8]:
        """PRESENT | PROVISIONAL | OFFLINE; 0 for a slot that draws nothing."""
        return self._bytes.rows[:, 1]

    @property
    def aspect(self) -> NDArray[np.uint8]:
        """See docs/formats.md."""
        return self._bytes.rows[:, 2]

    @property
    def confidence(self) -> NDArray[np.uint8]:
        """÷ 255."""
        return self._bytes.rows[:, 3]

    def set_item(self, slot: Slot, item: ItemRecord) -> None:
        """What an item says of itself; its place stays."""
        self._reach(slot)
        self.id[slot] = item.id
        self.minutes[slot] = minutes(item.facts.civil_ms)
        clock = 0 if item.facts.time_precision == "time" else NO_CLOCK
        doubtful = DOUBTFUL if item.facts.time_doubtful else 0
        incomplete = INCOMPLETE if item.facts.incomplete else 0
        self._own_flags.rows[slot] = clock | doubtful | incomplete
        self.aspect[slot] = aspect(item.facts.width, item.facts.height)

    def incomplete(self, shown: NDArray[np.bool_]) -> int:
        """How many of the items in `shown`, bool[slots], lack the end of their file."""
        flags = self._own_flags.rows[: len(shown)]
        return int((flags[shown[: len(flags)]] & INCOMPLETE > 0).sum())

    def free(self, slot: Slot) -> None:
        """Nobody is in a slot."""
        self._reach(slot)
        self.id[slot] = NO_ITEM

    def set_place(self, slot: Slot, place: PlaceRecord) -> None:
        """Where an item stands."""
        self._reach(slot)
        self.places[slot] = place.x, place.y
        self.relaxed[slot] = place.rx, place.ry
        self.regions[slot] = place.regions
        self.rank[slot] = place.rank
        self.confidence[slot] = round(255 * min(max(place.confidence, 0.0), 1.0))

    def set_map(
        self,
        slots: NDArray[np.int32],
        places: NDArray[np.float32],
        relaxed: NDArray[np.float32],
        regions: NDArray[np.int32],
        rank: NDArray[np.uint8],
        confidence: NDArray[np.float32] | None = None,
    ) -> None:
        """The places of many slots at once; `confidence`: 0 … 1, None: those of a fit are sure."""
        self.places[slots] = places
        self.relaxed[slots] = relaxed
        self.regions[slots] = regions
        self.rank[slots] = rank
        self.confidence[slots] = 255 if confidence is None else np.rint(255 * confidence)

    def set_flags(self, slot: Slot, flags: int) -> None:
        """Whether and how an item is drawn."""
        self._reach(slot)
        self.flags[slot] = flags | self._own_flags.rows[slot] if flags else 0

    def set_all_flags(self, flags: NDArray[np.uint8]) -> None:
        """The same of every slot, uint8[slots]."""
        self.flags[:] = np.where(flags > 0, flags | self._own_flags.rows, 0)

    def chunk(self, space: Space, number: int, bounds: Bounds) -> "ColumnsFile":
        """The body of one columns file."""
        first = number * CHUNK_SIZE
        rows = slice(first, min(first + CHUNK_SIZE, len(self)))
        x, y = quantise(self.places[rows], bounds)
        rx, ry = quantise(self.relaxed[rows], bounds)
        return ColumnsFile(
            space=space,
            chunk=number,
            first=first,
            count=rows.stop - first,
            columns={
                "id": pack(self.id[rows]),
                "x": pack(x),
                "y": pack(y),
                "rx": pack(rx),
                "ry": pack(ry),
                "region": pack(self.regions[rows]),
                "time": pack(self.minutes[rows]),
                "rank": pack(self.rank[rows]),
                "flags": pack(self.flags[rows]),
                "aspect": pack(self.aspect[rows]),
                "confidence": pack(self.confidence[rows]),
            },
        )

    def picked(self, slots: NDArray[np.intp]) -> "Columns":
        """The columns of some slots, in their order."""
        some = Columns()
        for mine, theirs in zip(self._all(), some._all(), strict=True):
            theirs.reach(len(slots))
            theirs.rows[:] = mine.rows[slots]
        return some

    def _reach(self, slot: Slot) -> None:
        if slot < len(self._id):
            return
        for column in self._all():
            column.reach(slot + 1)

    def _all(self) -> tuple[Growing[Any], ...]:
        return (
            *(self._id, self._places, self._relaxed),
            *(self._regions, self._minutes, self._bytes, self._own_flags),
        )


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
