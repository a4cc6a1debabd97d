"""Synthetic sites in format 1 (docs/formats.md), seeded: for the page's tests and benchmarks.

python tests/browser/site_maker.py FOLDER [--items N] [--seed S] [--photos DIR] [--notes DIR]
"""

# ruff: noqa: E501 (scripts and tables read better unbroken)

import argparse
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from site_arrays import lineage_of, neighbours_of, terrain_of
from site_files import Writer, packed
from site_land import Land, make_land
from site_pictures import thumbs_of
from site_titles import ODD_TITLES, details_of

CHUNK = 4096
DETAIL_CHUNK = 512


@dataclass(frozen=True)
class Options:
    """What `make_site` was asked for, of every space."""

    seed: int
    photos: list[Path]
    notes: list[Path]
    distinct: int
    odd: bool
    details: bool


EMPTY = {
    "count": 0, "slots": 0, "fit": None, "bounds": [0, 0, 1, 1], "frame": [0, 0, 1, 1], "cell": 1.0, "columns": [],
    "details": [], "neighbours": [], "regions": None, "terrain": None, "lineage": None,
}  # fmt: skip


def put_columns(land: Land, writer: Writer) -> dict[str, Any]:
    """Columns, neighbours and lineage; what the manifest says of them."""
    every = np.concatenate([land.xy, land.relaxed])
    low, high = every.min(0).astype(float), every.max(0).astype(float)
    high = np.maximum(high, low + 1e-3)
    true, relaxed = (
        np.round((places - low) / (high - low) * 65535).astype(np.uint16)
        for places in (land.xy, land.relaxed)
    )
    slots, cosine = neighbours_of(land.xy)
    columns, neighbours = [], []
    for chunk, first in enumerate(range(0, len(land.xy), CHUNK)):
        part = slice(first, first + CHUNK)
        arrays = {
            "id": land.ids[part], "x": true[part, 0], "y": true[part, 1], "rx": relaxed[part, 0], "ry": relaxed[part, 1],
            "region": land.labels[part], "time": land.time[part], "rank": land.rank[part], "flags": land.flags[part],
            "aspect": land.aspect[part], "confidence": land.confidence[part],
        }  # fmt: skip
        head = {"space": land.space, "chunk": chunk, "first": first, "count": len(land.xy[part])}
        whole = head | {"columns": {name: packed(array) for name, array in arrays.items()}}
        columns.append(writer.json(f"columns/{land.space}-{chunk}", whole))
        near = head | {"slots": packed(slots[part]), "cosine": packed(cosine[part])}
        neighbours.append(writer.json(f"neighbours/{land.space}-{chunk}", near))
    lineage = lineage_of(land, slots, np.random.default_rng(len(land.xy)))
    return {
        "bounds": [*low, *high],
        "columns": columns,
        "neighbours": neighbours,
        "lineage": writer.json(f"lineage/{land.space}", lineage),
    }


def put_details(space: str, items: list[dict[str, Any] | None], writer: Writer) -> list[str]:
    """Titles and what else is read when it is wanted."""
    return [
        writer.json(
            f"details/{space}-{chunk}",
            {"space": space, "chunk": chunk, "first": first, "items": items[first : first + DETAIL_CHUNK]},
        )
        for chunk, first in enumerate(range(0, len(items), DETAIL_CHUNK))
    ]  # fmt: skip


def write_space(land: Land, writer: Writer, options: Options) -> dict[str, Any]:
    """Write one space; its manifest entry."""
    space = land.space
    encoder = {"id": f"synthetic-{space}", "label": "Synthetic", "dim": 8, "note": ""}
    if not len(land.xy):
        thumbs = {"thumbs": {"index": None, "loose": {}}} if space == "image" else {}
        return {"encoder": encoder} | EMPTY | thumbs
    rng = np.random.default_rng([options.seed, 7])
    entry = {
        "encoder": encoder, "count": int((land.flags & 1).sum()), "slots": len(land.xy), "cell": land.cell,
        "fit": {"number": 1, "at": 1_767_225_000_000, "method": "full", "items": len(land.xy), "trustworthiness": 0.95, "recall": 0.5, "drift": None},
        "frame": [float(v) for share in (0.05, 99.95) for v in np.percentile(land.xy, share, 0)],
        "regions": writer.json(f"regions/{space}", {"space": space, "regions": land.regions}),
        "terrain": writer.json(f"terrain/{space}", terrain_of(land)),
    }  # fmt: skip
    if space == "image":
        entry["thumbs"] = thumbs_of(land, writer, rng, options.photos, options.distinct)
    items = details_of(land, rng, options.notes, options.photos) if options.details else []
    for item, title in zip(items, ODD_TITLES if options.odd else (), strict=False):
        assert item is not None
        item["title"] = title
    return entry | put_columns(land, writer) | {"details": put_details(space, items, writer)}


def make_site(
    folder: Path, *, images: int = 600, texts: int = 300, seed: int = 1, page: Path | None = None,
    live: bool = False, photos: list[Path] | None = None, notes: list[Path] | None = None,
    distinct: int = 1024, odd: bool = False, details: bool = True, revision: int = 1,
) -> dict[str, Any]:  # fmt: skip
    """Write a whole site; its manifest.

    Args:
        folder: created when it is missing.
        images: pictures; 0 makes an empty space.
        texts: notes, likewise.
        seed: the same seed gives the same bytes.
        page: a built page to copy beside the manifest.
        live: what the manifest says.
        photos: real files to take pictures from.
        notes: real files to take texts from.
        distinct: so many different pictures at most; then pages repeat.
        odd: the first titles are hostile: markup, right to left, CJK, newlines, 300 characters.
        details: False leaves titles out.
        revision: of the manifest.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if page is not None:
        shutil.copytree(page, folder, dirs_exist_ok=True)
    writer = Writer(folder)
    options = Options(seed, photos or [], notes or [], distinct, odd, details)
    spaces = {
        space: write_space(make_land(space, count, seed), writer, options)
        for space, count in (("image", images), ("text", texts))
    }
    manifest = {
        "format": 1, "revision": revision, "published_at": 1_767_225_600_000, "title": "Muser",
        "generator": "synthetic", "live": live, "chunk_size": CHUNK, "detail_chunk_size": DETAIL_CHUNK,
        "spaces": spaces,
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return manifest


def main() -> None:
    """Write a site from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--items", type=int, default=1200)
    parser.add_argument("--texts", type=int, default=None)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--notes", type=Path)
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    photos = (
        sorted(options.photos.rglob("*.JPEG")) + sorted(options.photos.rglob("*.jpg"))
        if options.photos
        else []
    )
    notes = sorted(options.notes.rglob("*.md")) if options.notes else []
    texts = options.items if options.texts is None else options.texts
    make_site(
        options.folder,
        images=options.items,
        texts=texts,
        seed=options.seed,
        photos=photos,
        notes=notes,
        page=options.page,
    )


if __name__ == "__main__":
    main()
