"""What an encode worker is asked to read, and what it says of each file: records, no behaviour."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muserd.ground.records import ContentHash, FileStat, Kind, TimeSource


@dataclass(frozen=True, slots=True)
class FileTask:
    """A file to be read.

    Attributes:
        force: encode it even when its content is known.
    """

    path: bytes
    kind: Kind
    force: bool = False


@dataclass(frozen=True, slots=True, eq=False)  # arrays do not compare
class Encoded:
    """A content that was read, decoded and encoded.

    Attributes:
        stat: of the very bytes that were read.
        vector: float32[dim], finite, L2-normalised.
        name: the file's name for people.
        excerpt: the beginning of a note; empty for pictures.
        time_ms, time_source, utc_offset_min: as in `ItemRecord`.
        width, height: pixels after orientation; 0 for notes.
        length: characters of clean text; 0 for pictures.
        concepts: (ImageNet class, probability in 1/65535), likeliest first; built-in encoder.
        text: the note's clean text; empty for pictures.
        thumbs: WebP by longer side in pixels; empty for notes.
    """

    task: FileTask
    stat: FileStat
    kind: Kind
    content: ContentHash
    vector: NDArray[np.float32]
    title: str
    name: str
    excerpt: str
    tags: tuple[str, ...]
    time_ms: int
    time_source: TimeSource
    utc_offset_min: int | None
    width: int
    height: int
    length: int
    language: str
    concepts: tuple[tuple[int, int], ...]
    text: str
    thumbs: dict[int, bytes]


@dataclass(frozen=True, slots=True)
class Known:
    """A file whose content has a vector already: it was read and hashed, not decoded."""

    task: FileTask
    stat: FileStat
    content: ContentHash


@dataclass(frozen=True, slots=True)
class FileFailed:
    """A file that cannot become an item. `cause` and `retry` are those of `FileError`."""

    task: FileTask
    cause: str
    message: str
    hint: str
    retry: bool
    stat: FileStat | None


Outcome = Encoded | Known | FileFailed
