"""Shared by the tests of faults that an engine meets."""

from pathlib import Path

from muserd.ground.records import FileState
from tests.property.world import World


def notes(folder: Path, count: int, *, first: int = 0, contents: int = 1_000_000) -> list[Path]:
    """Some notes; beyond so many contents they repeat."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number}.md" for number in range(first, first + count)]
    for number, path in enumerate(paths, first):
        path.write_bytes(b"note %d" % (number % contents))
    return paths


def states(it: World) -> dict[FileState, int]:
    """How many files the store knows, by state."""
    found: dict[FileState, int] = {}
    for state, _, _ in it.files().values():
        found[state] = found.get(state, 0) + 1
    return found
