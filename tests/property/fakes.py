"""Workers without models: they read real files and answer at once, the same for the same bytes."""

import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muserd.extract.content import Content, read_content
from muserd.extract.looks import Looks
from muserd.ground.clock import Clock
from muserd.ground.errors import FileError, WorkerError
from muserd.ground.facts import Facts
from muserd.ground.formats import reader_version
from muserd.ground.kinds import title_from_name
from muserd.ground.paths import display
from muserd.ground.records import KIND_OF, ContentHash, EncoderInfo, Kind, Space
from muserd.layout.place import FitParams
from muserd.terrain.density import frame, survey
from muserd.workers.encode.outcomes import (
    Encoded,
    FileFailed,
    FileTask,
    Interrupted,
    Known,
    Outcome,
    Reread,
)
from muserd.workers.encode.records import EncodeSettings, QueryAnswer, WorkerState

DIMS = {"fake": 16, "other": 8, "alike": 16}  # the encoders that a configuration may name
DIM = DIMS["fake"]
GROUPS = 4


def vector_of(content: bytes, encoder: str = "fake") -> NDArray[np.float32]:
    """A unit vector, float32 [dim], near one of four centres: a function of the hash alone."""
    dim = DIMS[encoder]
    rng = np.random.default_rng([*content, *encoder.encode()])
    vector = 0.4 * rng.normal(size=dim)
    vector[content[0] % GROUPS] += 2.0
    return (vector / np.linalg.norm(vector)).astype(np.float32)


class FakeEncodeWorker:
    """An `EncodeWorker` whose child is a thread. A file that its owner may not read is denied,
    also to root; `gate`, when cleared, stalls it. As the real one it refuses to work with another
    encoder than the one that made the store's vectors, until it is restarted without them.
    """

    def __init__(
        self,
        settings: EncodeSettings,
        *,
        known: Callable[[Kind], Iterable[ContentHash]],
        on_outcome: Callable[[Space, Outcome], None],
        on_interrupted: Callable[[Interrupted], None],
        on_state: Callable[[Space], None],
        clock: Clock,
    ) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.read = 0
        self.encoded = 0
        self.reread = 0
        self._settings = settings
        self._on_outcome = on_outcome
        self._known = set(known(KIND_OF[settings.space]))  # as a child that never leaves
        self._inbox: SimpleQueue[tuple[int, list[FileTask]] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._generation = 0  # grows with each restart
        self._stopping = False
        self._open(settings.keep)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _open(self, keep: str) -> None:
        space, spec = self._settings.space, self._settings.spec
        name = keep.partition("-")[0] or "fake" if spec == "auto" else spec
        self._info = EncoderInfo(f"{name}-{space}", name.title(), DIMS[name], "cpu", "")
        self._refused = keep not in {"", self._info.id}
        self._failed = False  # it was needed all the same

    @property
    def state(self) -> WorkerState:
        if self._failed:
            return WorkerState(stage="failed", message="the map was made by another encoder")
        return WorkerState(stage="ready", encoder=self._info)

    rate_per_s = 0.0
    rss_bytes = 0

    def submit(self, tasks: Sequence[FileTask]) -> None:
        self._inbox.put((self._generation, list(tasks)))

    def warm(self, *, load: bool = False) -> None:
        pass

    def query(self, words: str, timeout_s: float) -> QueryAnswer:
        return QueryAnswer(self._vector_of(words), None)

    def texts(
        self, texts: Sequence[str], timeout_s: float, *, queries: bool = False
    ) -> NDArray[np.float32]:
        return np.stack([self._vector_of(text) for text in texts])

    def _vector_of(self, words: str) -> NDArray[np.float32]:
        return vector_of(words.encode()[:32].ljust(32, b"."), self._name)

    def looks(self, thumbs: Sequence[bytes], timeout_s: float) -> bytes:
        return b"".join(Looks((0,), hashlib.md5(one).hexdigest()).packed() for one in thumbs)

    def preview(self, path: bytes, size_px: int, part: int, timeout_s: float) -> bytes:
        raise WorkerError("no previews here")

    def pack(
        self,
        thumbs: Sequence[bytes | None],
        cell_px: int,
        columns: int,
        rows: int,
        timeout_s: float,
        *,
        blurred: bool = False,
    ) -> bytes:
        return b"blurred" if blurred else b"page:" + b",".join(thumb or b"" for thumb in thumbs)

    def restart(self, keep: str) -> None:
        with self._lock:
            self._generation += 1
            self._open(keep)

    @property
    def _name(self) -> str:
        return self._info.id.partition("-")[0]

    def stop(self, timeout_s: float) -> None:
        self._stopping = True
        self.gate.set()
        self._inbox.put(None)
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while (mail := self._inbox.get()) is not None:
            generation, tasks = mail
            for task in tasks:
                outcome = None
                while outcome is None and not self._stopping and generation == self._generation:
                    if not self.gate.wait(0.05):
                        continue
                    with self._lock:
                        if generation == self._generation:
                            outcome = self._outcome(task)
                    if outcome is None:
                        time.sleep(0.01)
                if self._stopping:
                    return
                if outcome is not None:
                    self._on_outcome(self._settings.space, outcome)

    def _outcome(self, task: FileTask) -> Outcome | None:
        """None while the encoder is refused and needed."""
        self.read += 1
        try:
            content = read_content(task.path, 1_000_000)
            readable = os.stat(task.path).st_mode & 0o400
        except FileError as error:
            return FileFailed(task, error.cause, error.message, error.hint, error.retry, None)
        except OSError:
            return FileFailed(task, "vanished", "it is gone", "", False, None)
        if not readable:
            return FileFailed(task, "permission", "it may not be read", "chmod", True, None)
        if task.reread:
            return self._reread(task, content)
        if content.sha256 in self._known and not task.force:
            return Known(task, content.stat, content.sha256)
        if self._refused:
            self._failed = True
            return None
        self._known.add(content.sha256)
        self.encoded += 1
        return self._encode(task, content)

    def _reread(self, task: FileTask, content: Content) -> Reread:
        self.reread += 1
        said = self._encode(task, content)
        return Reread(task, content.stat, content.sha256, said.facts, said.text, said.thumbs)

    def _encode(self, task: FileTask, content: Content) -> Encoded:
        name = display(task.path.rsplit(b"/", 1)[-1])
        picture = task.kind == "image"
        return Encoded(
            task=task,
            stat=content.stat,
            kind=task.kind,
            content=content.sha256,
            encoder=self._info,
            vector=vector_of(content.sha256, self._name),
            name=name,
            facts=Facts(
                title=title_from_name(name),
                reader=reader_version(task.path),
                time_ms=content.stat.mtime_ns // 1_000_000,
                width=4 if picture else 0,
                height=3 if picture else 0,
                length=0 if picture else len(content.data),
            ),
            text="" if picture else content.data.decode("utf-8", "replace"),
            thumbs={
                level: b"%d %s" % (level, content.sha256.hex().encode()) for level in (64, 128, 256)
            }
            if picture
            else {},
        )


class FakeLayoutWorker:
    """A `LayoutWorker` that projects the vectors on two axes, moved a little with each fit."""

    rss_bytes = 0

    def __init__(self, *_settings: object, **_more: object) -> None:
        return

    def cancel(self) -> None:
        return

    def run(
        self,
        job: Path,
        on_progress: Callable[[str, float], None],
        timeout_s: float,
        pace: str = "thorough",
    ) -> None:
        asked = json.loads((job / "job.json").read_text())
        vectors = np.load(job / "vectors.npy")
        count = len(vectors)
        places = (10 * vectors[:, :2] + 0.01 * asked["number"]).astype(np.float32)
        land = survey(places)
        assert land is not None
        labels = np.full((count, 3), -1, np.int32)
        oldest = int(np.argmin(np.load(job / "times.npy")))
        parent = np.full(count, oldest, np.int32)
        parent[oldest] = -1
        arrays: dict[str, NDArray[Any]] = {
            "places": places,
            "relaxed": places,
            "labels": labels,
            "ranks": np.zeros(count, np.uint8),
            "terrain": land.grid,
            "parent": parent,
            "parent_cosine": (vectors @ vectors[oldest]).astype(np.float32),
            "weak": np.zeros(count, np.bool_),
        }
        for name, array in arrays.items():
            np.save(job / f"{name}.npy", array, allow_pickle=False)
        (job / "terrain.json").write_text(
            json.dumps(
                {
                    "bounds": land.bounds,
                    "bandwidth": land.bandwidth,
                    "thresholds": land.thresholds,
                }
            )
        )
        result = {
            "method": asked["method"],
            "seconds": 0.0,
            "quality": None,
            "drift": None,
            "params": FitParams().to_dict(),
            "cell": 0.1,
            "regions": [],
            "next_region": 1,
            "events": [],
            "hold": "",
            "frame": list(frame(places)),
        }
        (job / "result.json").write_text(json.dumps(result))
