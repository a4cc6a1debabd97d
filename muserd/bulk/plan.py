"""Which files are imported, and which shard each goes into: fixed once, kept beside the shards.

Files are ordered by space and path and cut into shards of equal length. So every shard is a pure
function of what the folders hold, whoever makes it, and an import that was broken off goes on with
the same shards.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from muserd.ground.atomic import write
from muserd.ground.errors import ShardError
from muserd.ground.names import exact, path_of
from muserd.ground.records import KIND_OF, SPACES, FileStat, Kind, Space
from muserd.shards.table import library

NAME = "plan.parquet"
_KEY = b"muser-plan"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file as the scan saw it.

    Attributes:
        root: the number of its folder.
        part: it belongs to another file, and is not read.
    """

    path: bytes
    root: int
    kind: Kind
    stat: FileStat
    part: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be imported.

    Attributes:
        path: of the file that holds it.
        sha256: of that file.
        roots: the folders.
        spaces: what is taken.
        shards: the name of each shard, by number.
        files: how many files each holds.
    """

    path: Path
    sha256: str
    roots: tuple[bytes, ...]
    spaces: tuple[Space, ...]
    shards: tuple[str, ...]
    files: tuple[int, ...]

    def space_of(self, number: int) -> Space:
        """The space of a shard."""
        return "image" if self.shards[number].startswith("image") else "text"

    def first(self, space: Space) -> int | None:
        """The first shard of a space; None when there is none."""
        numbers = range(len(self.shards))
        return next((number for number in numbers if self.space_of(number) == space), None)

    def read(self, number: int) -> list[PlannedFile]:
        """The files of a shard, in its order.

        Raises:
            ShardError: the plan cannot be read.
        """
        pa = library()
        kind = KIND_OF[self.space_of(number)]
        try:
            with open(self.path, "rb") as source, pa.parquet.ParquetFile(source) as file:
                rows = file.read_row_group(number).to_pylist()
        except (OSError, pa.ArrowException) as error:
            raise _damaged(self.path, error) from error
        return [_file(row, kind) for row in rows]


def save(
    folder: Path,
    roots: Sequence[bytes],
    spaces: Sequence[Space],
    files: Iterable[PlannedFile],
    shard_files: int,
) -> Plan:
    """Order files, cut them into shards, and keep that in a folder, durably.

    Raises:
        OSError: it cannot be written.
    """
    pa = library()
    ordered = sorted(files, key=lambda one: (SPACES.index(_space(one)), one.path))
    groups = list(_cut(ordered, shard_files))
    names = _names(groups)
    said = {
        "version": _VERSION,
        "roots": list(map(exact, roots)),
        "spaces": list(spaces),
        "shards": names,
    }
    columns = _schema(pa).with_metadata({_KEY: json.dumps(said).encode()})
    sink = pa.BufferOutputStream()
    with pa.parquet.ParquetWriter(sink, columns, compression="zstd") as writer:
        for group in groups:
            writer.write_table(_table(pa, columns, group), row_group_size=len(group))
    write(folder / NAME, bytes(sink.getvalue()), mode=0o644)
    return load(folder)


def load(folder: Path) -> Plan:
    """The plan that a folder holds.

    Raises:
        FileNotFoundError: there is none.
        ShardError: it cannot be read.
    """
    pa, path = library(), folder / NAME
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    try:
        with open(path, "rb") as source, pa.parquet.ParquetFile(source) as parquet:
            said = json.loads(parquet.schema_arrow.metadata[_KEY])
            metadata = parquet.metadata
            groups = [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)]
        if said["version"] != _VERSION or len(said["shards"]) != len(groups):
            raise ShardError(f"{path} was made by another version of Muser", _REMEDY)
        roots = tuple(map(path_of, said["roots"]))
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise _damaged(path, error) from error
    return Plan(path, digest, roots, tuple(said["spaces"]), tuple(said["shards"]), tuple(groups))


_REMEDY = "import into another folder"


def _damaged(path: Path, error: Exception) -> ShardError:
    return ShardError(f"{path} cannot be read: {error}", _REMEDY)


def _space(file: PlannedFile) -> Space:
    return "image" if file.kind == "image" else "text"


def _cut(ordered: list[PlannedFile], most: int) -> Iterator[list[PlannedFile]]:
    """Groups of at most `most` files, all of one space."""
    for space in SPACES:
        mine = [one for one in ordered if _space(one) == space]
        for start in range(0, len(mine), most):
            yield mine[start : start + most]


def _names(groups: list[list[PlannedFile]]) -> list[str]:
    counts = dict.fromkeys(SPACES, 0)
    names = []
    for group in groups:
        space = _space(group[0])
        names.append(f"{space}-{counts[space]:06d}.parquet")
        counts[space] += 1
    return names


def _schema(pa: Any) -> Any:
    return pa.schema(
        [
            ("path", pa.binary()),
            ("root", pa.int32()),
            ("size", pa.uint64()),
            ("mtime_ns", pa.int64()),
            ("ctime_ns", pa.int64()),
            ("inode", pa.uint64()),
            ("part", pa.bool_()),
        ]
    )


def _table(pa: Any, columns: Any, files: list[PlannedFile]) -> Any:
    rows = [
        {
            "path": one.path,
            "root": one.root,
            "size": one.stat.size,
            "mtime_ns": one.stat.mtime_ns,
            "ctime_ns": one.stat.ctime_ns,
            "inode": one.stat.inode,
            "part": one.part,
        }
        for one in files
    ]
    return pa.Table.from_pylist(rows, schema=columns)


def _file(row: dict[str, Any], kind: Kind) -> PlannedFile:
    stat = FileStat(row["size"], row["mtime_ns"], row["ctime_ns"], row["inode"], 0)
    return PlannedFile(row["path"], row["root"], kind, stat, row["part"])
