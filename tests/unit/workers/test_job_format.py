"""The folder of a layout job: what one side writes, the other reads; all else is refused."""

from pathlib import Path

import numpy as np
import pytest

from muserd.ground.errors import LayoutError
from muserd.terrain.density import survey
from muserd.workers.layout.job_format import (
    GIVEN,
    MADE,
    Job,
    JobAnswer,
    JobItem,
    JobResult,
    JobSettings,
    read_answer,
    read_job,
    write_answer,
    write_job,
)

COUNT = 5


def job() -> Job:
    settings = JobSettings(
        space="text", number=3, method="warm", seed=1, n_neighbors=15, min_dist=0.1,
        min_cluster_size=0, min_samples=5, levels=3, next_region=7, encoder_id="mini",
        max_drift_p95=0.5, max_quality_loss=0.05, sizes=(9, 4), cell=0.25,
    )  # fmt: skip
    arrays = {name: np.zeros((COUNT, 2), np.float32) for name in GIVEN}
    items = [JobItem(title=f"title {n}", tags=("a",), concepts=((3, 9),)) for n in range(COUNT)]
    return Job(settings, arrays, items, [])


def answer() -> JobAnswer:
    rng = np.random.default_rng(1)
    arrays = {name: rng.normal(size=(COUNT, *row)).astype(np.float32) for name, row in MADE.items()}
    land = survey(arrays["places"])
    assert land is not None
    result = JobResult(
        method="warm", params={"novelty": 0.5}, regions=(), next_region=8, cell=0.2, seconds=1.5,
        frame=(-1.0, -1.0, 1.0, 1.0), hold="too far",
    )  # fmt: skip
    return JobAnswer(result, arrays, land)


def test_a_job_comes_back_as_it_was_written(tmp_path: Path) -> None:
    write_job(tmp_path, job())
    read = read_job(tmp_path)
    assert (read.settings, read.items) == (job().settings, job().items)
    assert set(read.arrays) == set(GIVEN)
    assert read.on_map.all()


def test_an_answer_comes_back_as_it_was_written(tmp_path: Path) -> None:
    write_answer(tmp_path, answer())
    read = read_answer(tmp_path, COUNT)
    assert read.result == answer().result
    assert all((read.arrays[name] == array).all() for name, array in answer().arrays.items())
    assert read.terrain.bounds == pytest.approx(answer().terrain.bounds)


@pytest.mark.parametrize("name", ["job.json", "items.json", "vectors.npy"])
def test_a_damaged_job_is_refused(tmp_path: Path, name: str) -> None:
    write_job(tmp_path, job())
    (tmp_path / name).write_bytes(b'{"space": 3}')
    with pytest.raises(LayoutError):
        read_job(tmp_path)


def test_a_job_of_different_lengths_is_refused(tmp_path: Path) -> None:
    write_job(tmp_path, job())
    np.save(tmp_path / "vectors.npy", np.zeros((COUNT + 1, 2), np.float32))
    with pytest.raises(LayoutError, match="different lengths"):
        read_job(tmp_path)


@pytest.mark.parametrize("name", [*MADE, "terrain"])
def test_an_answer_of_a_wrong_shape_is_refused(tmp_path: Path, name: str) -> None:
    write_answer(tmp_path, answer())
    np.save(tmp_path / f"{name}.npy", np.zeros((COUNT + 1, 7), np.float32))
    with pytest.raises(LayoutError, match=name):
        read_answer(tmp_path, COUNT)


def test_places_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    write_answer(tmp_path, answer())
    np.save(tmp_path / "places.npy", np.full((COUNT, 2), np.nan, np.float32))
    with pytest.raises(LayoutError, match="not finite"):
        read_answer(tmp_path, COUNT)


def test_a_folder_without_a_result_is_not_complete(tmp_path: Path) -> None:
    write_answer(tmp_path, answer())
    (tmp_path / "result.json").unlink()
    with pytest.raises(LayoutError):
        read_answer(tmp_path, COUNT)
