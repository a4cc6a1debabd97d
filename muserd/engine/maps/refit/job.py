"""The job folder of one fit: what the layout worker is given, and what it leaves."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muserd.engine.maps.fit_result import EARLY, FitResult
from muserd.engine.maps.model import SpaceModel
from muserd.ground.config import Config
from muserd.ground.errors import LayoutError
from muserd.ground.paths import make_private
from muserd.ground.records import (
    EncoderInfo,
    FitMethod,
    FitNumber,
    FitRecord,
    ItemId,
    LayoutEngine,
    Region,
    Slot,
    Space,
)
from muserd.lineage import forest
from muserd.lineage.forest import Lineage
from muserd.store.environment import Store
from muserd.store.reader import Reader
from muserd.workers.layout.host import LayoutWorker, Pace
from muserd.workers.layout.job_format import (
    Job,
    JobItem,
    JobResult,
    JobSettings,
    read_answer,
    write_job,
    write_vectors,
)

_BLOCK = 512  # vectors copied at a time
_TEXT_CHARACTERS = 4_000  # of a note: its name needs no more
_TIMEOUT_S = 4 * 3600.0


@dataclass(slots=True)
class Snapshot:
    """A space as it is now, copied: the model may change while the job runs."""

    space: Space
    number: FitNumber
    reason: str
    slots: NDArray[np.int32]
    arrays: dict[str, NDArray[Any]]
    settings: JobSettings
    regions: list[Region]
    total_slots: int


@dataclass(slots=True)
class Made:
    """What a job made."""

    snapshot: Snapshot
    fit_result: FitResult
    tree: Lineage
    result: JobResult

    def record(self, encoder: EncoderInfo | None, at_ms: int) -> FitRecord:
        """What is kept of the fit besides its arrays; `current`, unless the caller holds it."""
        snapshot, result = self.snapshot, self.result
        return FitRecord(
            number=snapshot.number,
            space=snapshot.space,
            encoder=encoder.id if encoder else "",
            at_ms=at_ms,
            items=len(snapshot.slots),
            method=result.method,
            state="current",
            reason=snapshot.reason,
            seconds=result.seconds,
            quality=result.quality,
            drift=result.drift,
            params=result.params,
            sizes=result.sizes,
            events=result.events,
            engine=result.engine,
        )


@dataclass(slots=True)
class FitJob:
    """One job under way. `stage` and `share` may be read by any thread."""

    snapshot: Snapshot
    stage: str = "start"
    share: float = 0.0
    abandoned: bool = False  # its outcome is not wanted any more

    def run(self, worker: LayoutWorker, store: Store, work: Path) -> Made:
        """Do the job. Blocks: give it a thread.

        Its folder is gone when it returns or raises: the next fit may have the same one.

        Raises:
            LayoutError: it failed.
        """
        folder = work / f"{self.snapshot.space}-{self.snapshot.number}"
        try:
            shutil.rmtree(folder, ignore_errors=True)
            make_private(folder)
            with store.read() as reader:
                _write(folder, self.snapshot, reader)
            store.release_pages()
            worker.run(folder, self._progress, _TIMEOUT_S, _pace(self.snapshot))
            return _read(folder, self.snapshot)
        except (OSError, ValueError, KeyError) as error:
            message = f"the fit failed: {error}"
            raise LayoutError(message, "free some space; it is tried again") from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _progress(self, stage: str, share: float) -> None:
        self.stage, self.share = stage, share


def _pace(snapshot: Snapshot) -> Pace:
    """An early fit is quick; where there is a map to look at, the import under way goes first."""
    if snapshot.reason != EARLY:
        return "thorough"
    return "yielding" if snapshot.arrays["old_settled"].any() else "hurried"


def take(
    model: SpaceModel,
    number: FitNumber,
    reason: str,
    config: Config,
    method: FitMethod,
    engine: LayoutEngine | None = None,
) -> Snapshot:
    """Copy what a fit needs. Runs on the loop's thread.

    Args:
        model: the space.
        number: of the fit.
        reason: why it is made.
        config: how it is made.
        method: `full` from scratch, though registered on the old land; others from the old land.
        engine: of a full fit; None: as configured.
    """
    slots = np.flatnonzero(model.slots.present).astype(np.int32)
    library = (engine or config.layout.engine) != "muser"  # which knows no growth
    if model.params is None or not model.slots.settled.any() or (method == "growth" and library):
        method = "full"
    return Snapshot(
        space=model.space,
        number=number,
        reason=reason,
        slots=slots,
        arrays=_arrays(model, slots),
        settings=_settings(model, number, reason, config, method=method, engine=engine),
        regions=list(model.regions.values()),
        total_slots=len(model),
    )


def _arrays(model: SpaceModel, slots: NDArray[np.int32]) -> dict[str, NDArray[Any]]:
    """What the model knows of the items, a row each; neighbours as rows, −1 for none."""
    row_of = np.full(len(model) + 1, -1, np.int32)  # and a pad, −1, finds the last one: −1
    row_of[slots] = np.arange(len(slots))
    knn = row_of[model.knn.neighbours[slots]]
    placed = model.slots.placed[slots]
    places = np.where(placed[:, None], model.columns.places[slots], np.nan)
    labels = np.where(placed[:, None], model.columns.regions[slots], -1)
    return {
        "slots": slots,
        "ids": model.columns.id[slots].astype(np.int64),
        "times": model.slots.times_ms[slots],
        "knn": knn,
        "knn_cosines": np.where(knn >= 0, model.knn.cosines[slots], 0).astype(np.float32),
        "old_places": places.astype(np.float32),
        "old_labels": labels.astype(np.int32),
        "old_settled": model.slots.settled[slots] & placed,
    }


def _settings(
    model: SpaceModel,
    number: FitNumber,
    reason: str,
    config: Config,
    *,
    method: FitMethod,
    engine: LayoutEngine | None,
) -> JobSettings:
    """How the fit is made, and what of the last one it goes by."""
    layout, cut, encoders = config.layout, config.regions, config.encoders
    quality = model.fit.quality if model.fit else None
    return JobSettings(
        space=model.space,
        number=number,
        method=method,
        hurried=reason == EARLY,
        hurried_before=model.fit is not None and model.fit.reason == EARLY,
        seed=layout.seed,
        n_neighbors=layout.n_neighbors,
        min_dist=layout.min_dist,
        min_cluster_size=cut.min_cluster_size,
        min_samples=cut.min_samples,
        levels=cut.levels,
        next_region=max([0, *map(int, model.regions)]) + 1,
        image_encoder=encoders.image if model.space == "image" else "",
        text_encoder=encoders.text if model.space == "text" else "",
        encoder_id=model.encoder.id if model.encoder else "",
        device=encoders.device,
        sizes=tuple(model.fit.sizes) if model.fit else (),
        cell=model.cell if model.fit and model.params else None,
        max_drift_p95=layout.max_drift_p95,
        max_quality_loss=layout.max_quality_loss,
        old_quality=quality if model.params else None,
        engine=engine or layout.engine,
        scale=model.params.scale if model.params else 1.0,
    )


def _write(folder: Path, snapshot: Snapshot, reader: Reader) -> None:
    items = [_item(reader, snapshot.space, Slot(slot)) for slot in snapshot.slots.tolist()]
    write_job(folder, Job(snapshot.settings, snapshot.arrays, items, snapshot.regions))
    slots = snapshot.slots.astype(np.intp)
    blocks = (
        reader.vectors_of(snapshot.space, slots[start : start + _BLOCK])
        for start in range(0, len(slots), _BLOCK)
    )
    write_vectors(folder, len(slots), blocks)


def _item(reader: Reader, space: Space, slot: Slot) -> JobItem:
    item = reader.slot_item(space, slot)
    record = reader.item(item) if item is not None else None
    if record is None:
        return JobItem()
    return JobItem(
        title=record.facts.title,
        name=record.name,
        text=reader.text(record.id)[:_TEXT_CHARACTERS] if record.kind == "note" else "",
        language=record.facts.language,
        tags=record.facts.tags,
        folder=_folder(reader, record.id),
        concepts=record.facts.concepts,
    )


def _folder(reader: Reader, item: ItemId) -> str:
    """The name of the folder in which an item lies: a word that its owner chose."""
    path = next(iter(reader.each_path(item)), b"")
    return os.path.basename(os.path.dirname(path)).decode("utf-8", "replace")


def _read(folder: Path, snapshot: Snapshot) -> Made:
    answer = read_answer(folder, len(snapshot.slots))
    fit_result = FitResult.of_answer(snapshot.slots, snapshot.arrays["ids"], answer)
    return Made(snapshot, fit_result, _by_slot(snapshot, answer.arrays), answer.result)


def _by_slot(snapshot: Snapshot, arrays: Mapping[str, NDArray[Any]]) -> Lineage:
    """The lineage over slots from one over the snapshot's rows."""
    count, parent = snapshot.total_slots, arrays["parent"]
    above = np.full(count, forest.NOBODY, np.int32)
    above[snapshot.slots] = np.where(parent >= 0, snapshot.slots[parent], forest.NOBODY)
    alike, joined = np.zeros(count, np.float32), np.zeros(count, np.bool_)
    alike[snapshot.slots], joined[snapshot.slots] = arrays["parent_cosine"], arrays["weak"]
    return Lineage(above, alike, joined)


def clean(work: Path) -> None:
    """Remove what an earlier run left."""
    make_private(work)
    for entry in os.scandir(work):
        shutil.rmtree(entry.path, ignore_errors=True)
