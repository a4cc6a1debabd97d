"""An import with the toy encoder, and what it makes."""

import functools
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from muserd.bulk import importer, reading
from muserd.bulk.importer import Imported
from muserd.bulk.request import Request
from muserd.ground.config import Config, Encoders
from muserd.ground.names import exact
from muserd.ground.paths import Places, places
from muserd.workers.encode.host import EncodeWorker
from tests import children

TOY = Config(encoders=Encoders(image="toy", text="toy"))


class Desk:
    """A folder of notes, the folder of their shards, and an import from one to the other."""

    def __init__(self, where: Path, at: Places) -> None:
        self.source = where / "notes"
        self.source.mkdir()
        self.to = where / "shards"
        self.places = at
        self.told: list[str] = []

    def write(self, name: str | bytes, text: str = "") -> bytes:
        path = os.path.join(os.fsencode(self.source), os.fsencode(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text or f"a note that is called {name!a}")
        os.utime(path, ns=(1_600_000_000_000_000_000, 1_600_000_000_000_000_000))
        return path

    def request(self, **changes: Any) -> Request:
        settings = {
            "folders": (exact(os.fsencode(self.source)),),
            "to": str(self.to),
            "workers": 2,
            "shard_files": 4,
        }
        return Request(**(settings | changes))

    def run(self, config: Config = TOY, **changes: Any) -> Imported:
        return importer.run(self.request(**changes), config, self.places, self.told.append)

    def shards(self, folder: Path | None = None) -> dict[str, bytes]:
        folder = folder or self.to
        return {one.name: one.read_bytes() for one in sorted(folder.glob("*-*.parquet"))}

    def rows(self, folder: Path | None = None) -> list[dict[str, Any]]:
        tables = (parquet.read_table(io.BytesIO(data)) for data in self.shards(folder).values())
        return [row for table in tables for row in table.to_pylist()]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    for name in ("STATE", "CACHE", "RUNTIME"):
        monkeypatch.setenv(f"MUSER_{name}_DIR", str(tmp_path / name.lower()))
    children.on_the_path(monkeypatch)
    puppet = functools.partial(EncodeWorker, child="encode_puppet")
    monkeypatch.setattr(reading, "EncodeWorker", puppet)
    return Desk(tmp_path, places())


@pytest.fixture
def several(desk: Desk) -> Callable[[int], Desk]:
    def write(count: int) -> Desk:
        for n in range(count):
            desk.write(f"{n:03d}.md")
        return desk

    return write
