"""Exports as files: a ZIP, copies, links, a JSON Canvas of regions, Latent Atlas's clusters.json.

Sources: JSON Canvas 1.0 (jsoncanvas.org/spec/1.0); Latent Atlas's own `clusters.json`.
"""

import json
import os
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from muserd.ground.batches import batched
from muserd.ground.names import path_of
from muserd.hands.rows import RegionRow, Row
from muserd.hands.staging import copy, staged_file, staged_folder

ATLAS_PX = 4_096  # of a page of Latent Atlas
CELL_PX = 128
_CARD = (260, 200)  # of a canvas, pixels
_GAP = 40
_GROUP_COLUMNS = 4

Pack = Callable[[Sequence[bytes | None], int, int, int], bytes]  # thumbs, cell px, columns, rows


def names_of(rows: Iterable[Row]) -> list[tuple[str, bytes]]:
    """A file name of its own for each item, and its path."""
    taken: set[str] = set()
    named = []
    for row in rows:
        if not row.path:
            continue
        path = path_of(row.path)
        base = os.fsdecode(path.rsplit(b"/", 1)[-1])
        stem, suffix = os.path.splitext(base)
        name, number = base, 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem} ({number}){suffix}"
        taken.add(name.casefold())
        named.append((name, path))
    return named


def write_zip(target: Path, rows: Iterable[Row]) -> int:
    """The files in a ZIP, pictures as they are; how many. Complete or absent."""
    count = 0
    with (
        staged_file(target) as partial,
        zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED, allowZip64=True) as archive,
    ):
        for name, path in names_of(rows):
            try:
                archive.write(os.fsdecode(path), name.encode("utf-8", "replace").decode())
                count += 1
            except FileNotFoundError:
                continue  # it went meanwhile
    return count


def zip_folder(target: Path, folder: Path) -> None:
    """All that a folder holds in a ZIP, below the folder's name. Complete or absent."""
    with (
        staged_file(target) as partial,
        zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive,
    ):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder.parent))


def write_copies(folder: Path, rows: Iterable[Row], *, links: bool) -> int:
    """Copies, or symbolic links, in a folder; how many. Nothing there is overwritten."""
    with staged_folder(folder) as partial:
        return sum(
            _put(os.fsdecode(path), _free(partial, name), link=links)
            for name, path in names_of(rows)
        )


def _put(source: str, place: str, *, link: bool) -> bool:
    """Copy or link a file; False when it went meanwhile."""
    if not os.path.exists(source):
        return False
    if link:
        os.symlink(source, place)
        return True
    try:
        copy(source, Path(place))
    except FileNotFoundError:
        return False
    return True


def as_canvas(rows: Sequence[Row], root: str) -> bytes:
    """A canvas: each region a group, each item a card in it.

    Args:
        rows: what is on it.
        root: of the vault: notes below it are linked by their path, others are cards of text.
    """
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.region[-1] if row.region else "Elsewhere"].append(row)
    nodes: list[dict[str, Any]] = []
    left = 0
    for number, (name, some) in enumerate(sorted(groups.items())):
        columns = min(_GROUP_COLUMNS, len(some))
        width, height = columns * (_CARD[0] + _GAP) + _GAP, 0
        for i, row in enumerate(some):
            x = left + _GAP + i % columns * (_CARD[0] + _GAP)
            y = _GAP + i // columns * (_CARD[1] + _GAP)
            place = {"id": f"i{row.id}", "x": x, "y": y, "width": _CARD[0]}
            nodes.append({**place, **_card(row, root)})
            height = max(height, y + _CARD[1] + _GAP)
        nodes.append(
            {
                "id": f"g{number}", "type": "group", "label": name, "x": left, "y": 0,
                "width": width, "height": height,
            }
        )  # fmt: skip
        left += width + 2 * _GAP
    nodes.sort(key=lambda node: node["type"] != "group")  # groups lie below
    return json.dumps({"nodes": nodes, "edges": []}, ensure_ascii=False, indent=1).encode()


def _card(row: Row, root: str) -> dict[str, Any]:
    inside = row.path.startswith(root.rstrip("/") + "/") if root else False
    if inside:
        return {"type": "file", "file": row.path[len(root.rstrip("/")) + 1 :], "height": _CARD[1]}
    if row.kind == "image":
        return {"type": "link", "url": Path(row.path).as_uri(), "height": _CARD[1]}
    return {"type": "text", "text": f"**{row.title}**\n\n{row.excerpt}", "height": _CARD[1]}


def write_latent_atlas(
    folder: Path, rows: Sequence[Row], regions: Sequence[RegionRow], pack: Pack
) -> list[Path]:
    """`clusters.json` and its pages, as Latent Atlas's own page reads them."""
    pictures = [row for row in rows if row.thumb and row.x is not None]
    with staged_folder(folder) as partial:
        names = _write_atlases(partial, pictures, pack)
        entries = _atlas_entries(pictures, regions)
        text = json.dumps(entries, ensure_ascii=False)
        (partial / "clusters.json").write_text(text, encoding="utf-8", errors="replace")
    return [folder / name for name in ("clusters.json", *names)]


def _write_atlases(folder: Path, pictures: Sequence[Row], pack: Pack) -> list[str]:
    a_row = ATLAS_PX // CELL_PX
    a_page = a_row * a_row
    names = []
    for number, some in enumerate(batched(pictures, a_page)):
        lines = -(-len(some) // a_row)
        names.append(f"atlas_{number}.webp")
        page = pack([row.thumb for row in some], CELL_PX, a_row, lines)
        (folder / names[-1]).write_bytes(page)
    return names


def _atlas_entries(pictures: Sequence[Row], regions: Sequence[RegionRow]) -> list[dict[str, Any]]:
    a_row = ATLAS_PX // CELL_PX
    a_page = a_row * a_row
    number_of = {one.id: i for i, one in enumerate(regions)}
    entries = []
    for i, row in enumerate(pictures):
        cell = i % a_page
        cluster = number_of.get(row.region_ids[-1], -1) if row.region_ids else -1
        entries.append(
            {
                "image": row.path, "x": row.x, "y": row.y, "cluster": cluster,
                "tags": list(row.tags), "date": row.time, "atlas_id": i // a_page,
                "atlas_x": cell % a_row * CELL_PX, "atlas_y": cell // a_row * CELL_PX,
            }
        )  # fmt: skip
    return entries


def _free(folder: Path, name: str) -> str:
    stem, suffix = os.path.splitext(name)
    place, number = folder / name, 1
    while os.path.lexists(place):
        number += 1
        place = folder / f"{stem} ({number}){suffix}"
    return os.fspath(place)
