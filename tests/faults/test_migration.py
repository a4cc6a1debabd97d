"""Another encoder: everything is encoded anew while the old map is shown; vectors never meet."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec import structs

from muserd.ground.config import Config
from muserd.ground.records import Slot
from muserd.store.environment import Store
from muserd.workers.encode.outcomes import Outcome
from tests.property.fakes import FakeLayoutWorker, vector_of
from tests.property.world import World, fakes

COUNT = 24


def with_encoder(config: Config, image: str) -> Config:
    """A configuration that names another encoder of pictures."""
    return structs.replace(config, encoders=structs.replace(config.encoders, image=image))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with fakes():
        world = World(tmp_path)
        for i in range(COUNT):
            (world.root / f"{i}.png").write_bytes(b"picture %d" % i)
        world.start()
        world.sync()
        world.stop()
        yield world
        world.stop()


def manifest(world: World) -> Any:
    return json.loads((world.where.site / "manifest.json").read_bytes())["spaces"]["image"]


def ids(world: World) -> dict[str, int]:
    assert world.engine is not None
    return {item.title: item.id for item in world.engine.items("image")}


def test_the_old_map_is_shown_until_the_new_one_is_there(world: World) -> None:
    world.config = with_encoder(world.config, "other")
    world.start()
    world.sync()
    before, known = manifest(world), ids(world)
    for worker in world.workers():
        worker.gate.clear()
    assert world.engine is not None
    assert world.answer(world.engine.switch_encoder("image"))["files"] == COUNT
    assert manifest(world) == before
    for worker in world.workers():
        worker.gate.set()
    world.sync()
    after = manifest(world)
    assert after["encoder"]["id"] == "other-image"
    assert after["count"] == COUNT
    assert ids(world) == known
    assert world.verify() == []


def test_a_restart_in_the_middle_goes_on(world: World) -> None:
    world.config = with_encoder(world.config, "other")
    world.start()
    world.sync()
    before = manifest(world)
    for worker in world.workers():
        worker.gate.clear()
    assert world.engine is not None
    world.answer(world.engine.switch_encoder("image"))
    world.stop()
    world.start()
    for worker in world.workers():
        worker.gate.clear()
    (world.root / "new.png").write_bytes(b"one more")
    assert manifest(world)["columns"] == before["columns"]
    for worker in world.workers():
        worker.gate.set()
    world.sync()
    assert manifest(world)["count"] == COUNT + 1
    assert world.verify() == []


@pytest.mark.parametrize("other", ["other", "alike"])
def test_files_that_are_being_read_while_the_encoder_is_switched(world: World, other: str) -> None:
    """What the former encoder found comes too late: vectors of two encoders never meet."""
    world.start()
    world.sync()
    late: list[Outcome] = []
    pipeline = world.parts.pipeline
    heard, pipeline.heard = pipeline.heard, late.append  # type: ignore[method-assign]
    for number in range(3):
        (world.root / f"late {number}.png").write_bytes(b"a late picture %d" % number)
    world.wait_for(lambda: len(late) == 3)
    world.parts.workers["image"]._settings = replace(
        world.parts.workers["image"]._settings, spec=other
    )
    assert world.engine is not None
    assert world.answer(world.engine.switch_encoder("image"))["files"] == COUNT
    world.parts.mailbox.call(lambda: [heard(outcome) for outcome in late])
    pipeline.heard = heard  # type: ignore[method-assign]
    world.sync()
    assert manifest(world)["encoder"]["id"] == f"{other}-image"
    assert all_vectors_are_of(world, other)
    world.check()


def all_vectors_are_of(world: World, encoder: str) -> bool:
    with world.parts.store.read() as reader:
        return all(
            np.array_equal(reader.vector("image", item.slot), vector_of(item.content, encoder))
            for item in reader.items()
            if item.kind == "image"
        )


def test_a_fit_that_is_made_while_the_encoder_is_switched(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its places are of vectors that are no more: it is never shown; who asked gets a new one."""
    begun, go_on = threading.Event(), threading.Event()
    run = FakeLayoutWorker.run

    def slow(self: FakeLayoutWorker, *arguments: Any) -> None:
        run(self, *arguments)
        begun.set()
        assert go_on.wait(60)

    world.config = with_encoder(world.config, "other")
    world.start()
    world.sync()
    monkeypatch.setattr(FakeLayoutWorker, "run", slow)
    assert world.engine is not None
    job = world.engine.refit("image")
    assert begun.wait(60)
    assert world.answer(world.engine.switch_encoder("image"))["files"] == COUNT
    go_on.set()
    answer = world.answer(job)
    assert answer["fits"][0]["items"] == COUNT
    world.sync()
    with world.parts.store.read() as reader:
        assert {fit.encoder for fit in reader.fits("image")} == {"other-image"}
    world.check()


def test_a_store_with_vectors_of_two_encoders_starts(world: World) -> None:
    """Earlier releases could mix them: what is not of the space's encoder is encoded anew."""
    store = Store(world.where.store, map_size_bytes=2**30)
    with store.write() as writer:
        for slot in (0, 5, 6):
            writer.put_vector("image", Slot(slot), vector_of(b"%032d" % slot, "other"))
    store.close()
    world.start()
    world.sync()
    assert all_vectors_are_of(world, "fake")
    world.check()
