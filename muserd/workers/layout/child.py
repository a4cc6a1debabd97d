"""The layout worker itself: does what jobs come. Run by `workers.layout.host`.

A job is a folder. What is in it, and what is added to it, is described in docs/layout.md;
`result.json` is written last, so a folder with it is complete.
"""

import hashlib
import logging
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muserd.ground.errors import EncoderError, LayoutError, MuserError
from muserd.ground.logs import fields
from muserd.ground.paths import make_private
from muserd.ground.records import Drift, Quality, Region, Space
from muserd.layout.fit import FitInput, FitOutput, fit
from muserd.layout.quality import drift, quality
from muserd.layout.rank import ranks
from muserd.layout.relax import cell_size, relax
from muserd.lineage import forest
from muserd.regions.atlas import Atlas, LastMap, Members, Settings, Words, compose
from muserd.regions.word_memory import RememberedWords
from muserd.terrain.density import frame, survey
from muserd.workers.layout.job_format import (
    WORDS,
    Job,
    JobAnswer,
    JobResult,
    JobSettings,
    read_job,
    write_answer,
)
from muserd.workers.process import confined
from muserd.workers.process.link import Link, run

log = logging.getLogger(__name__)

YIELDING = 9  # added to the niceness: a seventh of the share of an encode worker
SAME_CELL = 1.5  # the width of a thumbnail stays while what suits is within this factor
FEWEST_COMPARED = 50  # items of the old map; with fewer, its quality is chance

Array = NDArray[Any]


def main(link: Link) -> None:
    """Do one job after the other, until muserd ends it."""
    if confined.is_shut_in():
        confined.give_up_calls()
    yields = False
    while (frame_in := link.receive()) is not None:
        if frame_in.header["yielding"] and not yields:
            os.nice(YIELDING)
            yields = True
        _do(link, Path(frame_in.header["job"]), Path(frame_in.header["cache"]))


def _do(link: Link, folder: Path, cache: Path) -> None:
    """One job, and how it went."""

    def tell(stage: str, share: float) -> None:
        link.send({"type": "progress", "stage": stage, "share": float(share)})

    try:
        work(folder, cache, tell)
    except MuserError as error:
        link.send({"type": "error", "message": error.message, "hint": error.hint})
    else:
        link.send({"type": "done"})


def work(folder: Path, cache: Path, tell: Callable[[str, float], None]) -> None:
    """Do the job in a folder.

    Args:
        folder: of the job.
        cache: Muser's own, where encoders may lie.
        tell: is told the stage and its share that is done.

    Raises:
        LayoutError: the job makes no sense, or no map can be made of it.
    """
    began_s = time.monotonic()
    job = read_job(folder)
    made = fit(_fit_input(job), lambda share: tell("fit", share))
    tell("regions", 0.0)
    words, plain = _words(job, made, cache), _plain_words(job, made, cache)
    tell("names", 0.0)
    atlas = _atlas_with(job, made, words, plain)
    tell("relax", 0.0)
    finest = _finest(atlas.labels)
    cell = _cell(job, made, finest)
    relaxed = relax(made.places, finest, cell)
    tell("lineage", 0.0)
    tree = forest.grow(job.arrays["vectors"], job.arrays["times"], job.arrays["knn"])
    terrain = survey(made.places)
    if terrain is None:
        raise LayoutError("there is nothing to lay out")
    tell("quality", 0.0)
    arrays: dict[str, Array] = {
        "places": made.places,
        "relaxed": relaxed,
        "labels": atlas.labels,
        "ranks": ranks(made.places, _importance(job, atlas, finest)),
        "parent": tree.parent,
        "parent_cosine": tree.cosine,
        "weak": tree.weak,
    }
    result = _result(job, made, atlas, cell, began_s)
    write_answer(folder, JobAnswer(result, arrays, terrain))
    tell("quality", 1.0)


def _result(job: Job, made: FitOutput, atlas: Atlas, cell: float, began_s: float) -> JobResult:
    """What is said of the fit beside its arrays."""
    moved = _drift(job, made, atlas)
    return JobResult(
        method=made.method,
        engine=made.engine,
        quality=quality(job.arrays["vectors"], made.places, seed=job.settings.seed),
        drift=moved,
        params=made.params.to_dict(),
        regions=tuple(atlas.regions),
        next_region=atlas.next_region,
        sizes=tuple(atlas.sizes),
        events=tuple(atlas.events),
        hold=_hold(job, made, atlas, moved),
        frame=frame(made.places),
        cell=cell,
        seconds=time.monotonic() - began_s,
    )


def _fit_input(job: Job) -> FitInput:
    arrays, settings = job.arrays, job.settings
    return FitInput(
        ids=arrays["ids"],
        vectors=arrays["vectors"],
        neighbours=arrays["knn"],
        cosines=arrays["knn_cosines"],
        old_places=arrays["old_places"],
        old_settled=arrays["old_settled"],
        method=settings.method,
        n_neighbors=settings.n_neighbors,
        min_dist=settings.min_dist,
        seed=settings.seed,
        engine=settings.engine,
        growing=settings.hurried,
        scale=settings.scale,
    )


def _words(job: Job, made: FitOutput, cache: Path) -> Words | None:
    """What encodes words, where that is worth its time.

    A first map of a running import is looked at for a minute; CLIP's words alone take that long.
    """
    if made.method == "small" or job.settings.hurried:
        return None
    return _open_words(job.settings, cache)


def _open_words(settings: JobSettings, cache: Path) -> Words | None:
    """What encodes words into the space of the vectors; None where nothing does.

    Names are worth less than a map: whatever goes wrong here is logged and no more.
    """
    keep, device = settings.encoder_id, settings.device
    try:
        if settings.space == "text":
            from muserd.encode.choice import open_text_encoder

            return open_text_encoder(settings.text_encoder or "auto", keep, device, cache).encode
        if keep.startswith("clip/"):
            return RememberedWords(
                lambda: _clip_words(settings, cache),
                _folder_of_words(cache) / f"{hashlib.sha256(keep.encode()).hexdigest()[:16]}.npz",
            )
    except Exception as error:  # noqa: BLE001 - see above
        log.warning("regions are named without the encoder's words", extra=fields(error=str(error)))
    return None


def _plain_words(job: Job, made: FitOutput, cache: Path) -> Words | None:
    """What encodes everyday English, for the titles of pictures: the built-in text encoder."""
    settings = job.settings
    if settings.space != "image" or made.method == "small" or settings.hurried:
        return None

    def opened() -> Words:
        from muserd.encode.choice import open_text_encoder

        return open_text_encoder("builtin", "", settings.device, cache).encode

    return RememberedWords(opened, _folder_of_words(cache) / "titles.npz")


def _folder_of_words(cache: Path) -> Path:
    folder = cache / WORDS
    make_private(folder)
    return folder


def _clip_words(settings: JobSettings, cache: Path) -> Words:
    from muserd.encode.choice import open_image_encoder

    spec, device = settings.image_encoder or "auto", settings.device
    words = open_image_encoder(spec, settings.encoder_id, device, cache).words
    if words is None:
        raise EncoderError(f"{settings.encoder_id} encodes no words")
    return words


def _atlas_with(job: Job, made: FitOutput, words: Words | None, plain: Words | None) -> Atlas:
    """The atlas; without the encoders' words when that is what fails: they are opened late."""
    try:
        return _atlas(job, made, words, plain)
    except (MuserError, OSError, RuntimeError, ImportError) as error:
        if words is None and plain is None:
            raise
        log.warning("regions are named without the encoder's words", extra=fields(error=str(error)))
        return _atlas(job, made, None, None)


def _atlas(job: Job, made: FitOutput, words: Words | None, plain: Words | None) -> Atlas:
    arrays, settings, items = job.arrays, job.settings, job.items
    members = Members(
        ids=arrays["ids"],
        vectors=arrays["vectors"],
        times_ms=arrays["times"],
        titles=[item.title for item in items],
        names=[item.name for item in items],
        texts=[item.text for item in items],
        languages=[item.language for item in items],
        concepts=[
            tuple((int(concept), int(weight)) for concept, weight in item.concepts)
            for item in items
        ],
        labels=[(*item.tags, item.folder) for item in items],
    )
    space: Space = settings.space
    return compose(
        space,
        made.places,
        members,
        LastMap(
            arrays["old_labels"],
            job.on_map,
            _known_names(job),
            settings.next_region,
            settings.sizes if settings.method == "warm" else (),
        ),
        Settings(
            min_cluster_size=settings.min_cluster_size,
            min_samples=settings.min_samples,
            levels=settings.levels,
        ),
        words,
        plain,
    )


def _known_names(job: Job) -> list[Region]:
    """The regions of the last map; names of a hurried one that nobody gave are forgotten."""
    if not job.settings.hurried_before or job.settings.hurried:
        return job.regions
    return [region if region.pinned else replace(region, name="") for region in job.regions]


def _finest(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """int32[n]: the finest region of each item, −1 for none."""
    finest = labels[:, 0]
    for level in range(1, labels.shape[1]):
        finest = np.where(labels[:, level] >= 0, labels[:, level], finest)
    return np.asarray(finest, dtype=np.int32)


def _cell(job: Job, made: FitOutput, finest: NDArray[np.int32]) -> float:
    """The width of a thumbnail: that of the last map while it suits."""
    suits = cell_size(made.places, finest)
    last = job.settings.cell
    if last and 1 / SAME_CELL <= suits / last <= SAME_CELL:
        return float(last)
    return suits


def _importance(job: Job, atlas: Atlas, finest: NDArray[np.int32]) -> NDArray[np.float32]:
    """Whose thumbnails show first: the hearts of regions, then what is typical of its region."""
    vectors = job.arrays["vectors"]
    _, member = np.unique(finest, return_inverse=True)
    sums = np.zeros((int(member.max()) + 1, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, member, vectors)
    sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    order: NDArray[np.float32] = np.einsum("ij,ij->i", vectors, sums[member])
    order[finest < 0] -= 1.0
    row_of = {int(item): row for row, item in enumerate(job.arrays["ids"])}
    for region in atlas.regions:
        row = row_of.get(int(region.medoid))
        if row is not None and not region.retired:
            order[row] = max(order[row], 5.0 - region.level)
    return order


def _drift(job: Job, made: FitOutput, atlas: Atlas) -> Drift | None:
    if not made.common.any():
        return None
    rows = made.common
    old = job.arrays["old_places"][rows]
    labels = job.arrays["old_labels"][rows]
    return drift(old, made.places[rows], labels, atlas.labels[rows])


def _hold(job: Job, made: FitOutput, atlas: Atlas, moved: Drift | None) -> str:
    """Why the map should not be shown without being asked for; empty if it may."""
    settings = job.settings
    if made.method == "growth" and settings.hurried:
        return ""  # what comes in next would wait for a place
    if made.method == "warm":
        most = settings.max_drift_p95
        if moved is not None and moved.p95 > most:
            return f"it would move items too far: drift p95 {moved.p95:.3f}, limit {most:g}"
        if atlas.cliff:
            return f"the regions would change at a stroke: {atlas.cliff}"
    rows = job.on_map
    if made.method != "small" and rows.sum() >= FEWEST_COMPARED:
        lost = _quality_lost(job, made, rows)
        if lost > settings.max_quality_loss:
            return (
                f"the map would be worse: {lost:.3f} of its quality lost, "
                f"limit {settings.max_quality_loss:g}"
            )
    return ""


def _quality_lost(job: Job, made: FitOutput, rows: NDArray[np.bool_]) -> float:
    """How much worse the new map shows the items of the old one than the old one does."""
    vectors = job.arrays["vectors"][rows]
    before, after = (
        quality(vectors, places[rows], seed=job.settings.seed)
        for places in (job.arrays["old_places"], made.places)
    )
    return max(_lost(before, after, name) for name in ("trustworthiness", "recall"))


def _lost(before: Quality, after: Quality, name: str) -> float:
    return float(getattr(before, name) - getattr(after, name))


if __name__ == "__main__":
    run(main)
