"""Columns: growth, quantisation, aspects; packed arrays survive the way."""

import numpy as np
import pytest
from msgspec import structs

from muserd.ground.errors import SiteError
from muserd.ground.facts import Facts
from muserd.ground.records import (
    ContentHash,
    FitNumber,
    ItemId,
    ItemRecord,
    PlaceRecord,
    RegionId,
    Slot,
)
from muserd.publish.columns import CHUNK_SIZE, PRESENT, Columns, aspect, minutes, quantise
from muserd.publish.packed import pack, unpack


def item(number: int, width: int = 40, height: int = 20, time_ms: int = 0) -> ItemRecord:
    return ItemRecord(
        id=ItemId(number),
        slot=Slot(number),
        kind="image",
        content=ContentHash(b"\0" * 32),
        name="n.png",
        facts=Facts(title="t", time_ms=time_ms, width=width, height=height),
        added_at_ms=0,
    )


def place(x: float, y: float) -> PlaceRecord:
    regions = (RegionId(1), RegionId(-1), RegionId(-1))
    return PlaceRecord(x, y, x + 1, y, regions, FitNumber(1), True, 1.0, 3)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int32, np.uint32, np.float32])
def test_packed_arrays_come_back_as_they_were(dtype: type) -> None:
    array = np.arange(24, dtype=dtype).reshape(4, 3, 2)
    back = unpack(pack(array))
    assert back.dtype == array.dtype
    assert np.array_equal(back, array)


def test_a_dtype_without_a_name_is_refused() -> None:
    with pytest.raises(SiteError, match="float64"):
        pack(np.zeros(3))


def test_a_damaged_array_is_refused() -> None:
    packed = pack(np.arange(3, dtype=np.int32))
    with pytest.raises(SiteError, match="damaged"):
        unpack(structs.replace(packed, data=packed.data[:-8]))
    with pytest.raises(SiteError, match="damaged"):
        unpack(structs.replace(packed, shape=(4,)))


def test_columns_grow_and_keep_what_they_have() -> None:
    columns = Columns()
    for slot in (0, 7, 700):
        columns.set_item(Slot(slot), item(slot))
        columns.set_place(Slot(slot), place(slot, -slot))
        columns.set_flags(Slot(slot), PRESENT)
    assert len(columns) == 701
    assert columns.places[7].tolist() == [7, -7]
    assert columns.relaxed[700].tolist() == [701, -700]
    assert columns.regions[7].tolist() == [1, -1, -1]
    assert int((columns.flags & PRESENT).sum()) == 3
    assert columns.regions[1].tolist() == [-1, -1, -1]  # a slot never set belongs nowhere


def test_a_chunk_holds_only_its_own_slots() -> None:
    columns = Columns()
    columns.set_place(Slot(CHUNK_SIZE + 1), place(0.5, 0.25))
    body = columns.chunk("image", 1, (0.0, 0.0, 1.0, 1.0))
    assert (body.first, body.count) == (CHUNK_SIZE, 2)
    assert unpack(body.columns["x"]).tolist() == [0, 32768]
    assert unpack(body.columns["y"]).tolist() == [0, 16384]
    assert unpack(body.columns["rank"]).tolist() == [0, 3]


def test_quantised_places_are_within_half_a_step_and_clamped() -> None:
    rng = np.random.default_rng(0)
    places = rng.uniform(-5, 5, (500, 2)).astype(np.float32)
    bounds = (-5.0, -5.0, 5.0, 5.0)
    x, y = quantise(places, bounds)
    back = np.stack([x, y], axis=1) / 65_535 * 10 - 5
    assert np.abs(back - places).max() <= 10 / 65_535
    x, y = quantise(np.array([[-9, 9], [np.nan, 0]], np.float32), bounds)
    assert x.tolist() == [0, 0]
    assert y[0] == 65_535


def test_aspect_is_logarithmic_and_zero_without_a_size() -> None:
    assert aspect(100, 100) == 128
    assert aspect(200, 100) == 192
    assert aspect(100, 200) == 64
    assert aspect(0, 0) == 0
    assert aspect(1, 30_000) == 1
    assert aspect(30_000, 1) == 255


def test_times_are_held_within_32_bits() -> None:
    assert minutes(-1) == -1
    assert minutes(120_000) == 2
    assert minutes(10**18) == 2**31 - 1
