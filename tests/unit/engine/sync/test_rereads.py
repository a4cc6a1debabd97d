"""Files that an earlier reader read are read again by themselves, once, without a new vector."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest import mock

import msgspec
import numpy as np
import pytest

from muserd.engine.sync import rereads
from muserd.ground.records import ItemRecord
from tests.property.world import World, fakes

NAMES = [f"{n}.jpg" for n in range(30)] + [f"{n}.md" for n in range(30)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    quick = {"FIRST_S": 0.05, "_PAUSE_S": 0.01, "_BUSY_S": 0.02, "AT_ONCE": 7, "_LOOKED_AT": 9}
    with fakes(), mock.patch.multiple(rereads, **quick):
        it = World(tmp_path)
        for name in NAMES:
            (it.root / name).write_bytes(b"content of " + name.encode())
        it.start()
        it.sync()
        yield it
        it.stop()


def items(world: World) -> list[ItemRecord]:
    with world.parts.store.read() as reader:
        return list(reader.items())


def as_before_versions(world: World, *, but: int = 0) -> None:
    """Change the store as if an earlier release had written it, but for the first items."""
    with world.parts.store.write() as writer:
        for item in list(writer.items())[but:]:
            facts = msgspec.structs.replace(item.facts, reader=0, title="", tags=("old",))
            writer.put_item(replace(item, facts=facts))
        writer.put_meta("readers", None)


def counts(world: World) -> tuple[int, int]:
    return tuple(
        sum(getattr(one, what) for one in world.workers()) for what in ("reread", "encoded")
    )  # type: ignore[return-value]


def vectors(world: World) -> dict[tuple[str, int], np.ndarray]:  # type: ignore[type-arg]
    with world.parts.store.read() as reader:
        return {
            (space, slot): np.array(reader.vector(space, slot))
            for space in ("image", "text")
            for slot, _ in reader.slots(space)  # type: ignore[arg-type]
        }


def test_a_store_of_before_is_brought_up_to_date(world: World) -> None:
    before = vectors(world)
    world.stop()
    world.start()
    as_before_versions(world)
    world.stop()
    world.start()
    world.wait_for(lambda: all(item.facts.reader for item in items(world)))
    world.wait_for(lambda: meta(world) is not None)
    assert counts(world) == (len(NAMES), 0)
    assert all(item.facts.title and item.facts.tags == () for item in items(world))
    after = vectors(world)
    assert after.keys() == before.keys()
    assert all(np.array_equal(before[key], after[key]) for key in before)
    world.sync()
    world.check()


def test_a_note_whose_text_comes_out_otherwise_is_encoded_anew(world: World) -> None:
    """It and no other; its settled place stays, and what is near it is found by what it says."""
    world.wait_for(lambda: meta(world) is not None)
    world.stop()
    world.start()
    fresh, places = vectors(world), world.places()
    notes = [item for item in items(world) if item.kind == "note"][:3]
    elsewhere = np.eye(16, dtype=np.float32)[15]
    as_before_versions(world)
    with world.parts.store.write() as writer:
        for note in notes:
            writer.put_text(note.id, "what an earlier reader made of it")
            writer.put_vector("text", note.slot, elsewhere)
    world.stop()
    world.start()
    assert all(np.array_equal(vectors(world)["text", note.slot], elsewhere) for note in notes)
    world.wait_for(lambda: meta(world) is not None)
    assert counts(world)[1] == len(notes)
    assert all(np.array_equal(fresh[key], now) for key, now in vectors(world).items())
    after = world.places()
    settled = [key for key, place in places.items() if place[-1]]
    assert settled
    assert all(after[key] == places[key] for key in settled)
    with world.parts.store.read() as reader:
        assert all(reader.text(note.id).startswith("content of") for note in notes)
    world.check()
    world.stop()
    world.start()  # what the cache of the vectors holds is what the store has
    world.check()


def meta(world: World) -> object:
    with world.parts.store.read() as reader:
        return reader.meta("readers")


def test_it_is_done_once(world: World) -> None:
    world.wait_for(lambda: meta(world) is not None)
    world.stop()
    world.start()
    world.sync()
    assert counts(world) == (0, 0)


def test_it_goes_on_where_it_ended(world: World) -> None:
    """Of an interrupted run only what is left is read."""
    world.wait_for(lambda: meta(world) is not None)
    world.stop()
    world.start()
    as_before_versions(world, but=50)
    world.stop()
    world.start()
    world.wait_for(lambda: meta(world) is not None)
    assert counts(world) == (10, 0)


def test_a_file_that_cannot_be_read_any_more_keeps_its_item(world: World) -> None:
    world.wait_for(lambda: meta(world) is not None)
    as_before_versions(world)
    world.stop()
    with mock.patch("tests.property.fakes.FakeEncodeWorker._reread", side_effect=_fail):
        world.start()
        world.wait_for(lambda: meta(world) is not None)
        world.sync()
        assert {item.facts.tags for item in items(world)} == {("old",)}
        assert all(item.gone_at_ms is None for item in items(world))


def _fail(task: object, _content: object) -> object:
    from muserd.workers.encode.outcomes import FileFailed

    return FileFailed(task, "corrupt", "it cannot be understood", "", False, None)  # type: ignore[arg-type]
