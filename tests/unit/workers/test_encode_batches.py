"""Batches with a model that only notes who computes beside whom."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from muserd.encode.cores import use_cores
from muserd.extract.limits import Limits
from muserd.ground.facts import Facts
from muserd.ground.records import ContentHash, EncoderInfo, FileStat
from muserd.workers.encode.child.batches import Batches
from muserd.workers.encode.child.jobs import Jobs
from muserd.workers.encode.outcomes import FileTask
from muserd.workers.encode.protocol import Answer, Asked, EncodedOutcome, Opening, Query
from muserd.workers.encode.readings import Draft

PATIENCE_S = 30
OPENING = Opening(
    space="text", spec="toy", keep="", device="cpu", cache=Path(), limits=Limits(), threads=2
)


class Meeting:
    """A model whose batches end only when so many of them are under way at once."""

    batch_size = 2

    def __init__(self, device: str, parties: int) -> None:
        self.info = EncoderInfo("toy@1", "Toy", 4, device, "")
        self.lanes = 8 if device == "cpu" else 1
        self.cores: list[int] = []
        self.met = threading.Barrier(parties)

    def weigh(self, what: object) -> int:
        return 1

    def prepare(self, what: object) -> str:
        return str(what)

    def vectors(self, batch: list[str]) -> tuple[np.ndarray, list[tuple[()]]]:
        self.met.wait(PATIENCE_S)
        return np.full((len(batch), 4), 0.5, np.float32), [()] * len(batch)

    def query(self, words: str) -> tuple[bytes, bytes]:
        return words.encode(), b""

    def use_cores(self, count: int) -> None:
        self.cores.append(count)

    def load(self) -> None:
        pass

    def improve(self, encoded: int, changed: Callable[[], None]) -> None:
        pass


class Post:
    """Takes what the lanes send."""

    def __init__(self) -> None:
        self.sent: list[object] = []
        self._changed = threading.Condition()

    def send(self, message: object, _: object = ()) -> None:
        with self._changed:
            self.sent.append(message)
            self._changed.notify_all()

    def wait(self, kind: type, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(
                lambda: sum(isinstance(one, kind) for one in self.sent) >= count, PATIENCE_S
            )


def draft(n: int) -> Draft:
    return Draft(
        n=n,
        task=FileTask(b"/f", "note"),
        stat=FileStat(1, 1, 1, 1, 1),
        content=ContentHash(n.to_bytes(32, "big")),
        name="f",
        facts=Facts(),
    )


@pytest.fixture
def lanes() -> Callable[[Meeting], tuple[Batches, Post]]:
    def make(model: Meeting) -> tuple[Batches, Post]:
        post = Post()
        made = Batches(OPENING, set(), post, Jobs(), lambda *_: model, 2)  # type: ignore[arg-type]
        for lane in range(2):
            threading.Thread(target=made.work, args=(lane,), daemon=True).start()
        return made, post

    return make


def test_batches_are_computed_side_by_side(lanes: Callable[..., tuple[Batches, Post]]) -> None:
    """Two batches meet: each lane has one, and the core of one."""
    model = Meeting("cpu", 2)
    made, post = lanes(model)
    for n in range(4):
        made.add(draft(n), f"text {n}")
    post.wait(EncodedOutcome, 4)
    assert 1 in model.cores


def test_a_lone_batch_takes_all_cores(lanes: Callable[..., tuple[Batches, Post]]) -> None:
    """A single new file is not kept waiting by cores that have nothing to do."""
    model = Meeting("cpu", 1)
    made, post = lanes(model)
    made.add(draft(1), "text")
    post.wait(EncodedOutcome, 1)
    assert model.cores == [2]


def test_an_accelerator_has_one_lane(lanes: Callable[..., tuple[Batches, Post]]) -> None:
    """Its batches follow one another, whichever lane opened the model."""
    model = Meeting("cuda fp16", 1)
    made, post = lanes(model)
    for n in range(8):
        made.add(draft(n), f"text {n}")
    post.wait(EncodedOutcome, 8)
    made.ask(Asked(Query(n=9, words="red"), []))
    post.wait(Answer, 1)


def test_cores_are_a_matter_of_the_thread() -> None:
    """What one lane sets does not change another's."""
    found: list[int] = []

    def lane(count: int, mine: threading.Event, other: threading.Event) -> None:
        use_cores(count)
        torch.ones(4).sum()
        mine.set()
        other.wait(PATIENCE_S)
        found.append(torch.get_num_threads())

    first, second = threading.Event(), threading.Event()
    threads = [
        threading.Thread(target=lane, args=(1, first, second)),
        threading.Thread(target=lane, args=(2, second, first)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [1, 2]
