"""Another encoder: everything is encoded anew while the old map is shown; vectors never meet."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest

from muserd.engine import assembly as wiring
from muserd.extract.content import Content
from muserd.workers.encode.outcomes import Encoded, FileTask
from tests.property.fakes import FakeEncodeWorker
from tests.property.world import World, fakes

COUNT, DIM = 24, 8


class OtherEncoder(FakeEncodeWorker):
    """The fake with other vectors, and fewer dimensions."""

    def __init__(self, settings: Any, **more: Any) -> None:
        super().__init__(settings, **more)
        self._info = replace(self._info, id=f"other-{settings.space}", dim=DIM)

    @staticmethod
    def _encode(task: FileTask, content: Content) -> Encoded:
        encoded = FakeEncodeWorker._encode(task, content)
        vector = encoded.vector[::-1][:DIM]
        return replace(encoded, vector=(vector / np.linalg.norm(vector)).astype(np.float32))


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
    with mock.patch.object(wiring, "EncodeWorker", OtherEncoder):
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
    with mock.patch.object(wiring, "EncodeWorker", OtherEncoder):
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
