"""What an encode worker is, how it stands, and what it answers: records."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from muserd.encode.catalogue import Runtime
from muserd.extract.limits import Limits
from muserd.ground.records import EncoderInfo, Space

RATE_WINDOW_S = 10.0

Stage = Literal["absent", "starting", "fetching", "loading", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class EncodeSettings:
    """What an encode worker is.

    Attributes:
        spec: `encoders.image` or `encoders.text` of the configuration.
        keep: id of the encoder that made the store's vectors; empty when there are none.
        device: `auto`, `cpu`, `cuda` or `mps`.
        runtime: `auto`, `openvino` or `torch`.
        keep_note: what was noted of the encoder of `keep`.
        memory_bytes, threads, nice: limits of the child.
        idle_s: after this time without work the child leaves.
        file_deadline_s: for reading one file; a batch has this long for each of its files.
        roots: the watched folders. Files below them are opened for the child, which is shut in;
            None: it opens files by itself, and is not.
    """

    space: Space
    spec: str
    keep: str
    device: str
    cache: Path
    memory_bytes: int
    threads: int
    nice: int
    idle_s: float
    file_deadline_s: float
    limits: Limits
    runtime: Runtime = "auto"
    roots: Callable[[], Iterable[bytes]] | None = None
    keep_note: str = ""


@dataclass(frozen=True, slots=True)
class WorkerState:
    """How an encode worker stands.

    Attributes:
        message: what it is doing, or why it failed and what to do; often empty.
        progress: of a fetch, 0 to 1; None when not known.
        encoder: the one in use, also while no child is there; None before the first start.
        restarts: children that died since the worker was made.
    """

    stage: Stage = "absent"
    message: str = ""
    progress: float | None = None
    encoder: EncoderInfo | None = None
    pid: int | None = None
    restarts: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class QueryAnswer:
    """What to compare a space's items with: one of the two.

    Attributes:
        vector: float32[dim], L2-normalised, in the space of the items' vectors.
        concepts: float32[1000], 0 to 1: how much each ImageNet class has to do with the words.
        pieces: into how many tokens the encoder cuts each word, at most 255; empty when it does
            not say. A word of one piece is one that it knows.
    """

    vector: NDArray[np.float32] | None
    concepts: NDArray[np.float32] | None
    pieces: tuple[int, ...] = ()


class Metrics:
    """How a worker stands, and how many files it finished lately. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state = WorkerState()
        self._finished_s: deque[float] = deque(maxlen=4_096)

    @property
    def state(self) -> WorkerState:
        """The state as it was last changed."""
        with self._lock:
            return self._state

    def change(self, **fields: object) -> bool:
        """Change fields of the state; whether that made a difference."""
        with self._lock:
            before = self._state
            self._state = replace(before, **fields)  # type: ignore[arg-type]
            return self._state != before

    def count(self, now_s: float) -> None:
        """A file was finished."""
        with self._lock:
            self._finished_s.append(now_s)

    def rate_per_s(self, now_s: float) -> float:
        """Files finished a second, over the last ten seconds; 0 for none."""
        with self._lock:
            recent = [at for at in self._finished_s if now_s - at <= RATE_WINDOW_S]
        return len(recent) / max(now_s - recent[0], 1.0) if recent else 0.0
