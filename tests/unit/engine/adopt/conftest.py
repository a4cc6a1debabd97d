"""A running engine that reads nothing for now, files that came, and a press for their shards."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from muserd.engine.sync import plan
from tests.press import Press
from tests.property.world import World, world


class Bench:
    """Files are written while intake is paused; so what is on the maps came from shards."""

    def __init__(self, it: World) -> None:
        self.world = it
        self.press = Press(it.base / "shards", os.fsencode(it.root))
        assert it.engine is not None
        it.engine.pause()
        it.wait_for(lambda: "user" in it.parts.gate.reasons)

    def write(self, *names: str) -> list[bytes]:
        paths = [os.path.join(os.fsencode(self.world.root), os.fsencode(name)) for name in names]
        for path in paths:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(b"the content of " + os.path.basename(path))
        return paths

    def notes(self, count: int) -> list[bytes]:
        return self.write(*(f"{number:02d}.md" for number in range(count)))

    def adopt(self, rebases: dict[bytes, bytes] | None = None) -> dict[str, Any]:
        assert self.world.engine is not None
        return self.world.answer(self.world.engine.adopt(self.press.to, rebases or {}))

    def settle(self) -> None:
        """Let files be read, and wait until everything is in."""
        assert self.world.engine is not None
        self.world.engine.resume()
        self.world.sync()

    @property
    def read(self) -> int:
        """How many files the workers were given."""
        return sum(worker.read for worker in self.world.workers())


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """Its files count as old: what was written just now is looked at twice."""
    monkeypatch.setattr(plan, "RACY_MS", -(10**9))
    with world() as it:
        yield Bench(it)
