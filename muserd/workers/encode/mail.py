"""What is posted to an encode worker's thread, and what that thread asks and tells of."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from muserd.ground.records import ContentHash, Kind, Space
from muserd.workers.encode.outcomes import FileTask, Interrupted, Outcome
from muserd.workers.encode.protocol import FromChild
from muserd.workers.encode.requests import Request
from muserd.workers.encode.session import ChildSession
from muserd.workers.process.child import Ending
from muserd.workers.process.link import Frame


@dataclass(frozen=True, slots=True)
class Restart:
    """Forget all files, and go on with the encoder `keep`; with any, if it is empty."""

    keep: str


@dataclass(frozen=True, slots=True)
class Warm:
    """Start the child, and with `load` open its network, too."""

    load: bool


Said: TypeAlias = tuple[ChildSession, Frame[FromChild] | Ending]
Mail: TypeAlias = Said | list[FileTask] | Request | Restart | Warm | None


@dataclass(frozen=True, slots=True)
class Hooks:
    """What a worker asks and tells of.

    Attributes:
        known: contents that have a vector already; asked whenever a child starts.
        on_outcome: called with the outcome of every file, from the worker's thread.
        on_interrupted: called with the files that a child had when it died, from that thread.
        on_state: called when the state changed in more than memory use, from that thread.
    """

    known: Callable[[Kind], Iterable[ContentHash]]
    on_outcome: Callable[[Space, Outcome], None]
    on_interrupted: Callable[[Interrupted], None]
    on_state: Callable[[Space], None]
