"""A sidecar that comes, changes or goes has its picture read again, without `--force`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.property.world import World, fakes


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with fakes():
        it = World(tmp_path)
        (it.root / "a.jpg").write_bytes(b"picture a")
        (it.root / "b.jpg").write_bytes(b"picture b")
        it.start()
        it.sync()
        yield it
        it.stop()


def read_at(world: World, name: str) -> int:
    with world.parts.store.read() as reader:
        file = reader.file(bytes(world.root / name))
    assert file is not None
    return file.seen_at_ms


@pytest.mark.parametrize("sidecar", ["a.json", "a.jpg.json", "a.xmp", "a.jpg.supplemental-me.json"])
def test_a_sidecar_is_seen(world: World, sidecar: str) -> None:
    before, other = read_at(world, "a.jpg"), read_at(world, "b.jpg")
    (world.root / sidecar).write_text('{"title": "Sea"}')
    world.wait_for(lambda: read_at(world, "a.jpg") > before)
    after = read_at(world, "a.jpg")
    (world.root / sidecar).unlink()
    world.wait_for(lambda: read_at(world, "a.jpg") > after)
    assert read_at(world, "b.jpg") == other
    world.sync()
    world.check()


def test_one_that_was_written_while_nobody_looked(world: World) -> None:
    before = read_at(world, "a.jpg")
    world.stop()
    (world.root / "a.json").write_text('{"title": "Sea"}')
    world.start()
    world.wait_for(lambda: read_at(world, "a.jpg") > before)
    world.sync()
    world.check()
