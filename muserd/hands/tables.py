"""Exports as tables: lists of paths, CSV, NDJSON, Parquet for Embedding Atlas.

Sources: RFC 4180 (CSV); Embedding Atlas 0.24 and later, options `--x`, `--y`, `--neighbors`,
`--image`, `--text`, `--labels`.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from muserd.ground.errors import MuserError
from muserd.ground.names import path_of
from muserd.hands.rows import RegionRow, Row
from muserd.hands.staging import staged_file

Encoded = Callable[[Sequence[bytes]], list[bytes]]  # WebP to JPEG, which Embedding Atlas knows

_CSV = (
    "id", "kind", "title", "path", "tags", "time", "width", "height", "size", "language", "x", "y",
    "region",
)  # fmt: skip


def paths(rows: Iterable[Row], *, nul: bool = False) -> bytes:
    """The file of each item, ended by a line end or by NUL."""
    end = b"\0" if nul else b"\n"
    return b"".join(path_of(row.path) + end for row in rows if row.path)


def as_csv(rows: Iterable[Row]) -> bytes:
    """RFC 4180 with a head, UTF-8 with a byte order mark, so that spreadsheets read it.

    A text that a spreadsheet would take for a formula is quoted by an apostrophe.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_CSV)
    for row in rows:
        writer.writerow(
            [
                row.id, row.kind, _cell(row.title), _cell(row.path), _cell("; ".join(row.tags)),
                row.time, row.width or "", row.height or "", row.size, row.language,
                "" if row.x is None else f"{row.x:.5f}", "" if row.y is None else f"{row.y:.5f}",
                _cell(" / ".join(row.region)),
            ]
        )  # fmt: skip
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def as_ndjson(rows: Iterable[Row]) -> bytes:
    """One JSON object a line, as in `muserctl items --json`, with the names of regions."""
    lines = []
    for row in rows:
        values = {
            "id": row.id, "kind": row.kind, "title": row.title, "paths": row.paths,
            "tags": row.tags, "time": row.time, "time_ms": row.time_ms, "width": row.width,
            "height": row.height, "size": row.size, "language": row.language, "x": row.x,
            "y": row.y, "region": row.region, "excerpt": row.excerpt,
        }  # fmt: skip
        lines.append(json.dumps(values, ensure_ascii=False))
    return "".join(line + "\n" for line in lines).encode("utf-8", "replace")


def write_parquet(
    target: Path, rows: Sequence[Row], regions: Sequence[RegionRow], encoded: Encoded
) -> list[Path]:
    """A table and its labels for Embedding Atlas; the files that were written.

    Args:
        target: of the table; the labels lie beside it.
        rows: placed ones only are written: the others have no point.
        regions: of the map.
        encoded: makes JPEGs of thumbnails; of an empty one nothing.

    Raises:
        MuserError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise MuserError(
            "Parquet needs the package pyarrow", "pip install 'muser[parquet]'"
        ) from None
    placed = [row for row in rows if row.x is not None and row.y is not None]
    labels = labels_of(target)
    table = {
        "x": pa.array([one.x for one in regions], pa.float64()),
        "y": pa.array([one.y for one in regions], pa.float64()),
        "text": [one.name for one in regions],
        "level": pa.array([one.level for one in regions], pa.int64()),
        "priority": pa.array([one.count for one in regions], pa.int64()),
    }
    with staged_file(target) as items, staged_file(labels) as names:
        pq.write_table(pa.table(_columns(pa, placed, encoded)), items)
        pq.write_table(pa.table(table), names)
    return [target, labels]


def labels_of(target: Path) -> Path:
    """The table of labels that belongs to a table of items."""
    return target.with_name(f"{target.stem}-regions.parquet")


def _columns(pa: Any, placed: Sequence[Row], encoded: Encoded) -> dict[str, Any]:
    """The columns of the table, by pyarrow, for rows that have a point."""
    number = {row.id: i for i, row in enumerate(placed)}
    neighbours = [[(number[i], 1 - c) for i, c in row.neighbours if i in number] for row in placed]
    near = pa.struct([("ids", pa.list_(pa.int64())), ("distances", pa.list_(pa.float64()))])
    columns = {
        "id": pa.array([row.id for row in placed], pa.int64()),
        "kind": [row.kind for row in placed],
        "title": [row.title for row in placed],
        "path": [row.path for row in placed],
        "tags": pa.array([list(row.tags) for row in placed], pa.list_(pa.string())),
        "time": [row.time for row in placed],
        "region": [row.region[-1] if row.region else "" for row in placed],
        "excerpt": [row.excerpt for row in placed],
        "projection_x": pa.array([row.x for row in placed], pa.float64()),
        "projection_y": pa.array([row.y for row in placed], pa.float64()),
        "neighbors": pa.array(
            [
                {"ids": [i for i, _ in some], "distances": [d for _, d in some]}
                for some in (sorted(one, key=lambda pair: pair[1]) for one in neighbours)
            ],
            near,
        ),
    }
    if any(row.thumb for row in placed):
        columns["thumbnail"] = pa.array(encoded([row.thumb for row in placed]), pa.binary())
    return columns


def atlas_command(target: Path, *, pictures: bool) -> str:
    """How Embedding Atlas is started with what `write_parquet` wrote."""
    image = " --image thumbnail" if pictures else ""
    return (
        f"uvx embedding-atlas {target.name} --x projection_x --y projection_y"
        f" --neighbors neighbors{image} --text title --labels {labels_of(target).name}"
    )


def _cell(text: str) -> str:
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
