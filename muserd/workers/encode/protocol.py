"""What encode worker and muserd say to each other, as frames. Both sides; see docs/encoders.md.

To the child: `open` once, then `files`, `load`, `query`, `texts`, `example`, `preview`,
`pack`. From it:
`stage`, `ready`, `refused` about its encoder; `begin`, `read`, `batch` about where a job stands;
`outcome`, `answer`, `error` to end one. Every job has a number that is never used twice.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from muserd.encode.catalogue import Runtime
from muserd.extract.limits import Limits
from muserd.ground.errors import EncoderError, FileError, MuserError
from muserd.ground.facts import Facts, from_plain, plain
from muserd.ground.records import ContentHash, EncoderInfo, FileStat, Space
from muserd.ground.texts import many_lines, one_line
from muserd.ground.wire import Header
from muserd.workers.encode.outcomes import (
    Encoded,
    FileFailed,
    FileTask,
    Known,
    Outcome,
    Reread,
)
from muserd.workers.process.link import Buffer, Frame

HASH_BYTES = 32
_UNIT_TOLERANCE = 1e-3  # of a norm: float32 sums of a few thousand squares

Message = tuple[Header, tuple[Buffer, ...]]


@dataclass(frozen=True, slots=True)
class Opening:
    """What a child is told first: its space, its encoder, its limits."""

    space: Space
    spec: str
    keep: str
    device: str
    cache: Path
    limits: Limits
    threads: int
    runtime: Runtime = "auto"
    keep_note: str = ""

    def message(self, known: Iterable[ContentHash]) -> Message:
        """The `open` frame; its buffer holds the hashes of the contents that are known."""
        header = {"type": "open", **asdict(self), "cache": os.fspath(self.cache)}
        return header, (b"".join(known),)

    @staticmethod
    def of(frame: Frame) -> tuple["Opening", set[bytes]]:
        """The opening and the known hashes."""
        header = frame.header
        opening = Opening(
            space=header["space"],
            spec=header["spec"],
            keep=header["keep"],
            device=header["device"],
            cache=Path(header["cache"]),
            limits=Limits(**header["limits"]),
            threads=header["threads"],
            runtime=header["runtime"],
            keep_note=header["keep_note"],
        )
        joined = frame.buffers[0]
        hashes = range(0, len(joined), HASH_BYTES)
        return opening, {joined[start : start + HASH_BYTES] for start in hashes}


def files_message(files: Iterable[tuple[int, FileTask]]) -> Message:
    """Files to be read, with their numbers."""
    rows = [[n, os.fsdecode(task.path), task.kind, task.force, task.reread] for n, task in files]
    return {"type": "files", "files": rows}, ()


def files_of(header: Header) -> list[tuple[int, FileTask]]:
    """The other side of `files_message`."""
    return [
        (n, FileTask(os.fsencode(path), kind, force, reread=reread))
        for n, path, kind, force, reread in header["files"]
    ]


def texts_message(texts: Sequence[str], *, queries: bool) -> Message:
    """Texts of which vectors are wanted."""
    return {"type": "texts", "texts": list(texts), "queries": queries}, ()


def example_message(data: bytes, name: bytes) -> Message:
    """A content to be read and encoded, and not kept."""
    return {"type": "example", "name": os.fsdecode(name)}, (data,)


def preview_message(path: bytes, size_px: int, part: int) -> Message:
    """A picture, page or frame wanted as a WebP of at most `size_px` a side."""
    header = {"type": "preview", "path": os.fsdecode(path), "size_px": size_px, "part": part}
    return header, ()


def pack_message(
    thumbs: Sequence[bytes | None], cell_px: int, columns: int, rows: int, *, blurred: bool
) -> Message:
    """Thumbnails wanted as one page."""
    header = {
        "type": "pack",
        "cell_px": cell_px,
        "columns": columns,
        "rows": rows,
        "blurred": blurred,
        "filled": [thumb is not None for thumb in thumbs],
    }
    return header, tuple(thumb for thumb in thumbs if thumb is not None)


def thumbs_of(frame: Frame) -> list[bytes | None]:
    """The thumbnails of a `pack` frame."""
    given = iter(frame.buffers)
    return [next(given) if filled else None for filled in frame.header["filled"]]


def info_of(header: Header) -> EncoderInfo:
    """The encoder of a `ready` frame."""
    return EncoderInfo(**header["encoder"])


def error_message(n: int, error: MuserError) -> Message:
    """The end of a request that failed."""
    cause = error.cause if isinstance(error, FileError) else ""
    header = {"type": "error", "n": n, "cause": cause, "message": error.message, "hint": error.hint}
    return header, ()


def error_of(header: Header) -> MuserError:
    """What `error_message` was made of."""
    if header["cause"]:
        return FileError(header["cause"], header["message"], header["hint"])
    return EncoderError(header["message"], header["hint"])


@dataclass(slots=True)
class Draft:
    """A content that was read and decoded and has no vector yet."""

    n: int
    task: FileTask
    stat: FileStat
    content: ContentHash
    name: str
    facts: Facts
    text: str = ""
    thumbs: tuple[tuple[int, bytes], ...] = ()

    def message(
        self, vector: NDArray[np.float32], concepts: tuple[tuple[int, int], ...]
    ) -> Message:
        """The outcome, with `vector` float32[dim] and what the encoder recognised."""
        facts = replace(self.facts, concepts=concepts)
        header = {
            "type": "outcome",
            "n": self.n,
            "outcome": "encoded",
            "stat": asdict(self.stat),
            "sizes": [size for size, _ in self.thumbs],
            "name": self.name,
            "facts": plain(facts),
        }
        vector_bytes = np.ascontiguousarray(vector, "<f4").tobytes()
        text = self.text.encode("utf-8", "replace")
        return header, (self.content, vector_bytes, text, *(data for _, data in self.thumbs))

    def reread_message(self) -> Message:
        """The outcome of a content that has its vector: all but that."""
        header = {
            "type": "outcome",
            "n": self.n,
            "outcome": "reread",
            "stat": asdict(self.stat),
            "sizes": [size for size, _ in self.thumbs],
            "facts": plain(self.facts),
        }
        text = self.text.encode("utf-8", "replace")
        return header, (self.content, text, *(data for _, data in self.thumbs))


def known_message(n: int, stat: FileStat, content: ContentHash) -> Message:
    """The outcome of a file whose content is known."""
    header = {"type": "outcome", "n": n, "outcome": "known", "stat": asdict(stat)}
    return header, (content,)


def failed_message(n: int, error: FileError, stat: FileStat | None) -> Message:
    """The outcome of a file that cannot become an item."""
    header = {
        "type": "outcome",
        "n": n,
        "outcome": "failed",
        "stat": None if stat is None else asdict(stat),
        "cause": error.cause,
        "message": error.message,
        "hint": error.hint,
        "retry": error.retry,
    }
    return header, ()


def outcome_of(frame: Frame, task: FileTask, info: EncoderInfo | None) -> Outcome:
    """The outcome in a frame; a vector that cannot be used makes it a failure."""
    header = frame.header
    stat = FileStat(**header["stat"]) if header["stat"] is not None else None
    if stat is None or header["outcome"] == "failed":
        message, hint = (one_line(str(header[key]), 1_000) for key in ("message", "hint"))
        return FileFailed(task, header["cause"], message, hint, header["retry"], stat)
    content = ContentHash(frame.buffers[0])
    if header["outcome"] == "known":
        return Known(task, stat, content)
    if header["outcome"] == "reread":
        return Reread(
            task=task,
            stat=stat,
            content=content,
            facts=from_plain(header["facts"]),
            text=many_lines(frame.buffers[1].decode("utf-8", "replace")),
            thumbs=dict(zip(header["sizes"], frame.buffers[2:], strict=True)),
        )
    vector = np.frombuffer(frame.buffers[1], "<f4").astype(np.float32)
    if info is None or not is_usable(vector, info.dim):
        return FileFailed(
            task,
            "bad-vector",
            "the encoder gave no usable vector for it",
            "it is tried again when the file changes, or by: muserctl failed retry",
            retry=False,
            stat=stat,
        )
    return Encoded(
        task=task,
        stat=stat,
        kind=task.kind,
        content=content,
        encoder=info,
        vector=vector,
        name=one_line(header["name"], 1_000),
        facts=from_plain(header["facts"]),
        text=many_lines(frame.buffers[2].decode("utf-8", "replace")),
        thumbs=dict(zip(header["sizes"], frame.buffers[3:], strict=True)),
    )


def is_usable(vector: NDArray[np.float32], dim: int) -> bool:
    """Whether a vector, float32[dim], is finite and of length one."""
    norm = float(np.linalg.norm(vector)) if vector.shape == (dim,) else np.nan
    return abs(norm - 1.0) <= _UNIT_TOLERANCE  # false for NaN and infinity, too
