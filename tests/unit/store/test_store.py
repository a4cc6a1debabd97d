"""The store keeps every record to the bit, commits all or nothing, and knows its schema."""

import random
from pathlib import Path

import lmdb
import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserd.ground.errors import SchemaError, StoreError, StoreFullError
from muserd.ground.events import Event
from muserd.ground.facts import Facts
from muserd.ground.records import (
    Drift,
    Failure,
    FileRecord,
    FileStat,
    FileState,
    FitRecord,
    ItemRecord,
    PlaceRecord,
    Quality,
    Region,
)
from muserd.store import codecs, schema
from muserd.store.environment import Store
from muserd.store.maps import StoredMap, decode_map, encode_map

MAP_SIZE = 64 * 2**20

u32 = st.integers(0, 2**32 - 2)
i64 = st.integers(-(2**62), 2**62)
stats = st.builds(
    FileStat, st.integers(0, 2**63), i64, i64, st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1)
)
text = st.text(max_size=40)
paths = st.binary(min_size=1, max_size=900).map(lambda b: b"/r/" + b.replace(b"\0", b"_"))
files = st.builds(
    FileRecord,
    path=paths,
    root=st.just(b"/r"),
    kind=st.sampled_from(["image", "note"]),
    stat=stats,
    state=st.sampled_from(FileState),
    item=st.none() | u32,
    seen_at_ms=i64,
)
facts = st.builds(
    Facts,
    title=text,
    excerpt=text,
    tags=st.lists(text, max_size=4).map(tuple),
    time_ms=i64,
    time_source=st.sampled_from(["exif", "front-matter", "mtime"]),
    utc_offset_min=st.none() | st.integers(-900, 900),
    width=u32,
    height=u32,
    length=u32,
    language=st.sampled_from(["", "en", "de"]),
    concepts=st.lists(st.tuples(st.integers(0, 999), st.integers(0, 65535)), max_size=10).map(
        tuple
    ),
)
items = st.builds(
    ItemRecord,
    id=u32,
    slot=u32,
    kind=st.sampled_from(["image", "note"]),
    content=st.binary(min_size=32, max_size=32),
    name=text,
    facts=facts,
    added_at_ms=i64,
    gone_at_ms=st.none() | i64,
    previous=st.none() | u32,
)
f32 = st.floats(width=32, allow_nan=False)
places = st.builds(
    PlaceRecord,
    x=f32,
    y=f32,
    rx=f32,
    ry=f32,
    regions=st.tuples(*[st.integers(-1, 2**31 - 1)] * 3),
    fit=st.integers(0, 2**31 - 1),
    settled=st.booleans(),
    confidence=f32,
    rank=st.integers(0, 15),
)


@pytest.fixture
def store(tmp_path: Path):
    """An empty store."""
    opened = Store(tmp_path / "store", map_size_bytes=MAP_SIZE)
    yield opened
    opened.close()


def stat(size: int = 1) -> FileStat:
    return FileStat(size, 2, 3, 4, 5)


def file(path: bytes, item: int | None = None) -> FileRecord:
    return FileRecord(path, b"/r", "image", stat(), FileState.PRESENT, item, 9)


@given(files)
def test_file_records_survive(record):
    """What was written is what is read."""
    assert codecs.decode_file(codecs.encode_file(record)) == record


@given(items)
def test_item_records_survive(record):
    """What was written is what is read."""
    assert codecs.decode_item(record.id, codecs.encode_item(record)) == record


@given(places)
def test_places_survive_to_the_bit(record):
    """A float32 coordinate loses nothing."""
    assert codecs.decode_place(codecs.encode_place(record)) == record


@given(st.lists(paths, max_size=8, unique=True))
def test_path_keys_are_short_and_unique(names):
    """Any path, however long, gets a key that LMDB accepts and nobody else has."""
    keys = {codecs.path_key(name) for name in names}
    assert len(keys) == len(names)
    assert all(len(key) <= 511 for key in keys)


def test_a_foreign_version_is_refused():
    """A record of a version that this Muser does not know is an error, not a guess."""
    data = bytearray(codecs.encode_place(PlaceRecord(0, 0, 0, 0, (-1, -1, -1), 1, True, 1, 0)))
    data[0] = 99
    with pytest.raises(StoreError, match="version 99"):
        codecs.decode_place(bytes(data))


def test_records_with_nested_values_survive():
    """Fits, regions and failures come back as they went in."""
    fit = FitRecord(
        3, "image", "enc", 5, 100, "warm", "current", "asked", 1.5,
        Quality(0.9, 0.4, 100), Drift(0.1, 0.2, 0.95, 90), {"a": 1.0},
    )  # fmt: skip
    region = Region(
        1, -1, 0, "Boats", False, ("boat", "sea"), "#aabbcc", 4, 0.5, 1.5, 7, -5, 5, False
    )
    failure = Failure(b"/r/\xff", "note", "corrupt", "m", "h", 1, 2, None, stat(), "1")
    assert codecs.decode_fit(codecs.encode_fit(fit)) == fit
    assert codecs.decode_region(codecs.encode_region(region)) == region
    assert codecs.decode_failure(codecs.encode_failure(failure)) == failure


def test_a_failed_block_leaves_nothing(store):
    """A transaction is all or nothing."""
    with pytest.raises(ZeroDivisionError), store.write() as writer:
        writer.put_file(file(b"/r/a"))
        raise ZeroDivisionError
    with store.read() as reader:
        assert reader.file(b"/r/a") is None


def test_paths_follow_their_item(store):
    """A file that becomes another item, or goes, leaves its former item's paths."""
    with store.write() as writer:
        writer.put_file(file(b"/r/a", 1))
        writer.put_file(file(b"/r/b", 1))
        writer.put_file(file(b"/r/a", 2))
        assert writer.paths(1) == [b"/r/b"]
        assert writer.paths(2) == [b"/r/a"]
        writer.delete_file(b"/r/b")
        assert writer.paths(1) == []


def test_ids_are_never_given_twice(store):
    """Counters survive a reopening."""
    with store.write() as writer:
        assert [writer.next_item(), writer.next_item()] == [0, 1]
    store.close()
    again = Store(store.folder, map_size_bytes=MAP_SIZE)
    with again.write() as writer:
        assert writer.next_item() == 2
    again.close()


def test_events_are_replayed_or_known_to_be_forgotten(store):
    """A page that missed a few events gets them; one that missed too many learns that."""
    for revision in range(1, 600):
        with store.write() as writer:
            writer.put_event(Event(revision, "items", msgspec.Raw(b'{"n":%d}' % revision), "text"))
    with store.read() as reader:
        assert [e.revision for e in reader.events_after(597)] == [598, 599]
        assert [bytes(e.data) for e in reader.events_after(598)] == [b'{"n":599}']
        assert reader.events_after(599) == []
        assert reader.events_after(3) is None
        assert reader.revision() == 599


def test_a_full_map_is_told_and_keeps_what_was_there(tmp_path):
    """Map full: the transaction is undone, the store stays readable."""
    small = Store(tmp_path / "small", map_size_bytes=256 * 1024)
    with small.write() as writer:
        writer.put_text(1, "kept")
    with pytest.raises(StoreFullError, match="full"), small.write() as writer:
        for item in range(2, 2000):
            writer.put_thumbs(item, {64: bytes(4000)})
    with small.read() as reader:
        assert reader.text(1) == "kept"
        assert reader.thumbs(2) == {}
    small.close()


def test_what_adds_leaves_room_for_what_deletes(tmp_path):
    """However small the steps in which a store is filled, all of it can be deleted again."""
    small = Store(tmp_path / "small", map_size_bytes=2**23)
    kept = 0
    while True:
        try:
            with small.write(grows=True) as writer:
                writer.put_thumbs(kept + 1, {64: random.Random(kept).randbytes(30_000)})
        except StoreFullError:
            break
        kept += 1
    assert small.crowded
    assert 100 < kept < 2**23 // 30_000
    with small.write() as writer:
        assert all(writer.thumbs(item) for item in range(1, kept + 1))
        for item in range(1, kept + 1):
            writer.put_thumbs(item, {64: b""})
    with small.write() as writer:  # what a commit freed can be used after the next one
        writer.put_text(1, "")
    assert small.has_reserve()
    with small.write(grows=True) as writer:
        writer.put_text(1, "kept")
    small.close()


def test_a_newer_schema_is_refused(tmp_path):
    """A store of a newer Muser is left alone."""
    Store(tmp_path / "s", map_size_bytes=MAP_SIZE).close()
    environment = lmdb.open(str(tmp_path / "s"), max_dbs=40, map_size=MAP_SIZE)
    with environment.begin(write=True) as transaction:
        table = environment.open_db(schema.META.encode(), txn=transaction)
        transaction.put(b"schema", b"999", db=table)
    environment.close()
    with pytest.raises(SchemaError, match="schema 999"):
        Store(tmp_path / "s", map_size_bytes=MAP_SIZE)


def test_a_backup_is_a_store(store, tmp_path):
    """A backup opens and holds the same."""
    with store.write() as writer:
        writer.put_file(file(b"/r/a", 1))
    (tmp_path / "copy").mkdir()
    store.backup(tmp_path / "copy")
    copy = Store(tmp_path / "copy", map_size_bytes=MAP_SIZE, read_only=True)
    with copy.read() as reader:
        assert [f.path for f in reader.files()] == [b"/r/a"]
    copy.close()


def test_maps_survive_and_notice_damage():
    """A fit's arrays come back equal; a body of another length is refused."""
    stored = StoredMap(
        {"places": np.arange(6, dtype=np.float32).reshape(3, 2), "ranks": np.zeros(3, np.uint8)},
        {"note": "x"},
    )
    data = encode_map(stored)
    back = decode_map(data)
    assert back.meta == {"note": "x"}
    np.testing.assert_array_equal(back.arrays["places"], stored.arrays["places"])
    with pytest.raises(StoreError, match="dtype"):
        encode_map(StoredMap({"bad": np.zeros(2, np.complex64)}))


@pytest.mark.parametrize("bad", [np.zeros(4), np.full(4, np.nan), np.ones(4), np.ones(3) / 3**0.5])
def test_vectors_that_mean_nothing_are_refused(bad):
    """Zero, NaN, unnormalised and misshapen vectors never enter the store."""
    with pytest.raises(StoreError):
        codecs.assert_finite(bad.astype(np.float32), 4)
