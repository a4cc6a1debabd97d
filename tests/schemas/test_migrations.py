"""A store of any earlier schema opens, loses nothing, and a daemon goes on from it."""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lmdb
import msgspec
import pytest

from muserd.ground.errors import SchemaError, StoreError
from muserd.ground.records import NO_ITEM, FileState
from muserd.store import schema
from muserd.store.environment import Store
from muserd.store.names import folded
from muserd.store.schema import Migration
from tests.property.fakes import vector_of
from tests.property.world import World, fakes
from tests.schemas import schema_1, schema_2, schema_3, schema_4, schema_5, schema_6, schema_7

WRITERS: dict[int, Callable[..., None]] = {
    1: schema_1.write,
    2: schema_2.write,
    3: schema_3.write,
    4: schema_4.write,
    5: schema_5.write,
    6: schema_6.write,
    7: schema_7.write,
}
EARLIER = sorted(WRITERS)
SIZE = 2**24


@dataclass
class Old:
    """A store of an earlier schema and the files that it knows."""

    world: World
    notes: list[Path]
    broken: Path

    @property
    def folder(self) -> Path:
        return self.world.where.store


@pytest.fixture(params=EARLIER)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Old:
    world = World(tmp_path)
    notes = [world.root / f"{number}.md" for number in range(3)]
    for number, path in enumerate(notes):
        path.write_bytes(b"note %d" % number)
    broken = world.root / "empty.md"
    broken.touch()
    WRITERS[request.param](world.where.store, notes, broken, vector_of)
    return Old(world, notes, broken)


def test_every_earlier_schema_is_kept() -> None:
    """Who adds a migration adds a store of the schema that it leads away from."""
    assert list(range(1, schema.CURRENT)) == EARLIER
    assert [migration.version for migration in schema.MIGRATIONS] == list(
        range(1, schema.CURRENT + 1)
    )
    assert len({migration.name for migration in schema.MIGRATIONS}) == schema.CURRENT


def test_nothing_is_lost(old: Old) -> None:
    store = Store(old.folder, map_size_bytes=SIZE)
    try:
        with store.read() as reader:
            assert reader.meta("schema") == schema.CURRENT
            items = list(reader.items())
            assert [item.facts.title for item in items] == [f"Note {number}" for number in range(4)]
            assert {item.facts.excerpt for item in items} == {"an excerpt"}
            assert {item.facts.tags for item in items} == {("a tag",)}
            assert [item.facts.time_ms - schema_1.NOW_MS for item in items] == [0, 1, 2, 3]
            assert {item.facts.time_source for item in items} == {"mtime"}
            assert [item.gone_at_ms is None for item in items] == [True, True, True, False]
            for item, path in zip(items, [*old.notes, None], strict=True):
                content = schema_1.content_of(path)
                assert item.content == hashlib.sha256(content).digest()
                assert reader.item_with("note", item.content) == item.id
                assert reader.text(item.id) == content.decode()
                assert (reader.vector("text", item.slot) == vector_of(item.content)).all()
            assert {file.path: file.state for file in reader.files()} == {
                **{bytes(path): FileState.PRESENT for path in old.notes},
                bytes(old.broken): FileState.FAILED,
            }
            (failure,) = reader.failures()
            assert (failure.path, failure.cause) == (bytes(old.broken), "empty")
            places = {int(slot): (place.x, place.y) for slot, place in reader.places("text")}
            assert places == schema_1.PLACES
            (region,) = reader.regions("text")
            assert (region.name, region.pinned) == ("Named by hand", True)
            (fit,) = reader.fits("text")
            assert (fit.number, fit.sizes, fit.events) == (1, (), ())
            stored = reader.map("text", fit.number)
            assert stored is not None
            forgotten = len(stored.arrays["places"]) - 4
            assert stored.arrays["ids"].tolist() == [*range(4), *[NO_ITEM] * forgotten]
            assert [*reader.free_slots("text")] == [schema_2.FORGOTTEN] * forgotten
            assert dict(reader.page_owners("text")) == {slot: slot for slot in range(4)}
            assert [event.revision for event in reader.events_after(4) or ()] == [5]
            assert [*reader.named(b"0")] == [*reader.named(b"0.md")] == [bytes(old.notes[0])]
    finally:
        store.close()


def test_aliases_are_clean_and_found(tmp_path: Path) -> None:
    """What steered is gone from the record and from the names by which links find it."""
    notes = [tmp_path / f"{n}.md" for n in range(3)]
    for path in (*notes, broken := tmp_path / "empty.md"):
        path.write_bytes(path.name.encode())
    schema_7.write(tmp_path / "store", notes, broken, vector_of)
    store = Store(tmp_path / "store", map_size_bytes=SIZE)
    try:
        with store.read() as reader:
            item = next(iter(reader.items()))
            assert item.facts.aliases == ("Other name", "Plain")
            found = [[*reader.named(folded(alias))] for alias in ("Other name", "Plain")]
            assert found[0] == found[1] != []
            assert not any([*reader.named(folded(alias))] for alias in schema_7.ALIASES[:2])
    finally:
        store.close()


def test_a_daemon_goes_on_from_it(old: Old) -> None:
    """Nothing is encoded again, nobody moves, a name given by hand stays."""
    with fakes():
        it = old.world.start()
        try:
            it.sync()
            it.check()
            assert sum(worker.encoded for worker in it.workers()) == 0
            places = {item: place[1:3] for (_, item), place in it.places().items()}
            assert places == {number: schema_1.PLACES[number] for number in range(3)}
            assert it.engine is not None
            assert [region.name for region in it.engine.regions("text")] == ["Named by hand"]
            assert [fit.number for fit in it.engine.fits("text")] == [1]
            (it.root / "gone.md").write_bytes(schema_1.content_of(None))
            it.sync()
            it.check()
            assert sum(worker.encoded for worker in it.workers()) == 0  # known from before
            (it.root / "new.md").write_bytes(b"a note more")
            it.sync()
            it.check()
            assert len(it.parts.models["text"]) == 5  # a slot that was left is given again
        finally:
            it.stop()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # 2020-06-01 12:00 in Berlin, by a camera: 12:00 for whoever looks
        ({"time_ms": 1_591_005_600_000, "time_source": "exif"}, (1_591_012_800_000, None, "time")),
        # a note's day, which was its midnight in Berlin
        (
            {"time_ms": 1_590_962_400_000, "time_source": "front-matter"},
            (1_590_969_600_000, None, "day"),
        ),
        # a note's time, and a picture at midnight, are no days
        (
            {"time_ms": 1_591_005_600_000, "time_source": "front-matter"},
            (1_591_012_800_000, None, "time"),
        ),
        ({"time_ms": 1_590_962_400_000, "time_source": "exif"}, (1_590_969_600_000, None, "time")),
        # a file's time keeps its instant, and gets the offset of this machine
        ({"time_ms": 1_591_005_600_000, "time_source": "mtime"}, (1_591_005_600_000, 120, "time")),
        ({"time_ms": 10**17, "time_source": "mtime"}, (10**17, None, "time")),
    ],
)
def test_wall_clocks_lose_the_zone_that_was_given_to_them(
    before: dict[str, Any], after: tuple[int, int | None, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Schema 5: what a camera or a note said without an offset is shown as it was said."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    facts = dict(before)
    schema._take_off_zone(facts)
    monkeypatch.undo()
    time.tzset()
    told = (facts["time_ms"], facts.get("utc_offset_min"), facts.get("time_precision", "time"))
    assert told == after


def test_items_that_know_their_offset_keep_their_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only those without one were read as if they were of this machine's zone."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    known = {"time_ms": 1_591_005_600_000, "time_source": "exif", "utc_offset_min": 540}
    head = bytes(schema._ITEM_4.size)
    with lmdb.open(str(tmp_path), max_dbs=1) as environment:
        table = environment.open_db(schema.ITEMS.encode())
        with environment.begin(write=True) as transaction:
            for key, facts in ((b"k", known), (b"u", {**known, "utc_offset_min": None})):
                transaction.put(key, head + msgspec.msgpack.encode(("a.jpg", facts)), db=table)
            schema._wall_clocks(transaction, {schema.ITEMS: table})
            after = {
                key: msgspec.msgpack.decode(data[len(head) :])
                for key, data in transaction.cursor(db=table)
            }
    monkeypatch.undo()
    time.tzset()
    assert after[b"k"] == ["a.jpg", known]
    assert after[b"u"][1]["time_ms"] == 1_591_005_600_000 + 7_200_000


def test_a_backup_of_an_earlier_schema_is_not_changed_by_reading(old: Old) -> None:
    before = (old.folder / "data.mdb").read_bytes()
    with pytest.raises(SchemaError, match="is older") as caught:
        Store(old.folder, map_size_bytes=SIZE, read_only=True)
    assert "start muserd" in caught.value.hint
    assert (old.folder / "data.mdb").read_bytes() == before


def version_of(folder: Path) -> Any:
    environment = lmdb.open(str(folder), max_dbs=40, map_size=SIZE, lib_version=0)
    with environment.begin() as transaction:
        table = environment.open_db(schema.META.encode(), txn=transaction, create=False)
        found = json.loads(transaction.get(b"schema", db=table))
    environment.close()
    return found


def test_migrations_run_in_order_and_once(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def step(version: int) -> Migration:
        name = f"step {version}"
        return Migration(version, name, lambda _transaction, _tables: ran.append(name))

    more = tuple(step(schema.CURRENT + number) for number in (1, 2, 3))
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, *more))
    monkeypatch.setattr(schema, "CURRENT", more[-1].version)
    for _ in range(2):
        Store(old.folder, map_size_bytes=SIZE).close()
        assert ran == [migration.name for migration in more]
    assert version_of(old.folder) == schema.CURRENT


def test_a_migration_that_fails_changes_nothing(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    """All steps are one transaction: the earlier Muser can still be used."""

    def fail(transaction: Any, tables: dict[str, Any]) -> None:
        transaction.drop(tables[schema.FILES], delete=False)
        raise StoreError("this record makes no sense")

    before = version_of(old.folder)
    broken = Migration(schema.CURRENT + 1, "broken", fail)
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, broken))
    monkeypatch.setattr(schema, "CURRENT", broken.version)
    with pytest.raises(StoreError, match="makes no sense"):
        Store(old.folder, map_size_bytes=SIZE)
    monkeypatch.undo()
    assert version_of(old.folder) == before
    store = Store(old.folder, map_size_bytes=SIZE)
    with store.read() as reader:
        assert len(list(reader.files())) == 4
    store.close()
