"""What a page is told of an item that came or changed while it is open."""

from dataclasses import replace
from unittest import mock

import msgspec
import numpy as np

from muserd.engine.publishing.live_items import described, live_item
from muserd.ground.facts import Facts
from muserd.ground.records import FileState, Slot
from muserd.lineage.forest import Lineage
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


def test_an_item_hangs_in_the_tree_once_the_tree_reaches_its_slot(bench: Bench) -> None:
    """Until then it has no parent; the last slot of the tree belongs to it."""
    bench.ingest("a.txt", "b.txt")
    bench.publish()
    model = bench.parts.models["text"]
    model.lineage = Lineage(
        np.array([1], np.int32), np.array([0.123456], np.float32), np.array([True])
    )
    with bench.parts.store.read() as reader:
        inside = live_item(reader, model, Slot(0), None)
        outside = live_item(reader, model, Slot(1), None)
    assert inside is not None
    assert (inside.parent, inside.cosine, inside.weak) == (1, 0.12346, True)
    assert outside is not None
    assert (outside.parent, outside.cosine, outside.weak) == (-1, 0.0, False)


def test_the_path_to_show_is_the_first_that_is_there(bench: Bench) -> None:
    """Else the first; nothing when an item has no file any more."""
    bench.ingest("c.txt")
    record, first = bench.item("c.txt"), bench.file("c.txt")
    assert first is not None

    def shown(**states: FileState) -> tuple[str, int]:
        with bench.parts.store.write() as writer:
            for size, (name, state) in enumerate(states.items(), 10):
                stat = replace(first.stat, size=size)
                path = bytes(bench.root / f"{name}.txt")
                writer.put_file(replace(first, path=path, state=state, stat=stat))
            detail = described(writer, record)
            return detail.path, detail.size

    away, here = FileState.OFFLINE, FileState.PRESENT
    assert shown(c=away, d=away) == (str(bench.root / "c.txt"), 10)
    assert shown(c=away, d=here, e=here) == (str(bench.root / "d.txt"), 11)
    assert shown(b=away, c=here) == (str(bench.root / "c.txt"), 11)
    with bench.parts.store.read() as reader:
        nobody = described(reader, replace(record, id=record.id + 50))  # type: ignore[arg-type]
    assert nobody.size == 0


def test_neighbours_are_told_without_the_pads(bench: Bench) -> None:
    bench.ingest("a.txt", "b.txt")
    bench.publish()
    model = bench.parts.models["text"]
    with bench.parts.store.read() as reader:
        item = live_item(reader, model, Slot(0), None)
    assert item is not None
    assert item.neighbours == ((1, round(float(model.knn.cosines[0, 0]), 5)),)
