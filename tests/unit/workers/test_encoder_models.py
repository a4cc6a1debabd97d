"""The encode worker with its real child and its real, built-in models."""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from muserd.encode import efficientnet, minilm
from muserd.encode.catalogue import EFFICIENTNET, MINILM
from muserd.encode.operators import declare_missing_operators
from muserd.extract.limits import Limits
from muserd.ground.clock import SystemClock
from muserd.ground.errors import WorkerError
from muserd.ground.imagenet import CLASSES
from muserd.ground.records import Space
from muserd.workers.encode.host import EncodeSettings, EncodeWorker
from muserd.workers.encode.outcomes import Encoded, FileTask, Outcome

PATIENCE_S = 90


class Desk:
    """A real worker; `run` sends files through it."""

    def __init__(self, space: Space, cache: Path, spec: str = "auto", keep: str = "") -> None:
        self.outcomes: list[Outcome] = []
        self._changed = threading.Condition()
        self.worker = EncodeWorker(
            EncodeSettings(
                space=space,
                spec=spec,
                keep=keep,
                device="cpu",
                cache=cache,
                memory_bytes=4 << 30,
                threads=1,
                nice=0,
                idle_s=300.0,
                file_deadline_s=60.0,
                limits=Limits(),
            ),
            known=lambda _: [],
            on_outcome=self._outcome,
            on_interrupted=lambda _: None,
            on_state=lambda _: None,
            clock=SystemClock(),
        )

    def run(self, tasks: list[FileTask]) -> dict[str, Encoded]:
        self.worker.submit(tasks)
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.outcomes) == len(tasks), PATIENCE_S)
        found = {}
        for one in self.outcomes:
            assert isinstance(one, Encoded), one
            found[one.name] = one
        return found

    def _outcome(self, _: Space, outcome: Outcome) -> None:
        with self._changed:
            self.outcomes.append(outcome)
            self._changed.notify()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Desk]]:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")
    torch.set_num_threads(1)
    desks: list[Desk] = []

    def make(space: Space, *encoder: str) -> Desk:
        desks.append(Desk(space, tmp_path / "cache", *encoder))
        return desks[-1]

    yield make
    for one in desks:
        one.worker.stop(10)


def test_pictures_go_through_the_built_in_encoder(
    desk: Callable[..., Desk], tmp_path: Path
) -> None:
    """`auto` without a hub: vectors as the encoder gives them, classes, thumbnails, search."""
    for n in range(20):
        picture = Image.new("RGB", (320, 200 + n), (200, 10 * n, 30))
        ImageDraw.Draw(picture).ellipse((40, 40, 160, 160), fill=(10 * n, 200, 90))
        picture.save(tmp_path / f"{n}.jpg", quality=95)
    here = desk("image")
    paths = [os.fsencode(tmp_path / f"{n}.jpg") for n in range(20)]
    found = here.run([FileTask(path, "image") for path in paths])
    encoder = efficientnet.open_builtin(torch.device("cpu"))
    for n in (0, 7, 19):
        one = found[f"{n}.jpg"]
        assert (one.facts.width, one.facts.height) == (320, 200 + n)
        assert set(one.thumbs) == {64, 128, 256}
        assert len(one.facts.concepts) == 10
        with Image.open(tmp_path / f"{n}.jpg") as picture:
            assert encoder.encode([picture]).vectors[0] @ one.vector > 0.99
    state = here.worker.state
    assert state.encoder is not None
    assert state.encoder.id == EFFICIENTNET.id
    assert "CLIP was not taken" in state.encoder.note
    assert here.worker.rss_bytes > 0
    answer = here.worker.query("a red apple", PATIENCE_S)
    assert answer.vector is None
    assert answer.concepts is not None
    assert answer.concepts.shape == (CLASSES,)


def test_notes_go_through_the_built_in_encoder(desk: Callable[..., Desk], tmp_path: Path) -> None:
    """The vector of title and text; a query finds what it means."""
    notes = {
        "bread.md": "# Bread\n\nKnead the dough, let it rise, bake it.",
        "sea.md": "# The sea\n\nSailing boats leave the harbour at high tide.",
        "tax.txt": "Costs and income of the quarter, for the tax office.",
    }
    for name, text in notes.items():
        (tmp_path / name).write_text(text)
    here = desk("text")
    found = here.run([FileTask(os.fsencode(tmp_path / name), "note") for name in notes])
    bread = found["bread.md"]
    assert bread.facts.title == "Bread"
    assert "Knead the dough" in bread.text
    direct = minilm.open_builtin(torch.device("cpu"))
    expected = direct.encode([bread.text])[0]
    assert expected @ bread.vector > 0.999
    answer = here.worker.query("baking", PATIENCE_S)
    assert answer.concepts is None
    assert answer.vector is not None
    scores = {name: float(one.vector @ answer.vector) for name, one in found.items()}
    assert max(scores, key=lambda name: scores[name]) == "bread.md"
    tax = found["tax.txt"]
    assert direct.encode([f"tax\n\n{tax.text}"])[0] @ tax.vector > 0.999
    state = here.worker.state
    assert state.encoder is not None
    assert state.encoder.id == MINILM.id
    assert np.isfinite(here.worker.rate_per_s)


@pytest.mark.slow
def test_pictures_go_through_clip(desk: Callable[..., Desk], tmp_path: Path) -> None:
    """A ViT-B-32 of the true configuration from a file: 512-d vectors, words in their space."""
    declare_missing_operators()
    import open_clip
    from safetensors.torch import save_file

    torch.manual_seed(5)
    weights = tmp_path / "random.safetensors"
    state = open_clip.create_model("ViT-B-32").state_dict()
    save_file({name: tensor.contiguous() for name, tensor in state.items()}, weights)
    tasks = []
    for n, colour in enumerate(("red", "green", "blue")):
        Image.new("RGB", (300, 200), colour).save(tmp_path / f"{n}.png")
        tasks.append(FileTask(os.fsencode(tmp_path / f"{n}.png"), "image"))
    spec = f"clip:ViT-B-32/{weights}"
    here = desk("image", spec)
    found = here.run(tasks)
    assert {one.vector.shape for one in found.values()} == {(512,)}
    assert {one.facts.concepts for one in found.values()} == {()}
    answer = here.worker.query("a red field", PATIENCE_S)
    assert answer.concepts is None
    assert answer.vector is not None
    assert answer.vector.shape == (512,)
    here.worker.stop(10)

    # a map of another encoder is left alone
    other = desk("image", spec, EFFICIENTNET.id)
    other.worker.submit(tasks)
    with pytest.raises(WorkerError, match="the store's vectors come from"):
        other.worker.query("words", PATIENCE_S)
    assert other.worker.state.stage == "failed"
    assert "encoders.image" in other.worker.state.message
    assert other.outcomes == []
