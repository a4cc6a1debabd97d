import contextlib
import json
import os
import signal
import sys
import threading
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import psutil
import pytest
from msgspec import structs

from muserd.ground.clock import SystemClock
from muserd.ground.errors import LayoutError
from muserd.workers.layout import child as layout_child
from muserd.workers.layout.host import LayoutWorker
from muserd.workers.layout.job_format import JobSettings

KEPT = 30
MEMORY_BYTES = 4 * 2**30
PATIENCE_S = 100.0
RESULTS = ("places", "relaxed", "labels", "ranks", "terrain", "parent", "parent_cosine", "weak")

Start = Callable[..., LayoutWorker]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def worker(cache: Path, tmp_path: Path) -> Start:
    """Shut in, as muserd has it; the jobs lie in the test's folder."""

    def start(
        memory_bytes: int = MEMORY_BYTES, idle_s: float = PATIENCE_S, **more: Any
    ) -> LayoutWorker:
        return LayoutWorker(cache, memory_bytes, 1, 0, idle_s, SystemClock(), work=tmp_path, **more)

    return start


def silent(_stage: str, _share: float) -> None:
    return


def blobs(count: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    middles = rng.normal(size=(6, 16))
    vectors = middles[np.arange(count) % 6] + rng.normal(size=(count, 16)) * 0.4
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def write_job(folder: Path, vectors: np.ndarray, old: Path | None = None, **more: Any) -> None:
    """A job over image vectors; the first rows stand where the result in `old` has them."""
    folder.mkdir()
    count = len(vectors)
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, -2)
    kept = min(KEPT, count - 1)
    knn = np.full((count, KEPT), -1, dtype=np.int32)
    cosines = np.zeros((count, KEPT), dtype=np.float32)
    knn[:, :kept] = np.argsort(-alike, axis=1, kind="stable")[:, :kept]
    cosines[:, :kept] = -np.sort(-alike, axis=1)[:, :kept]
    places = np.full((count, 2), np.nan, dtype=np.float32)
    labels = np.full((count, 3), -1, dtype=np.int32)
    settled = np.zeros(count, dtype=np.bool_)
    before: dict[str, Any] = {"regions": [], "next_region": 1, "cell": None}
    if old is not None:
        before = json.loads((old / "result.json").read_bytes())
        known = np.load(old / "places.npy")[:count]
        places[: len(known)], settled[: len(known)] = known, True
        labels[: len(known)] = np.load(old / "labels.npy")[:count]
    arrays = {
        "slots": np.arange(count, dtype=np.int32),
        "ids": np.arange(100, 100 + count, dtype=np.int64),
        "vectors": vectors,
        "times": more.pop("times", np.arange(count, dtype=np.int64) * 3_600_000),
        "knn": knn,
        "knn_cosines": cosines,
        "old_places": places,
        "old_labels": labels,
        "old_settled": settled,
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    item = {"title": "", "text": "", "language": "", "tags": [], "concepts": [[3, 9000]]}
    items = [{**item, "name": f"{row}.jpg"} for row in range(count)]
    (folder / "items.json").write_text(json.dumps(items))
    regions = [{**region, "members": 1} for region in before["regions"]]
    (folder / "regions.json").write_text(json.dumps(regions))
    job = {
        "space": "image", "number": 1, "method": "warm" if old else "full", "seed": 42,
        "n_neighbors": 15, "min_dist": 0.1, "min_cluster_size": 0, "min_samples": 5,
        "levels": 3, "next_region": before["next_region"], "image_encoder": "builtin",
        "encoder_id": "test", "device": "cpu", "cell": before["cell"], "max_drift_p95": 0.5,
        "max_quality_loss": 0.05, "old_quality": None, **more,
    }  # fmt: skip
    (folder / "job.json").write_text(json.dumps(job))


def result(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / "result.json").read_bytes())
    return loaded


def load(folder: Path) -> dict[str, np.ndarray]:
    return {name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in RESULTS}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    """The folder of a full fit of 300 items."""
    folder = tmp_path_factory.mktemp("jobs") / "first"
    write_job(folder, blobs(360)[:300])
    LayoutWorker(cache, MEMORY_BYTES, 1, 0, PATIENCE_S, SystemClock()).run(
        folder, silent, PATIENCE_S
    )
    return folder


def test_a_first_fit_is_complete(first: Path) -> None:
    """All arrays with the promised shapes and types; all numbers finite."""
    made, arrays = result(first), load(first)
    kinds = {name: (array.dtype.name, array.shape) for name, array in arrays.items()}
    assert kinds == {
        "places": ("float32", (300, 2)),
        "relaxed": ("float32", (300, 2)),
        "labels": ("int32", (300, 3)),
        "ranks": ("uint8", (300,)),
        "terrain": ("float32", (512, 512)),
        "parent": ("int32", (300,)),
        "parent_cosine": ("float32", (300,)),
        "weak": ("bool", (300,)),
    }
    assert all(np.isfinite(array).all() for array in arrays.values())
    assert made["method"] == "full"
    assert (made["hold"], made["drift"]) == ("", None)
    assert made["quality"]["trustworthiness"] > 0.9
    assert set(np.unique(arrays["labels"])) - {-1} == {region["id"] for region in made["regions"]}
    assert (arrays["parent"] == -1).sum() == 1
    terrain = json.loads((first / "terrain.json").read_bytes())
    assert set(terrain) == {"bounds", "bandwidth", "thresholds"}


def test_a_refit_keeps_places_and_regions(first: Path, worker: Start, tmp_path: Path) -> None:
    """With a fifth more items the old ones stay, as do the ids of their regions."""
    write_job(tmp_path / "job", blobs(360), first)
    heard: list[tuple[str, float]] = []
    worker().run(tmp_path / "job", lambda stage, share: heard.append((stage, share)), PATIENCE_S)
    made = result(tmp_path / "job")
    assert made["method"] == "warm"
    assert made["hold"] == ""
    assert made["drift"]["common"] == 300
    assert made["drift"]["p95"] < 0.2
    assert made["drift"]["kept_regions"] > 0.7
    assert made["next_region"] >= result(first)["next_region"]
    assert {stage for stage, _ in heard} == {
        "fit", "regions", "names", "relax", "lineage", "quality"
    }  # fmt: skip
    assert all(0 <= share <= 1 for _, share in heard)


def test_a_limit_that_is_broken_holds_the_map(first: Path, worker: Start, tmp_path: Path) -> None:
    """The result is there, with the reason why it should not be shown."""
    write_job(tmp_path / "job", blobs(360), first, max_drift_p95=0.0001)
    worker().run(tmp_path / "job", silent, PATIENCE_S)
    assert "too far" in result(tmp_path / "job")["hold"]


def test_times_may_be_missing(worker: Start, tmp_path: Path) -> None:
    """Equal times are no reason to fail; neither are identical vectors."""
    vectors = np.tile(blobs(1), (40, 1))
    write_job(tmp_path / "job", vectors, times=np.zeros(40, dtype=np.int64))
    worker().run(tmp_path / "job", silent, PATIENCE_S)
    assert np.isfinite(load(tmp_path / "job")["relaxed"]).all()


def test_words_that_cannot_be_had_cost_no_map(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An encoder that cannot be opened is logged; without one, names do without words."""
    asked: list[str] = []

    def broken(spec: str, keep: str, *_rest: object) -> None:
        asked.append(f"{spec} {keep}")
        raise OSError("no weights")

    stand_in = types.SimpleNamespace(open_text_encoder=broken, open_image_encoder=broken)
    monkeypatch.setitem(sys.modules, "muserd.encode.choice", stand_in)
    common = JobSettings(
        space="image", number=1, method="full", seed=1, n_neighbors=15, min_dist=0.1,
        min_cluster_size=0, min_samples=5, levels=3, next_region=1, device="cpu",
        encoder_id="clip/ViT-B-32@1+1", max_drift_p95=0.5, max_quality_loss=0.05,
    )  # fmt: skip
    clip = common
    lite = structs.replace(common, encoder_id="efficientnet-lite0@1+1")
    text = structs.replace(common, space="text", encoder_id="mini", text_encoder="builtin")
    assert layout_child._open_words(text, tmp_path) is None
    assert layout_child._open_words(lite, tmp_path) is None
    late = layout_child._open_words(clip, tmp_path)  # opened when a word is new
    assert late is not None

    def atlas(_job: object, _made: object, words: Any, _plain: object) -> Any:
        return words(["a word"]) if words else "named without"

    monkeypatch.setattr(layout_child, "_atlas", atlas)
    assert (
        layout_child._atlas_with(cast("Any", None), cast("Any", None), late, None)
        == "named without"
    )
    assert asked == ["builtin mini", "auto clip/ViT-B-32@1+1"]
    assert caplog.text.count("without the encoder's words") == 2


def test_a_hurried_fit_opens_no_encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While an import runs, a map is worth more than the encoder's opinion of its names."""
    opened: list[Any] = []
    monkeypatch.setattr(layout_child, "_open_words", lambda *given: opened.append(given))
    monkeypatch.setattr(layout_child, "_plain_words", lambda *_given: None)
    for name, hurried in (("hurried", True), ("thorough", False)):
        write_job(tmp_path / name, blobs(60), hurried=hurried)
        layout_child.work(tmp_path / name, tmp_path, silent)
        assert result(tmp_path / name)["regions"]
        assert len(opened) == (not hurried)


def test_a_bad_vector_is_refused_with_words(worker: Start, tmp_path: Path) -> None:
    """NaN never becomes a map; nothing is left that looks like a result."""
    vectors = blobs(40)
    write_job(tmp_path / "job", vectors)
    vectors[5] = np.nan
    np.save(tmp_path / "job/vectors.npy", vectors)
    with pytest.raises(LayoutError, match="not numbers"):
        worker().run(tmp_path / "job", silent, PATIENCE_S)
    assert not (tmp_path / "job/result.json").exists()


def test_a_damaged_job_is_refused(worker: Start, tmp_path: Path) -> None:
    """A folder that cannot be read is an error with its path."""
    with pytest.raises(LayoutError, match="cannot be read"):
        worker().run(tmp_path / "nowhere", silent, PATIENCE_S)


def test_a_killed_fit_leaves_the_old_map(first: Path, worker: Start, tmp_path: Path) -> None:
    """SIGKILL in the middle: a LayoutError, no result, and the next try works."""
    before = {path.name: path.read_bytes() for path in first.iterdir()}
    write_job(tmp_path / "job", blobs(360), first)
    one = worker()

    def kill(stage: str, _share: float) -> None:
        if stage == "fit":
            os.kill(only_child().pid, signal.SIGKILL)

    with pytest.raises(LayoutError, match=r"memory|died"):
        one.run(tmp_path / "job", kill, PATIENCE_S)
    assert not (tmp_path / "job/result.json").exists()
    assert before == {path.name: path.read_bytes() for path in first.iterdir()}
    one.run(tmp_path / "job", silent, PATIENCE_S)
    assert result(tmp_path / "job")["method"] == "warm"


def test_a_fit_without_memory_says_so(first: Path, worker: Start, tmp_path: Path) -> None:
    """A limit that is too low ends the fit, with the setting to raise."""
    write_job(tmp_path / "job", blobs(360), first)
    with pytest.raises(LayoutError) as raised:
        worker(memory_bytes=60 * 2**20).run(tmp_path / "job", silent, PATIENCE_S)
    assert raised.value.hint


def test_a_fit_may_be_cancelled(worker: Start, tmp_path: Path) -> None:
    """Cancelling ends the child; a second fit at a time is refused."""
    one = worker(module="sleeper")
    errors: list[LayoutError] = []

    def go() -> None:
        try:
            one.run(tmp_path, silent, PATIENCE_S)
        except LayoutError as error:
            errors.append(error)

    thread = threading.Thread(target=go)
    thread.start()
    until = time.monotonic() + PATIENCE_S
    while not one.rss_bytes and time.monotonic() < until:
        time.sleep(0.01)
    with pytest.raises(LayoutError, match="another fit"):
        one.run(tmp_path, silent, PATIENCE_S)
    one.cancel()
    thread.join(PATIENCE_S)
    assert "cancelled" in errors[0].message
    assert one.rss_bytes == 0


def test_a_fit_that_hangs_is_ended(worker: Start, tmp_path: Path) -> None:
    """A deadline that is missed is an error, not a wait for ever."""
    with pytest.raises(LayoutError, match="in time"):
        worker(module="sleeper").run(tmp_path, silent, 0.5)


def test_a_child_without_a_result_is_an_error(worker: Start, tmp_path: Path) -> None:
    """Leaving politely is not enough."""
    with pytest.raises(LayoutError, match="without a result"):
        worker(module="leaver").run(tmp_path, silent, PATIENCE_S)


class Watched:
    """Progress of fits, and the children of this process that were seen at them."""

    def __init__(self) -> None:
        self.seen: list[psutil.Process] = []

    def __call__(self, stage: str, _share: float) -> None:
        if stage == "regions":
            self.seen.append(only_child())

    @property
    def last(self) -> psutil.Process:
        return self.seen[-1]


def children() -> list[psutil.Process]:
    """The layout children that live. One may end while it is looked at."""
    found = []
    for process in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):  # a zombie is one, to psutil
            if "muserd.workers.layout.child" in process.cmdline():
                found.append(process)
    return found


def only_child() -> psutil.Process:
    (child,) = children()
    return child


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_hurried_fits_share_a_child(first: Path, worker: Start, tmp_path: Path) -> None:
    """Niceness is given once and never to a fit that should not yield; the maps are the same."""
    one, watched = worker(), Watched()
    usual, niceness = os.nice(0), []
    for number, pace in enumerate(("hurried", "yielding", "yielding", "hurried", "thorough")):
        write_job(tmp_path / str(number), blobs(360), first, hurried=True)
        one.run(tmp_path / str(number), watched, PATIENCE_S, cast("Any", pace))
        niceness.append(watched.last.nice() if watched.last.is_running() else None)
        if number == 2:
            assert watched.last.nice() == usual + layout_child.YIELDING
    pids = [process.pid for process in watched.seen]
    assert len({*pids[:3]}) == 1
    assert len({*pids}) == 3
    assert niceness[0] == niceness[3] == usual
    wait_until(lambda: not children())  # the thorough one does not stay
    maps = [load(tmp_path / str(number)) for number in range(5)]
    for made in maps[1:]:
        for name in RESULTS:
            np.testing.assert_array_equal(made[name], maps[0][name], name)


def test_a_child_that_waits_leaves_after_the_idle_time(worker: Start, tmp_path: Path) -> None:
    """And the next fit gets another."""
    one, watched = worker(idle_s=0.2), Watched()
    write_job(tmp_path / "job", blobs(40), hurried=True)
    for _ in range(2):
        one.run(tmp_path / "job", watched, PATIENCE_S, "hurried")
        wait_until(lambda: not children())
        assert one.rss_bytes == 0
    assert watched.seen[0].pid != watched.seen[1].pid


def test_a_child_that_waits_may_be_killed_or_cancelled(worker: Start, tmp_path: Path) -> None:
    """It costs no fit; nor does a fit that was refused before."""
    one, watched = worker(), Watched()
    write_job(tmp_path / "job", blobs(40), hurried=True)
    one.run(tmp_path / "job", watched, PATIENCE_S, "hurried")
    watched.last.kill()
    waiting = one._hand
    assert waiting is not None
    wait_until(lambda: waiting.child.pid is None)
    one.run(tmp_path / "job", watched, PATIENCE_S, "hurried")
    with pytest.raises(LayoutError, match="cannot be read"):
        one.run(tmp_path / "nowhere", watched, PATIENCE_S, "hurried")
    one.run(tmp_path / "job", watched, PATIENCE_S, "hurried")
    one.cancel()
    wait_until(lambda: not children())
    one.run(tmp_path / "job", watched, PATIENCE_S, "hurried")
    assert len({process.pid for process in watched.seen}) == 4
    one.cancel()
