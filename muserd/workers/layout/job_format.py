"""The folder of a layout job: written and read here, by muserd and by the layout worker.

muserd writes `job.json`, `items.json`, `regions.json` and the arrays of `GIVEN`; the worker adds
the arrays of `MADE`, `terrain.json` and, last, `result.json`: a folder with it is complete.
docs/layout.md describes what the fields mean.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from muserd.ground.errors import LayoutError
from muserd.ground.records import (
    Drift,
    FitMethod,
    LayoutEngine,
    Quality,
    Region,
    RegionEvent,
    Space,
)
from muserd.terrain.density import Terrain

# Arrays with a row for each item; the worker needs no `slots`.
GIVEN = (
    *("ids", "vectors", "times", "knn", "knn_cosines"),
    *("old_places", "old_labels", "old_settled"),
)
MADE: dict[str, tuple[int, ...]] = {  # with the shape of a row
    "places": (2,),
    "relaxed": (2,),
    "labels": (3,),
    "ranks": (),
    "parent": (),
    "parent_cosine": (),
    "weak": (),
}
WORDS = "words"  # a folder in the cache, of the vectors of words
TERRAIN_SHAPE = (512, 512)

Array = NDArray[Any]
Box = tuple[float, float, float, float]
T = TypeVar("T")


class JobSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How a fit is made, and what of the last one it goes by.

    Attributes:
        method: `full`, `warm`, or `growth`, of a map that is read for the first time.
        hurried: an early fit of a running import: names without the encoder's words.
        hurried_before: so was the last fit: its names are nobody's yet and hold nothing.
        next_region: the first id that no region had.
        encoder_id: what made the vectors.
        sizes: the least size of a region per level in the last fit, coarsest first.
        cell: side of a thumbnail on the last map, map units; None without one.
        max_drift_p95, max_quality_loss: a fit beyond them is held.
        engine: what makes a full fit.
        scale: of the last map, see `FitParams`.
    """

    space: Space
    number: int
    method: FitMethod
    seed: int
    n_neighbors: int
    min_dist: float
    min_cluster_size: int
    min_samples: int
    levels: int
    next_region: int
    encoder_id: str
    max_drift_p95: float
    max_quality_loss: float
    hurried: bool = False
    hurried_before: bool = False
    image_encoder: str = ""
    text_encoder: str = ""
    device: str = "auto"
    sizes: tuple[int, ...] = ()
    cell: float | None = None
    old_quality: Quality | None = None
    engine: LayoutEngine = "muser"
    scale: float = 1.0


class JobItem(msgspec.Struct, frozen=True, kw_only=True):
    """What regions are named by; see `Facts`."""

    title: str = ""
    name: str = ""
    text: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()
    folder: str = ""  # the name of that in which it lies
    concepts: tuple[tuple[int, int], ...] = ()


class TerrainMeta(msgspec.Struct, frozen=True, kw_only=True):
    """What a terrain is besides its grid."""

    bounds: Box
    bandwidth: float
    thresholds: tuple[float, ...]


class JobResult(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a fit beside its arrays.

    Attributes:
        params: what a placement needs to know, see `FitParams`.
        next_region: the first id that no region has now.
        events: what became of the regions.
        hold: why the fit should not be shown without being asked for; empty if it may.
        frame: the view to open with.
        cell: side of a thumbnail at the relaxed scale.
    """

    method: str
    params: dict[str, float]
    regions: tuple[Region, ...]
    next_region: int
    cell: float
    seconds: float
    frame: Box
    quality: Quality | None = None
    drift: Drift | None = None
    sizes: tuple[int, ...] = ()
    events: tuple[RegionEvent, ...] = ()
    hold: str = ""
    engine: LayoutEngine = "muser"


@dataclass(frozen=True, slots=True)
class Job:
    """What a job folder holds at first. Arrays and items have a row for each item."""

    settings: JobSettings
    arrays: Mapping[str, Array]
    items: list[JobItem]
    regions: list[Region]

    @property
    def on_map(self) -> NDArray[np.bool_]:
        """bool[n]: items that have a place already."""
        return np.asarray(np.isfinite(self.arrays["old_places"]).all(axis=1))


@dataclass(frozen=True, slots=True)
class JobAnswer:
    """What a job folder holds at the end. `arrays` are those of `MADE`, checked."""

    result: JobResult
    arrays: Mapping[str, Array]
    terrain: Terrain


def write_job(folder: Path, job: Job) -> None:
    """Write what the worker needs into an empty folder. Raises OSError."""
    _save(folder, job.arrays)
    (folder / "job.json").write_bytes(msgspec.json.encode(job.settings))
    (folder / "items.json").write_bytes(msgspec.json.encode(job.items))
    regions = json.dumps([asdict(region) for region in job.regions])
    (folder / "regions.json").write_text(regions)


def write_vectors(folder: Path, count: int, blocks: Iterable[NDArray[np.float32]]) -> None:
    """Add the array `vectors` to a job, by blocks of rows: all at once it would fill the memory.

    Args:
        folder: of the job.
        count: of all rows.
        blocks: float32 [m, d] each.
    """
    with (folder / "vectors.npy").open("wb") as file:
        for number, block in enumerate(blocks):
            rows = np.ascontiguousarray(block, np.float32)
            if number == 0:
                header = {
                    "descr": np.lib.format.dtype_to_descr(rows.dtype),
                    "fortran_order": False,
                    "shape": (count, rows.shape[1]),
                }
                np.lib.format.write_array_header_1_0(file, header)
            file.write(rows.tobytes())


def read_job(folder: Path) -> Job:
    """The job in a folder.

    Raises:
        LayoutError: a file is missing, is not what it should be, or lengths differ.
    """
    try:
        arrays = {name: _load(folder, name) for name in GIVEN}
        settings = _decode(folder / "job.json", JobSettings)
        items = _decode(folder / "items.json", list[JobItem])
        regions = _decode(folder / "regions.json", list[Region])
    except (OSError, ValueError) as error:
        raise LayoutError(f"the job in {folder} cannot be read: {error}") from error
    if any(len(array) != len(items) for array in arrays.values()):
        raise LayoutError(f"the arrays of the job in {folder} have different lengths")
    return Job(settings, arrays, items, regions)


def write_answer(folder: Path, answer: JobAnswer) -> None:
    """Add what was made to the folder of the job; `result.json` is written last."""
    land = answer.terrain
    _save(folder, {**answer.arrays, "terrain": land.grid})
    (folder / "terrain.json").write_bytes(msgspec.json.encode(terrain_meta(land)))
    (folder / "result.json").write_bytes(msgspec.json.encode(answer.result))


def read_answer(folder: Path, count: int) -> JobAnswer:
    """What the worker made of a job with so many items.

    Raises:
        LayoutError: a file is missing, a shape is wrong, or a value is not finite.
    """
    try:
        result = _decode(folder / "result.json", JobResult)
        arrays = {name: _checked(folder, name, (count, *row)) for name, row in MADE.items()}
        grid = _checked(folder, "terrain", TERRAIN_SHAPE)
        meta = _decode(folder / "terrain.json", TerrainMeta)
    except (OSError, ValueError) as error:
        raise LayoutError(f"the layout worker's answer cannot be read: {error}") from error
    return JobAnswer(result, arrays, terrain_of(grid, meta))


def terrain_meta(land: Terrain) -> TerrainMeta:
    """What is kept of a terrain beside its grid."""
    return TerrainMeta(
        bounds=land.bounds, bandwidth=land.bandwidth, thresholds=tuple(land.thresholds)
    )


def terrain_of(grid: Array, meta: TerrainMeta) -> Terrain:
    """The terrain of a grid and what was kept beside it."""
    return Terrain(np.asarray(grid, np.float32), meta.bounds, meta.bandwidth, meta.thresholds)


def _save(folder: Path, arrays: Mapping[str, Array]) -> None:
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)


def _load(folder: Path, name: str) -> Array:
    array: Array = np.load(folder / f"{name}.npy", allow_pickle=False)
    return array


def _checked(folder: Path, name: str, shape: tuple[int, ...]) -> Array:
    array = _load(folder, name)
    if array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape} where {shape} is needed")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"{name} holds values that are not finite")
    return array


def _decode(file: Path, kind: type[T]) -> T:
    return msgspec.json.decode(file.read_bytes(), type=kind)
