"""What a page is told of an item that came or changed while it is open."""

from unittest import mock

import msgspec

from muserd.engine.publishing.live_items import live_item
from muserd.ground.facts import Facts
from muserd.ground.records import Slot
from tests.unit.engine.bench import Bench

SPECIAL = {"rating": 4, "place": (47.1, 8.2), "pages": 3, "frames": 5, "seconds": 7.5}


def told(bench: Bench, **said: object) -> dict[str, object]:
    """What is told of a note that says this of itself."""

    def telling(**usual: object) -> Facts:
        return Facts(**{**usual, **said})  # type: ignore[arg-type]

    with mock.patch("tests.property.fakes.Facts", telling):
        bench.ingest("new.txt")
    bench.publish()
    model, slot = bench.parts.models["text"], bench.item("new.txt").slot
    with bench.parts.store.read() as reader:
        item = live_item(reader, model, slot, "thumbs/a.webp")
    assert item is not None
    found: dict[str, object] = msgspec.json.decode(msgspec.json.encode(item))
    return found


def test_what_an_item_says_of_itself_is_told(bench: Bench) -> None:
    """Also what few items have: a place, a rating, pages, frames, a length."""
    item = told(bench, **SPECIAL)
    assert {key: item[key] for key in SPECIAL} == {**SPECIAL, "place": [47.1, 8.2]}
    assert (item["name"], item["slot"], item["thumb"]) == ("new.txt", 0, "thumbs/a.webp")


def test_what_an_item_does_not_say_is_left_out(bench: Bench) -> None:
    assert not SPECIAL.keys() & told(bench).keys()


def test_of_a_slot_without_an_item_nothing_is_told(bench: Bench) -> None:
    with bench.parts.store.read() as reader:
        assert live_item(reader, bench.parts.models["text"], Slot(7), None) is None
