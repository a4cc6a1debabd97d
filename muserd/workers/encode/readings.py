"""What became of a file, from the child's readers to the outcome that muserd stores."""

from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from muserd.ground.errors import FileError
from muserd.ground.facts import Facts, from_plain, plain
from muserd.ground.records import ContentHash, EncoderInfo, FileStat
from muserd.ground.texts import many_lines, one_line
from muserd.workers.encode.outcomes import (
    Encoded,
    FileFailed,
    FileTask,
    Known,
    Outcome,
    Reread,
)
from muserd.workers.encode.protocol import (
    AnyOutcome,
    EncodedOutcome,
    FailedOutcome,
    KnownOutcome,
    Message,
    RereadOutcome,
)

_UNIT_TOLERANCE = 1e-3  # of a norm: float32 sums of a few thousand squares


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
        said = EncodedOutcome(
            n=self.n,
            stat=self.stat,
            sizes=[size for size, _ in self.thumbs],
            name=self.name,
            facts=plain(replace(self.facts, concepts=concepts)),
        )
        vector_bytes = np.ascontiguousarray(vector, "<f4").tobytes()
        return said, (self.content, vector_bytes, self._text, *(data for _, data in self.thumbs))

    def reread_message(self) -> Message:
        """The outcome of a content that has its vector: all but that."""
        said = RereadOutcome(
            n=self.n,
            stat=self.stat,
            sizes=[size for size, _ in self.thumbs],
            facts=plain(self.facts),
        )
        return said, (self.content, self._text, *(data for _, data in self.thumbs))

    @property
    def _text(self) -> bytes:
        return self.text.encode("utf-8", "replace")


def known_message(n: int, stat: FileStat, content: ContentHash) -> Message:
    """The outcome of a file whose content is known."""
    return KnownOutcome(n=n, stat=stat), (content,)


def failed_message(n: int, error: FileError, stat: FileStat | None) -> Message:
    """The outcome of a file that cannot become an item."""
    said = FailedOutcome(
        n=n,
        stat=stat,
        cause=error.cause,
        message=error.message,
        hint=error.hint,
        retry=error.retry,
    )
    return said, ()


def outcome_of(
    said: AnyOutcome, buffers: list[bytes], task: FileTask, info: EncoderInfo | None
) -> Outcome:
    """The outcome that was heard; a vector that cannot be used makes it a failure.

    Raises:
        Exception: of whatever kind: what the child says of the file makes no sense.
    """
    match said:
        case FailedOutcome():
            message, hint = one_line(said.message, 1_000), one_line(said.hint, 1_000)
            return FileFailed(task, said.cause, message, hint, said.retry, said.stat)
        case KnownOutcome():
            return Known(task, said.stat, ContentHash(buffers[0]))
        case RereadOutcome():
            return Reread(
                task=task,
                stat=said.stat,
                content=ContentHash(buffers[0]),
                facts=from_plain(said.facts),
                text=_text_of(buffers[1]),
                thumbs=dict(zip(said.sizes, buffers[2:], strict=True)),
            )
        case EncodedOutcome():
            return _encoded(said, buffers, task, info)


def _encoded(
    said: EncodedOutcome, buffers: list[bytes], task: FileTask, info: EncoderInfo | None
) -> Encoded | FileFailed:
    vector = np.frombuffer(buffers[1], "<f4").astype(np.float32)
    if info is None or not is_usable(vector, info.dim):
        return FileFailed(
            task,
            "bad-vector",
            "the encoder gave no usable vector for it",
            "it is tried again when the file changes, or by: muserctl failed retry",
            retry=False,
            stat=said.stat,
        )
    return Encoded(
        task=task,
        stat=said.stat,
        kind=task.kind,
        content=ContentHash(buffers[0]),
        encoder=info,
        vector=vector,
        name=one_line(said.name, 1_000),
        facts=from_plain(said.facts),
        text=_text_of(buffers[2]),
        thumbs=dict(zip(said.sizes, buffers[3:], strict=True)),
    )


def _text_of(data: bytes) -> str:
    return many_lines(data.decode("utf-8", "replace"))


def is_usable(vector: NDArray[np.float32], dim: int) -> bool:
    """Whether a vector, float32[dim], is finite and of length one."""
    norm = float(np.linalg.norm(vector)) if vector.shape == (dim,) else np.nan
    return abs(norm - 1.0) <= _UNIT_TOLERANCE  # false for NaN and infinity, too
