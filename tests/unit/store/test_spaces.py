"""What the store keeps of a space, read in each of the ways there are."""

import numpy as np
import pytest

from muserd.ground.errors import StoreError, StoreFullError
from muserd.ground.facts import Facts
from muserd.ground.records import (
    NEIGHBOURS_KEPT,
    FileRecord,
    FileStat,
    FileState,
    ItemRecord,
    PlaceRecord,
)
from muserd.store import environment
from muserd.store.codecs import assert_finite
from muserd.store.environment import Store

MAP_SIZE = 64 * 2**20


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    opened = Store(tmp_path / "store", map_size_bytes=MAP_SIZE)
    yield opened
    opened.close()


def file(path):
    return FileRecord(path, b"/r", "image", FileStat(1, 2, 3, 4, 5), FileState.PRESENT, 1, 9)


def units(count, dim=6):
    vectors = np.random.default_rng(count).normal(size=(count, dim))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_vectors_come_back_alone_all_and_by_the_slot(store):
    """In the order that was asked for; a slot without one is named."""
    vectors = units(5)
    with store.write() as writer:
        for slot in (4, 0, 3, 1):
            writer.put_vector("text", slot, vectors[slot])
    with store.read() as reader:
        assert np.array_equal(reader.vector("text", 3), vectors[3])
        assert reader.vector("text", 2) is None
        assert reader.vector("image", 3) is None
        assert [slot for slot, _ in reader.vectors("text")] == [0, 1, 3, 4]
        assert reader.count_vectors("text") == 4
        some = reader.vectors_of("text", np.array([4, 1, 4]))
        assert np.array_equal(some, vectors[[4, 1, 4]])
        assert reader.vectors_of("text", np.array([], np.intp)).shape == (0, 0)
        with pytest.raises(StoreError, match="text slot 2: no vector"):
            reader.vectors_of("text", np.array([0, 2, 9]))


def test_neighbours_lineage_and_places_come_back_as_records_and_as_rows(store):
    """The rows of arrays hold what the records do, for every slot in order."""
    rng = np.random.default_rng(0)
    near = rng.integers(-1, 9, (3, NEIGHBOURS_KEPT)).astype(np.int32)
    cosines = rng.random((3, NEIGHBOURS_KEPT)).astype(np.float32)
    places = [
        PlaceRecord(1.5, -2.0, 3.0, 4.5, (1, 2, -1), 7, True, 0.25, 3),
        PlaceRecord(0.5, 0.0, -1.0, 8.0, (1, -1, -1), 7, False, 1.0, 15),
    ]
    with store.write() as writer:
        for slot in (2, 0, 1):
            writer.put_neighbours("image", slot, near[slot], cosines[slot])
            writer.put_lineage("image", slot, slot - 1, 0.5 * slot, slot == 1)
        for slot, place in enumerate(places):
            writer.put_place("image", slot, place)
    with store.read() as reader:
        slots, found = reader.neighbours("image", 1)
        assert np.array_equal(slots, near[1])
        assert np.array_equal(found, cosines[1])
        assert reader.neighbours("image", 3) is None
        assert list(reader.lineage("image")) == [
            (0, (-1, 0.0, False)),
            (1, (0, 0.5, True)),
            (2, (1, 1.0, False)),
        ]
        ((numbers, rows),) = reader.rows("neighbours", "image")
        assert numbers.tolist() == [0, 1, 2]
        assert np.array_equal(rows["slots"], near)
        assert np.array_equal(rows["cosines"], cosines)
        ((_, rows),) = reader.rows("lineage", "image")
        assert rows["parent"].tolist() == [-1, 0, 1]
        ((_, rows),) = reader.rows("places", "image")
        assert rows["place"].tolist() == [[1.5, -2.0], [0.5, 0.0]]
        assert list(reader.places("image")) == list(enumerate(places))
        assert list(reader.rows("places", "text")) == []


def test_a_page_hears_what_it_missed_or_that_nobody_remembers(store):
    """Where the journal is empty, as after a restore, only who is up to date missed nothing."""
    with store.write() as writer:
        writer.put_meta("revision", 7)
    with store.read() as reader:
        assert reader.events_after(6) is None
        assert reader.events_after(7) == []
        assert reader.events_after(8) == []


def test_collections_have_numbers_of_their_own_from_1(store):
    """Never given twice, also after one was deleted."""
    with store.write() as writer:
        assert [writer.next_collection(), writer.next_collection()] == [1, 2]
        writer.delete_collection(2)
        assert writer.next_collection() == 3


def test_an_item_remembers_dozens_of_the_paths_that_it_lost(store):
    """The last ones among them; the oldest go, one for each that comes."""
    with store.write() as writer:
        for number in range(70):
            writer.put_file(file(b"/r/%d" % number))
            writer.delete_file(b"/r/%d" % number)
            lost = set(writer.lost_paths(1))
            assert len(lost) == min(number + 1, 64)
            assert b"/r/%d" % number in lost
        writer.put_file(file(b"/r/69"))
        assert b"/r/69" not in set(writer.lost_paths(1))


@pytest.mark.parametrize(
    ("dim", "length", "fine"),
    [(4, 1.0, True), (4, 1.0009, True), (4, 0.9991, True), (4, 1.002, False), (5, 1.0, False)],
)
def test_a_vector_has_its_dimension_and_unit_length(dim, length, fine):
    """To a thousandth; and float32."""
    vector = np.full(dim, length / np.sqrt(dim), np.float32)
    if fine:
        assert_finite(vector, 4)
        vector = vector.astype(np.float64)
    with pytest.raises(StoreError):
        assert_finite(vector, 4)


@pytest.mark.parametrize(
    ("free_bytes", "error"),
    [(16 * 2**20 - 1, StoreFullError), (16 * 2**20, StoreError), (2**30, StoreError)],
)
def test_a_commit_that_fails_on_a_full_disk_says_so(store, monkeypatch, free_bytes, error):
    """With less than 16 MiB free, whatever LMDB calls it."""
    monkeypatch.setattr(Store, "free_disk_bytes", lambda _: free_bytes)
    with pytest.raises(StoreError) as caught, store.write() as writer:
        writer.put_meta("a", 1)
        raise environment.lmdb.Error("refused")
    assert type(caught.value) is error
    with pytest.raises(StoreFullError), store.write():
        raise environment.lmdb.DiskError("refused")


def test_a_store_is_crowded_from_four_fifths_on(store, monkeypatch):
    for used, crowded in ((0.8 * MAP_SIZE, True), (0.8 * MAP_SIZE - 1, False)):
        monkeypatch.setattr(Store, "used_bytes", lambda _, used=used: used)
        assert store.crowded is crowded


def test_room_is_tried_where_a_large_commit_could_crowd_the_store(store, monkeypatch):
    """What a transaction adds is not in the figures yet: 64 MiB at most are reckoned with."""
    most = round(0.8 * 2**30) - 64 * 2**20
    monkeypatch.setattr(store, "map_size_bytes", 2**30)
    for used, near in ((most + 1, True), (most - 1, False)):
        monkeypatch.setattr(Store, "used_bytes", lambda _, used=used: used)
        assert store._nearly_crowded() is near


def test_who_is_in_a_collection(store):
    """Each content once, with the time of the first joining; others' members stay."""
    one, other = b"a" * 32, b"b" * 32
    with store.write() as writer:
        assert writer.put_member(1, "image", one, 5)
        assert not writer.put_member(1, "image", one, 9)
        assert writer.put_member(1, "note", one, -6)
        assert writer.put_member(1, "image", other, 7)
        assert writer.put_member(2, "image", one, 8)
        assert set(writer.members(1)) == {
            ("image", one, 5), ("note", one, -6), ("image", other, 7),
        }  # fmt: skip
        writer.delete_member(1, "image", one)
        assert set(writer.members(1)) == {("note", one, -6), ("image", other, 7)}
        writer.delete_collection(1)
        assert list(writer.members(1)) == []
        assert list(writer.members(2)) == [("image", one, 8)]


def test_a_decision_on_two_contents_has_no_order(store):
    one, other = b"a" * 32, b"b" * 32
    with store.write() as writer:
        writer.put_verdict("image", other, one, "distinct")
        assert writer.verdict("image", one, other) == "distinct"
        assert writer.verdict("image", other, one) == "distinct"
        assert writer.verdict("note", one, other) == ""


def test_a_slot_that_was_left_is_given_again_the_lowest_first(store):
    """Nothing of the item that left it is there; its id is never given again."""
    facts = Facts(time_ms=0, time_source="mtime", links=(("link", "b.md"),), aliases=("Bee",))
    with store.write() as writer:
        for number in range(3):
            slot, item = writer.next_slot("image"), writer.next_item()
            assert (slot, item) == (number, number)
            record = ItemRecord(
                item, slot, "image", bytes([number]) * 32, "n", facts, 1, None, None
            )
            writer.put_item(record)
            writer.put_slot("image", slot, item)
            writer.put_vector("image", slot, units(1)[0])
            writer.put_thumbs(item, {64: b"t", 128: b"u"})
            writer.put_text(item, "words")
        for number in (2, 0):
            writer.delete_item(writer.item(number), "image")
        assert list(writer.free_slots("image")) == [0, 2]
        assert [slot for slot, _ in writer.slots("image")] == [1]
        assert [writer.vector("image", slot) is None for slot in range(3)] == [True, False, True]
        assert [bool(writer.thumbs(item)) for item in range(3)] == [False, True, False]
        assert [writer.text(item) for item in range(3)] == ["", "words", ""]
        assert list(writer.mentions(b"b.md")) == list(writer.named(b"bee")) == [1]
        assert writer.item_with("image", bytes([0]) * 32) is None
        assert writer.item_with("image", bytes([1]) * 32) == 1
        assert [writer.next_slot("image") for _ in range(3)] == [0, 2, 3]
        assert writer.next_item() == 3


def test_compacting_keeps_all_and_gives_back_what_was_freed(store):
    """The file is smaller, nothing of the copy is left, and the store goes on."""
    with store.write() as writer:
        for item in range(200):
            writer.put_thumbs(item, {64: bytes(20_000)})
        writer.put_meta("kept", 7)
    with store.write() as writer:
        for item in range(200):
            writer.put_thumbs(item, {64: b""})
    before = (store.folder / "data.mdb").stat().st_size
    store.compact()
    assert (store.folder / "data.mdb").stat().st_size < before / 4
    assert sorted(path.name for path in store.folder.iterdir()) == ["data.mdb", "lock.mdb"]
    with store.write() as writer:
        assert writer.meta("kept") == 7
        writer.put_meta("kept", 8)
    with store.read() as reader:
        assert reader.meta("kept") == 8
        assert reader.thumbs(3) == {64: b""}


def test_a_digest_tells_what_every_slot_holds(store):
    """Another item in a slot, another content, a vector more or another: another digest."""
    facts = Facts(time_ms=0, time_source="mtime")

    def record(item, slot, content):
        return ItemRecord(item, slot, "image", content * 32, "n", facts, 1, None, None)

    seen = []
    with store.write() as writer:
        seen.append(writer.contents_digest("image"))
        for change in (
            lambda: writer.put_slot("image", 0, 5),
            lambda: writer.put_slot("image", 0, 6),
            lambda: writer.put_slot("image", 1, 5),
            lambda: writer.put_item(record(5, 1, b"a")),
            lambda: writer.put_item(record(6, 0, b"b")),
            lambda: writer.put_vector("image", 0, units(1)[0]),
            lambda: writer.put_vector("image", 0, units(2)[0]),  # in place of another
        ):
            change()
            seen.append(writer.contents_digest("image"))
        assert len(set(seen)) == len(seen)
        assert {len(one) for one in seen} == {32}
        writer.put_slot("text", 0, 9)
        assert writer.contents_digest("image") == seen[-1]
