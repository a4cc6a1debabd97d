"""Shards made by hand of files that are there, with the vectors that the fake worker gives them."""

import hashlib
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from PIL import Image

from muserd.bulk.whole import entry_for
from muserd.ground.facts import Facts, plain
from muserd.ground.kinds import kind_of
from muserd.ground.records import SPACE_OF, FileStat, Space
from muserd.shards.manifest import FORMAT, MadeBy, Manifest, ShardEntry, root_names
from muserd.shards.records import FileRow, ItemRow, encode
from muserd.shards.table import head, written
from tests.property.fakes import DIM, vector_of

PLAN = "ab" * 32


def thumb(px: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (px, px // 2), "red").save(out, "WEBP")
    return out.getvalue()


THUMBS = {px: thumb(px) for px in (64, 128, 256)}


@dataclass
class Press:
    """Shards of one folder. Rows may be changed before they are written."""

    to: Path
    root: bytes
    encoder: str = "fake"
    entries: list[ShardEntry] = field(default_factory=list)

    def made_by(self, space: Space) -> MadeBy:
        return MadeBy(id=f"{self.encoder}-{space}", label=self.encoder.title(), dim=DIM)

    def row(self, path: bytes, /, **changes: Any) -> FileRow:
        stat = FileStat.of(os.stat(path))
        with open(path, "rb") as file:
            content = hashlib.sha256(file.read()).digest()
        row = FileRow(
            path=path,
            root=0,
            state="item",
            size=stat.size,
            mtime_ns=stat.mtime_ns,
            ctime_ns=stat.ctime_ns,
            inode=stat.inode,
            content=content,
        )
        return msgspec.structs.replace(row, **changes)

    def item(self, row: FileRow, **changes: Any) -> ItemRow | None:
        if row.state != "item":
            return None
        picture = kind_of(row.path) == "image"
        item = ItemRow(
            name="as the import says",
            facts=encode(plain(Facts(title=os.path.basename(row.path).decode("utf-8", "replace")))),
            text=b"" if picture else b"a text",
            vector=np.asarray(vector_of(row.content), "<f4").tobytes(),
            thumbs=THUMBS if picture else {},
        )
        return msgspec.structs.replace(item, **changes)

    def shard(self, rows: Sequence[FileRow], **of_items: Any) -> str:
        """Write a shard of these rows; its name."""
        space = SPACE_OF[kind_of(rows[0].path) or "note"]
        number = sum(entry.space == space for entry in self.entries)
        name = f"{space}-{number:06d}.parquet"
        made_by = self.made_by(space)
        items = [self.item(row, **of_items) for row in rows]
        data = written(head(name, PLAN, made_by), DIM, rows, items)
        self.to.mkdir(exist_ok=True)
        (self.to / name).write_bytes(data)
        self.entries.append(entry_for(name, rows, data))
        self.save()
        return name

    def shards(self, paths: Sequence[bytes], each: int = 4) -> list[str]:
        """Write shards of the files, of each kind its own."""
        names = []
        for kind in ("image", "note"):
            mine = [self.row(path) for path in sorted(paths) if kind_of(path) == kind]
            names += [self.shard(mine[at : at + each]) for at in range(0, len(mine), each)]
        return names

    def save(self, **changes: Any) -> None:
        """Write the manifest."""
        manifest = Manifest(
            format=FORMAT,
            muser="0.1.0",
            plan=PLAN,
            roots=root_names((self.root,)),
            encoders={space: self.made_by(space) for space in {one.space for one in self.entries}},
            wanted=len(self.entries),
        ).with_shards(self.entries)
        msgspec.structs.replace(manifest, **changes).save(self.to)
