"""A seeded state directory with many items, as if muserd had indexed them: for the benchmarks."""

import os
import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muserd.encode.catalogue import BUILT_IN
from muserd.engine.maps.fit_result import FitResult, bounds_of
from muserd.ground.facts import Facts
from muserd.ground.formats import reader_version
from muserd.ground.paths import display
from muserd.ground.records import (
    ContentHash,
    EncoderInfo,
    FileRecord,
    FileState,
    FitNumber,
    FitRecord,
    ItemId,
    ItemRecord,
    PlaceRecord,
    Quality,
    Region,
    RegionId,
    Slot,
)
from muserd.layout.place import FitParams
from muserd.store.environment import Store
from muserd.terrain.density import frame, survey
from muserd.watch.scan import look

LAND = 100  # clusters
SPREAD = 0.7  # of a cluster, in each dimension; the middles have 1
BATCH = 4_096  # pictures a transaction: 20 MB of vectors
CELL = 0.05
NOW_MS = 1_790_000_000_000


def build(
    base: Path,
    count: int,
    *,
    files: bool,
    info: EncoderInfo = BUILT_IN["image"],
    seed: int = 7,
    facts: Callable[[int], Mapping[str, Any]] = lambda _number: {},
) -> Path:
    """Fill `base/state` with `count` pictures; with `files` they exist under `base/pictures`.

    Vectors are clustered; neighbour lists and lineage are plausible, not exact: what is measured
    does not depend on it. Memory does not grow with the vectors: they are made and committed in
    batches.

    Args:
        base: the folder of the instance.
        count: how many pictures.
        files: whether there are files, each with a content of its own.
        info: the encoder that the vectors pass for.
        seed: of everything that is drawn.
        facts: more of what each picture says of itself.
    """
    rng = np.random.default_rng(seed)
    group = rng.integers(0, LAND, count)
    centres = rng.uniform(-20, 20, (LAND, 2))
    places = (centres[group] + rng.normal(size=(count, 2))).astype(np.float32)
    middles = rng.standard_normal((LAND, info.dim), np.float32)
    store = Store(base / "state" / "store", map_size_bytes=64 * 2**30)
    folder = base / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    ranks = np.minimum(15, np.log2(np.arange(count) + 1)).astype(np.uint8)
    with store.write() as writer:
        writer.put_encoder("image", info)
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        vectors = _vectors(rng, middles[group[numbers]])
        with store.write() as writer:
            for number, vector in zip(numbers, vectors, strict=True):
                _put(
                    writer, folder, number, vector, group, files=files, rng=rng, more=facts(number)
                )
    with store.write() as writer:
        _put_fit(writer, places, group, ranks, info.id)
    store.close()
    return base / "state"


def _vectors(rng: np.random.Generator, middles: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit vectors near the middles of their clusters, float32 [n, d]."""
    vectors = middles + np.float32(SPREAD) * rng.standard_normal(middles.shape, np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def _put(writer, folder, number, vector, group, *, files, rng, more) -> None:
    slot, path = writer.next_slot("image"), os.fsencode(folder / f"{number:06}.png")
    data = picture(number)
    if files:
        Path(os.fsdecode(path)).write_bytes(data)
    stat = look(path) if files else look(os.fsencode(__file__))
    item = ItemRecord(
        id=writer.next_item(),
        slot=slot,
        kind="image",
        content=ContentHash(number.to_bytes(32, "big")),
        name=display(path.rsplit(b"/", 1)[-1]),
        facts=Facts(
            **{
                "title": f"Picture {number}",
                "time_ms": NOW_MS - int(rng.integers(0, 10**11)),
                "width": 640,
                "height": 480,
                "concepts": ((int(group[number]), 40_000),),
                "reader": reader_version(b"picture.png"),  # nothing is to be read again
                **more,
            }
        ),
        added_at_ms=NOW_MS,
    )
    writer.put_item(item)
    writer.put_slot("image", slot, item.id)
    writer.put_vector("image", slot, vector)
    seen_ms = NOW_MS + 10**9 if stat is None else stat.ctime_ns // 10**6 + 10_000
    writer.put_file(
        FileRecord(path, os.fsencode(folder), "image", stat, FileState.PRESENT, item.id, seen_ms)
    )
    near = rng.integers(0, len(group), 30).astype(np.int32)
    cosines = np.sort(rng.uniform(0.6, 0.95, 30).astype(np.float32))[::-1].copy()
    writer.put_neighbours("image", slot, near, cosines)
    writer.put_lineage("image", slot, slot - 1, 0.8, weak=False)


def _put_fit(writer, places, group, ranks, encoder: str) -> None:
    count = len(places)
    labels = np.full((count, 3), -1, np.int32)
    labels[:, 0] = group + 1
    regions = tuple(
        Region(
            id=RegionId(one + 1),
            parent=RegionId(-1),
            level=0,
            name=f"Land {one}",
            pinned=False,
            terms=(),
            colour="#5a7d9a",
            count=int((group == one).sum()),
            x=float(places[group == one, 0].mean()) if (group == one).any() else 0.0,
            y=float(places[group == one, 1].mean()) if (group == one).any() else 0.0,
            medoid=ItemId(0),
            first_time_ms=0,
            last_time_ms=NOW_MS,
        )
        for one in range(LAND)
    )
    fit = FitRecord(
        number=FitNumber(1),
        space="image",
        encoder=encoder,
        at_ms=NOW_MS,
        items=count,
        method="umap",
        state="current",
        reason="first",
        seconds=1.0,
        quality=Quality(0.95, 0.5, 1000),
        drift=None,
        params=params().to_dict(),
    )
    chart = FitResult(
        slots=np.arange(count, dtype=np.int32),
        ids=np.arange(count, dtype=np.uint32),
        places=places,
        relaxed=places,
        labels=labels,
        ranks=ranks,
        terrain=survey(places),
        regions=regions,
        params=params(),
        cell=CELL,
        frame=frame(places),
        bounds=bounds_of(places),
    )
    writer.put_fit(fit)
    writer.put_map("image", FitNumber(1), chart.stored())
    for region in regions:
        writer.put_region("image", region)
    for slot in range(count):
        x, y = map(float, places[slot])
        ids = (RegionId(int(labels[slot, 0])), RegionId(-1), RegionId(-1))
        writer.put_place(
            "image",
            Slot(slot),
            PlaceRecord(x, y, x, y, ids, FitNumber(1), True, 1.0, int(ranks[slot])),
        )


def params() -> FitParams:
    """Those of UMAP's defaults."""
    return FitParams()


def picture(number: int) -> bytes:
    """The smallest PNG of one colour that is different for each number."""
    raw = zlib.compress(b"\0" + number.to_bytes(3, "big"))
    parts = [b"\x89PNG\r\n\x1a\n"]
    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    for name, body in ((b"IHDR", head), (b"IDAT", raw), (b"IEND", b"")):
        crc = zlib.crc32(name + body)
        parts.append(struct.pack(">I", len(body)) + name + body + struct.pack(">I", crc))
    return b"".join(parts)


def ratio(value: float, limit: float) -> float:
    """How much of a limit is used; 1 is all of it."""
    return round(value / limit, 3)


def unit(rng: np.random.Generator, dim: int) -> NDArray[np.float32]:
    """A random unit vector."""
    vector = rng.normal(size=dim)
    return (vector / np.linalg.norm(vector)).astype(np.float32)
