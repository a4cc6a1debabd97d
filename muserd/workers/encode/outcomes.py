"""What an encode worker is asked to read, and what it says of each file: records, no behaviour."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muserd.ground.facts import Facts
from muserd.ground.records import ContentHash, EncoderInfo, FileStat, Kind


@dataclass(frozen=True, slots=True)
class FileTask:
    """A file to be read.

    Attributes:
        force: encode it even when its content is known.
        attempt: the number of this reading, given by whoever asks for it.
        suspect: a child died over it before: it is read by a child of its own.
        reread: only what it says of itself is wanted anew, of a content that has its vector.
    """

    path: bytes
    kind: Kind
    force: bool = False
    attempt: int = 0
    suspect: bool = False
    reread: bool = False


@dataclass(frozen=True, slots=True, eq=False)  # arrays do not compare
class Encoded:
    """A content that was read, decoded and encoded.

    Attributes:
        stat: of the very bytes that were read.
        encoder: what made the vector.
        vector: float32[dim], finite, L2-normalised.
        name: the file's name for people.
        facts: what the content says of itself.
        text: the note's clean text; empty for pictures.
        thumbs: WebP by longer side in pixels; empty for notes.
    """

    task: FileTask
    stat: FileStat
    kind: Kind
    content: ContentHash
    encoder: EncoderInfo
    vector: NDArray[np.float32]
    name: str
    facts: Facts
    text: str
    thumbs: dict[int, bytes]


@dataclass(frozen=True, slots=True)
class Known:
    """A file whose content has a vector already: it was read and hashed, not decoded."""

    task: FileTask
    stat: FileStat
    content: ContentHash


@dataclass(frozen=True, slots=True, eq=False)
class Reread:
    """A content that was read again, and not encoded. Fields are those of `Encoded`."""

    task: FileTask
    stat: FileStat
    content: ContentHash
    facts: Facts
    text: str
    thumbs: dict[int, bytes]


@dataclass(frozen=True, slots=True)
class FileFailed:
    """A file that cannot become an item. `cause` and `retry` are those of `FileError`."""

    task: FileTask
    cause: str
    message: str
    hint: str
    retry: bool
    stat: FileStat | None


Outcome = Encoded | Known | Reread | FileFailed


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A child died before it was through with these files; the worker has them no more.

    Attributes:
        suspects: what it was working on, in the order in which it got them: one may have killed it.
        others: what it had besides.
    """

    suspects: tuple[FileTask, ...]
    others: tuple[FileTask, ...]
