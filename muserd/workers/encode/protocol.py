"""What muserd and the child of an encode worker say to each other: one struct a message.

Both sides read a frame's header by these types: `to_child` and `from_child`. A message that is none
of them ends the child (see `Child`), never muserd. Jobs, files and questions alike, have numbers
that are never used twice. What travels in a frame's buffers is told with each message.
See docs/encoders.md.
"""

import os
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec

from muserd.encode.catalogue import Runtime
from muserd.extract.limits import Limits
from muserd.ground.records import EncoderInfo, FileStat, Kind, Space
from muserd.ground.wire import FrameError
from muserd.workers.encode.outcomes import FileTask
from muserd.workers.process.link import Buffer


class _Message(msgspec.Struct, frozen=True, tag_field="type", tag=str.lower):
    """Its type in a frame is the name of its class, in small letters."""


# to the child


class Opening(_Message, frozen=True, kw_only=True, tag="open"):
    """What a child is told first: its space, its encoder, its limits.

    Buffers: the hashes of the contents that are known, joined.
    """

    space: Space
    spec: str
    keep: str
    device: str
    cache: Path
    limits: Limits
    threads: int
    runtime: Runtime = "auto"
    keep_note: str = ""


class FileRow(msgspec.Struct, frozen=True, array_like=True):
    """A file to be read, and the number of the job; else see `FileTask`."""

    n: int
    path: bytes
    kind: Kind
    force: bool
    reread: bool

    @property
    def task(self) -> FileTask:
        """What the child knows of it."""
        return FileTask(self.path, self.kind, self.force, reread=self.reread)


class Files(_Message, frozen=True):
    """Files to be read."""

    files: list[FileRow]


class Load(_Message, frozen=True):
    """Open the model, though there is nothing to encode yet."""


class Delegated(_Message, frozen=True):
    """What is said of some work that muserd does for the child: see `delegation`."""

    work: str
    said: dict[str, Any]


class _Question(_Message, frozen=True, kw_only=True):
    """It is answered by `Answer` or `Refusal` of the same number."""

    n: int = 0  # given when it is sent


class Query(_Question, frozen=True):
    """Words to be searched by. Answer: vector, scores of classes, further bytes of the encoder."""

    words: str


class Texts(_Question, frozen=True):
    """Texts of which vectors are wanted. Answer: these, joined."""

    texts: list[str]
    queries: bool


class Example(_Question, frozen=True):
    """A content, in the buffer, to be read and encoded, and not kept. Answer: its vector."""

    name: bytes


class Preview(_Question, frozen=True):
    """A picture, page or frame wanted as a WebP of at most `size_px` a side. Answer: that."""

    path: bytes
    size_px: int
    part: int


class Pack(_Question, frozen=True):
    """The thumbnails in the buffers, wanted as one page. Answer: that, a WebP.

    Attributes:
        filled: whether there is a thumbnail for each cell, row by row.
    """

    cell_px: int
    columns: int
    rows: int
    blurred: bool
    filled: list[bool]


class Looks(_Question, frozen=True):
    """The looks of the thumbnails in the buffers. Answer: 20 bytes each, joined."""


class Jpeg(_Question, frozen=True):
    """The thumbnails in the buffers as JPEG. Answer: these."""


# from the child


class Stage(_Message, frozen=True):
    """Where it stands. `starting` is its first word."""

    stage: Literal["starting", "fetching", "loading"]
    message: str
    share: float | None


class Ready(_Message, frozen=True):
    """Its model is open, or another runtime has taken over."""

    encoder: EncoderInfo


class Refused(_Message, frozen=True):
    """Its encoder cannot be opened; `lasting` when trying again cannot help."""

    message: str
    hint: str
    lasting: bool


class Delegate(_Message, frozen=True, kw_only=True):
    """Work that muserd is asked to do for it: see `delegation`."""

    work: str
    space: str = ""
    spec: str = ""
    keep: str = ""
    repository: str = ""
    paths: list[str] = []


class Begin(_Message, frozen=True):
    """Work on a job began."""

    n: int


class Read(_Message, frozen=True):
    """A reader is through with a file, or does others first."""

    n: int


class Batch(_Message, frozen=True):
    """The model began with these files."""

    n: list[int]


class Answer(_Message, frozen=True):
    """What was asked for is in the buffers."""

    n: int


class Refusal(_Message, frozen=True, tag="error"):
    """A question cannot be answered; `cause` is that of a `FileError`, or empty."""

    n: int
    cause: str
    message: str
    hint: str


class EncodedOutcome(_Message, frozen=True, kw_only=True, tag="outcome:encoded"):
    """A content with its vector. Buffers: hash, vector, text, thumbnails.

    Attributes:
        sizes: longer side of each thumbnail, in pixels.
        facts: as the child says them. They count as `Facts` when they were cleaned, and what makes
            no sense costs this file only: see `ground.facts.from_plain`.
    """

    n: int
    stat: FileStat
    sizes: list[int]
    name: str
    facts: dict[str, Any]


class RereadOutcome(_Message, frozen=True, kw_only=True, tag="outcome:reread"):
    """A content that has its vector. Buffers: hash, text, thumbnails; else see `EncodedOutcome`."""

    n: int
    stat: FileStat
    sizes: list[int]
    facts: dict[str, Any]


class KnownOutcome(_Message, frozen=True, kw_only=True, tag="outcome:known"):
    """A file whose content is known. Buffer: its hash."""

    n: int
    stat: FileStat


class FailedOutcome(_Message, frozen=True, kw_only=True, tag="outcome:failed"):
    """A file that cannot become an item: see `FileFailed`."""

    n: int
    stat: FileStat | None
    cause: str
    message: str
    hint: str
    retry: bool


Question: TypeAlias = Query | Texts | Example | Preview | Pack | Looks | Jpeg
ToChild: TypeAlias = Opening | Files | Load | Delegated | Question
AnyOutcome: TypeAlias = EncodedOutcome | RereadOutcome | KnownOutcome | FailedOutcome
FromChild: TypeAlias = (
    Stage | Ready | Refused | Delegate | Begin | Read | Batch | Answer | Refusal | AnyOutcome
)

# A message with its buffers, to be sent.
Message: TypeAlias = tuple[ToChild | FromChild, tuple[Buffer, ...]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that the child was asked, with its buffers."""

    question: Question
    buffers: list[bytes]


def to_child(header: bytes) -> ToChild:
    """What muserd says. Raises FrameError for what is no message to a child."""
    return _understood(header, _TO_CHILD)  # type: ignore[no-any-return]


def from_child(header: bytes) -> FromChild:
    """What a child says. Raises FrameError for what is no message from a child."""
    return _understood(header, _FROM_CHILD)  # type: ignore[no-any-return]


def _path(_: type, text: Any) -> Path:
    return Path(os.fsdecode(b64decode(text)))


_TO_CHILD: msgspec.json.Decoder[Any] = msgspec.json.Decoder(ToChild, dec_hook=_path)
_FROM_CHILD: msgspec.json.Decoder[Any] = msgspec.json.Decoder(FromChild)


def _understood(header: bytes, decoder: msgspec.json.Decoder[Any]) -> Any:
    try:
        return decoder.decode(header)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FrameError(f"it is no message here: {error}") from error
