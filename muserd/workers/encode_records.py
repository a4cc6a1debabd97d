"""What an encode worker is, how it stands, and what it answers: records."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from muserd.extract.limits import Limits
from muserd.ground.records import EncoderInfo, Space

Stage = Literal["absent", "starting", "fetching", "loading", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class EncodeSettings:
    """What an encode worker is.

    Attributes:
        spec: `encoders.image` or `encoders.text` of the configuration.
        keep: id of the encoder that made the store's vectors; empty when there are none.
        device: `auto`, `cpu`, `cuda` or `mps`.
        memory_bytes, threads, nice: limits of the child.
        idle_s: after this time without work the child leaves.
        file_deadline_s: for reading one file; a batch has this long for each of its files.
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
    rss_bytes: int = 0
    restarts: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class QueryAnswer:
    """What to compare a space's items with: one of the two.

    Attributes:
        vector: float32[dim], L2-normalised, in the space of the items' vectors.
        concepts: float32[1000], 0 to 1: how much each ImageNet class has to do with the words.
    """

    vector: NDArray[np.float32] | None
    concepts: NDArray[np.float32] | None
