"""What is listed of the store: items, failures, fits."""

from dataclasses import replace

import pytest

from muserd.engine import listings
from muserd.ground.records import Failure, FileState, ItemId
from tests.unit.engine.bench import Bench


@pytest.fixture
def filled(bench: Bench) -> Bench:
    """Two notes and a picture on their maps."""
    bench.ingest("a.txt", "b.txt", "c.png")
    bench.publish()
    return bench


def names(bench: Bench, space: object = None) -> list[str]:
    found = listings.items(bench.parts.store, space)  # type: ignore[arg-type]
    return sorted(item.paths[0].rsplit("/", 1)[-1] for item in found)


def test_items_of_one_space_or_of_both(filled: Bench) -> None:
    assert names(filled) == ["a.txt", "b.txt", "c.png"]
    assert (names(filled, "text"), names(filled, "image")) == (["a.txt", "b.txt"], ["c.png"])


def test_what_is_gone_is_not_listed(filled: Bench) -> None:
    item = filled.item("a.txt")
    with filled.parts.store.write() as writer:
        writer.put_item(replace(item, gone_at_ms=1))
    assert names(filled) == ["b.txt", "c.png"]
    assert listings.item(filled.parts.store, item.id) is None
    assert listings.item(filled.parts.store, ItemId(99)) is None


def test_an_item_lies_where_the_current_fit_has_it(filled: Bench) -> None:
    """What another fit left behind does not count."""
    record = filled.item("a.txt")
    found = listings.item(filled.parts.store, record.id)
    assert found is not None
    assert found.x == filled.parts.models["text"].columns.places[record.slot, 0]
    with filled.parts.store.write() as writer:
        place = writer.place("text", record.slot)
        assert place is not None
        writer.put_place("text", record.slot, replace(place, fit=99))  # type: ignore[arg-type]
    found = listings.item(filled.parts.store, record.id)
    assert found is not None
    assert (found.x, found.provisional, found.offline) == (None, True, False)


def test_an_item_is_offline_when_no_file_of_it_is_there(filled: Bench) -> None:
    record = filled.file("a.txt")
    assert record is not None
    assert record.item is not None

    def offline() -> bool:
        found = listings.item(filled.parts.store, record.item)  # type: ignore[arg-type]
        assert found is not None
        return found.offline

    assert not offline()
    with filled.parts.store.write() as writer:
        writer.put_file(replace(record, state=FileState.OFFLINE))
    assert offline()
    with filled.parts.store.write() as writer:
        writer.put_file(replace(record, path=record.path + b".md"))
    assert not offline()


def test_failures_and_fits(filled: Bench) -> None:
    seen = filled.look("a.txt")
    with filled.parts.store.write() as writer:
        writer.put_failure(
            Failure(seen.path, "note", "corrupt", "bad", "", 0, 1, None, seen.stat, "1")
        )
    (failure,) = listings.failures(filled.parts.store)
    assert (failure.path, failure.cause) == (str(filled.root / "a.txt"), "corrupt")
    both = [(one.space, one.number) for one in listings.fits(filled.parts.store, None)]
    assert both == [("image", 1), ("text", 1)]
    (one,) = listings.fits(filled.parts.store, "text")
    assert one.space == "text"
