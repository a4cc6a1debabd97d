"""A search whose answers are fixed, for the tests of the doors."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muserd.engine.find.answers import DoorState, Found, FoundHit, Marked
from muserd.engine.find.finder import Ask
from muserd.ground.errors import FileError
from muserd.ground.names import exact
from muserd.ground.records import ItemId, Space


class FakeExamples:
    """Files in `folder` are items 1, 2, …; any other one is an example from elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def items(self, paths: list[bytes]) -> tuple[list[ItemId], list[bytes]]:
        inside = [path for path in paths if path.startswith(bytes(self.folder))]
        known = [ItemId(number) for number, _ in enumerate(inside, 1)]
        return known, [path for path in paths if path not in inside]

    def of_file(self, path: bytes) -> tuple[Space, NDArray[np.float32]]:
        return "image", self.of_bytes("image", path, path)

    def of_bytes(self, space: Space, data: bytes, name: bytes) -> NDArray[np.float32]:
        if data.startswith(b"broken"):
            raise FileError("corrupt", "it cannot be decoded", "")
        return np.ones(2, np.float32)


class FakeFinder:
    """`walrus` has a certain hit and a doubtful one, `doubt` only a doubtful one."""

    def __init__(self, folder: Path) -> None:
        self.examples = FakeExamples(folder)
        self.asked: list[Ask] = []
        self.path = bytes(folder) + b"/caf\xe9.md"

    def find(self, ask: Ask) -> Found:
        self.asked.append(ask)
        words = ask.text.split()
        hits: list[FoundHit] = []
        if "walrus" in words or ask.like or ask.vectors:
            hits.append(self._hit(7, certain=True))
        if {"walrus", "doubt"} & set(words):
            hits.append(self._hit(8, certain=False))
        return Found(
            query=ask.text,
            hits=tuple(hits[: ask.limit]),
            counts={"image": 0, "text": len(hits)},
            certain={"image": 0, "text": sum(hit.certain for hit in hits)},
            doors={"words": DoorState(state="done"), "meaning": DoorState(state="done")},
            problems=("foo: is no filter",) if "foo:x" in words else (),
            terms=tuple(words),
        )

    def complete(self, key: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        return [(f"{prefix}-{key}", 3)][:limit]

    def groups(self, key: str, space: Space, most: int) -> list[tuple[str, list[ItemId]]]:
        return [(f"{key}-{space}", [ItemId(3)])][:most]

    def _hit(self, number: int, *, certain: bool) -> FoundHit:
        more: dict[str, Any] = {"x": 1.5, "y": 2.5, "region": (1, -1, -1)} if certain else {}
        return FoundHit(
            id=number,
            space="text",
            kind="note",
            slot=number,
            title=f"Note {number}\x1b[1m",
            name="café.md",
            score=1 / number,
            certain=certain,
            why=("title",),
            snippet=Marked(text="a walrus here", marks=((2, 8),)),
            paths=(exact(self.path),),
            **more,
        )
