"""Shards that are whole: what the manifest says of one, and whether a file is one."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from muserd.bulk.plan import Plan
from muserd.shards.manifest import MadeBy, ShardEntry
from muserd.shards.records import FileRow, State
from muserd.shards.table import KEY, head, library


def entry_for(name: str, files: Iterable[FileRow], data: bytes) -> ShardEntry:
    """What the manifest says of a shard that was just written."""
    return _entry(name, [one.state for one in files], data)


def entry_of(path: Path, plan: Plan, number: int, made_by: MadeBy) -> ShardEntry | None:
    """What the manifest says of a shard that is there.

    Returns:
        None where there is none, or what is there is no whole shard of this plan and encoder: it
        is made, and takes the other's place.
    """
    pa = library()
    try:
        data = path.read_bytes()
        with pa.parquet.ParquetFile(pa.BufferReader(data)) as file:
            said = (file.schema_arrow.metadata or {}).get(KEY)
            states = file.read(columns=["state"]).column(0).to_pylist()
    except (OSError, pa.ArrowException):
        return None
    wanted = head(path.name, plan.sha256, made_by)
    if said != wanted or len(states) != plan.files[number]:
        return None
    return _entry(path.name, states, data)


def _entry(name: str, states: list[State], data: bytes) -> ShardEntry:
    return ShardEntry(
        name=name,
        files=len(states),
        items=states.count("item"),
        failed=states.count("failed"),
        again=states.count("again"),
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )
