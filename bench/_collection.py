"""Folders of pictures or notes, read and encoded by the built-in encoders as the daemon does it."""

import hashlib
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from muserd.encode.catalogue import shorter_px
from muserd.encode.images import Concepts
from muserd.extract.content import Content, read_content
from muserd.extract.limits import Limits
from muserd.extract.note import Note, read_note
from muserd.extract.picture import Picture, read_picture
from muserd.ground.errors import FileError
from muserd.ground.records import Space
from muserd.regions.members import Members

DEMO = Path(__file__).parent.parent / "demo/data"
SUFFIXES = {
    "image": {".jpg", ".jpeg", ".png", ".webp", ".gif"},
    "text": {".md", ".txt", ".rst", ".org", ".html"},
}
AT_A_TIME = 64  # pictures in memory
FORM = 1  # of the cache; count up when what is read changes

Rows = list[dict[str, Any] | None]
Read = TypeVar("Read", Picture, Note)


@dataclass(frozen=True, slots=True)
class Collection:
    """The items of a folder.

    Attributes:
        space: what they are.
        files: one per item.
        members: what naming knows of them; row i is `files[i]`.
    """

    space: Space
    files: list[Path]
    members: Members


def collect(folders: Iterable[Path], space: Space, cache: Path | None = None) -> Collection:
    """Read and encode all files of a space below some folders; files that fail are left out.

    Args:
        folders: looked through with all that is in them.
        space: `image` or `text`.
        cache: a folder where the result is kept, under the names, sizes and times of the files.
    """
    found = {
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES[space] and path.is_file()
    }
    files = sorted(found)
    encode = _pictures if space == "image" else _notes
    if cache is None:
        return _made(space, files, *encode(files))
    stats = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    key = hashlib.sha256(json.dumps([FORM, space, stats]).encode()).hexdigest()[:16]
    kept = cache / f"{space}-{key}"
    if not kept.with_suffix(".json").exists():
        cache.mkdir(parents=True, exist_ok=True)
        print(f"encoding {len(files)} files of the {space} space …", file=sys.stderr)
        vectors, rows = encode(files)
        np.save(kept.with_suffix(".npy"), vectors)
        kept.with_suffix(".json").write_text(json.dumps(rows))
    vectors = np.load(kept.with_suffix(".npy"), allow_pickle=False)
    return _made(space, files, vectors, json.loads(kept.with_suffix(".json").read_text()))


def part(members: Members, rows: NDArray[np.intp]) -> Members:
    """Some of the items, in the order given."""
    chosen = rows.tolist()
    return Members(
        ids=members.ids[rows],
        vectors=members.vectors[rows],
        times_ms=members.times_ms[rows],
        titles=[members.titles[row] for row in chosen],
        names=[members.names[row] for row in chosen],
        texts=[members.texts[row] for row in chosen],
        languages=[members.languages[row] for row in chosen],
        concepts=[members.concepts[row] for row in chosen],
    )


def _made(space: Space, files: list[Path], vectors: NDArray[np.float32], rows: Rows) -> Collection:
    read = [(path, row) for path, row in zip(files, rows, strict=True) if row is not None]
    told = [row for _, row in read]
    members = Members(
        ids=np.arange(1, len(read) + 1, dtype=np.int64),
        vectors=vectors,
        times_ms=np.array([row["time_ms"] for row in told], dtype=np.int64),
        titles=[row["title"] for row in told],
        names=[path.name for path, _ in read],
        texts=[row["text"] for row in told],
        languages=[row["language"] for row in told],
        concepts=[tuple((label, share) for label, share in row["concepts"]) for row in told],
    )
    return Collection(space, [path for path, _ in read], members)


def _pictures(files: list[Path]) -> tuple[NDArray[np.float32], Rows]:
    from muserd.encode import efficientnet

    encoder = efficientnet.open_builtin(torch.device("cpu"))
    reader = partial(read_picture, shorter_px=shorter_px("builtin"))
    vectors: list[NDArray[np.float32]] = []
    rows: Rows = []
    for start in range(0, len(files), AT_A_TIME):
        read = [_read(path, reader) for path in files[start : start + AT_A_TIME]]
        said = encoder.encode([picture.image for picture in read if picture])
        vectors.append(said.vectors)
        concepts = iter(said.concepts or ())
        rows += [_row(picture, concepts=next(concepts)) if picture else None for picture in read]
    return np.concatenate(vectors), rows


def _notes(files: list[Path]) -> tuple[NDArray[np.float32], Rows]:
    from muserd.encode import minilm

    read = [_read(path, read_note) for path in files]
    encoder = minilm.open_builtin(torch.device("cpu"))
    vectors = encoder.encode(
        [
            text if text.startswith(title) else f"{title}\n\n{text}"
            for title, text in ((note.facts.title, note.text) for note in read if note)
        ]
    )
    rows = [_row(note, note.text, note.facts.language) if note else None for note in read]
    return vectors, rows


def _row(
    item: Picture | Note, text: str = "", language: str = "", concepts: Concepts = ()
) -> dict[str, Any]:
    return {
        "title": item.facts.title,
        "time_ms": item.facts.time_ms,
        "text": text,
        "language": language,
        "concepts": concepts,
    }


def _read(path: Path, reader: Callable[[Content, Limits], Read]) -> Read | None:
    limits = Limits()
    try:
        return reader(read_content(bytes(path), limits.image_max_bytes), limits)
    except FileError as error:
        print(f"left out: {error.message}", file=sys.stderr)
        return None
