"""What is to be imported, and how: what `muserctl import` asks for, as JSON."""

import os
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from muserd.ground.config import Config
from muserd.ground.names import path_of
from muserd.ground.records import SPACES, Space
from muserd.shards.manifest import MadeBy, ShardEntry

SHARD_FILES = 512


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What `muserctl import` asks for.

    Attributes:
        folders: to be imported, as `ground.names.exact` writes them.
        to: the folder of the shards, written the same way.
        spaces: what is taken.
        engine: what runs the workers.
        address: of a Ray cluster; empty: one is started on this machine.
        workers: how many; 0: as many as there are cores, or accelerators.
        gpus: accelerators of each worker; 0: it computes on processors.
        shard_files: how many files are in a shard.
        keep: of each space, the encoder that the daemon's vectors come from.
        patience_s: how long an absent folder is waited for.
    """

    folders: tuple[str, ...]
    to: str
    spaces: tuple[Space, ...] = SPACES
    engine: Literal["local", "ray"] = "local"
    address: str = ""
    workers: Annotated[int, Meta(ge=0, le=100_000)] = 0
    gpus: Annotated[float, Meta(ge=0, le=64)] = 0
    shard_files: Annotated[int, Meta(ge=1, le=4_096)] = SHARD_FILES
    keep: dict[Space, str] = {}
    patience_s: Annotated[float, Meta(ge=0)] = 75.0

    @property
    def roots(self) -> tuple[bytes, ...]:
        """The folders."""
        return tuple(map(path_of, self.folders))

    @property
    def target(self) -> Path:
        """The folder of the shards."""
        return Path(os.path.abspath(os.fsdecode(path_of(self.to))))


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker is told once; plain values, since it may be on another machine.

    Attributes:
        to: the folder of the shards, by `ground.names.exact`; it has the same path everywhere.
        roots: the folders that are imported, as `ground.names.exact` writes them.
        config: without its roots.
        encoders: of each space; a worker that opens another one is refused.
        cores: to compute with.
        gpus: whether there is an accelerator to compute with.
        patience_s: see `Request`.
        muser: the version of whoever asks.
    """

    to: str
    roots: tuple[str, ...]
    config: Config
    encoders: dict[Space, MadeBy]
    cores: int
    gpus: bool
    patience_s: float
    muser: str

    @property
    def folder(self) -> Path:
        """Of the shards."""
        return Path(os.fsdecode(path_of(self.to)))

    @property
    def root_paths(self) -> tuple[bytes, ...]:
        """The folders that are imported."""
        return tuple(map(path_of, self.roots))


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker says of a shard.

    Attributes:
        number: of the shard, in the plan.
        entry: for the manifest.
        found: it had been made before.
    """

    number: int
    entry: ShardEntry
    found: bool = False
