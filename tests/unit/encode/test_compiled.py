"""Compiled models: that they agree, start without torch, and fail into torch."""

import fcntl
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from muserd.encode import convert, efficientnet, export, minilm, model_cache, sources
from muserd.encode.catalogue import EFFICIENTNET, MINILM
from muserd.encode.choice import open_image_encoder, open_text_encoder
from muserd.encode.images import ImageEncoder, Recipe
from muserd.encode.probe import LEAST_AGREEMENT
from muserd.encode.texts import TextEncoder
from muserd.encode.torch_network import Parts
from muserd.ground.errors import EncoderError
from muserd.ground.records import EncoderInfo

NOTES = ["A red apple.", "Costs and income of the quarter. " * 80, "x", "", "東京 tower at night"]
PATIENCE_S = 60


@pytest.fixture(scope="session")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with both built-in models; do not write into it."""
    cache = tmp_path_factory.mktemp("converted")
    for parts in (efficientnet.parts(), minilm.parts()):
        export.export(parts, cache)
    return cache


@pytest.fixture
def cache(converted: Path, tmp_path: Path) -> Path:
    """A copy of that cache."""
    return Path(shutil.copytree(converted, tmp_path / "cache"))


def of_images(cache: Path) -> Path:
    return model_cache.folder_of(EFFICIENTNET.id, cache)


def convert_in_process(cache: Path, prepare: Callable[[], None] | None = None) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "muserd.encode.convert", "image", "builtin", EFFICIENTNET.id, cache],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=prepare,  # noqa: PLW1509 - it sets a limit and no more
    )


def said_by(child: subprocess.Popen) -> dict[str, object]:
    """What a conversion says in the end; `communicate` would close its stdin, and end it."""
    assert child.stdout is not None
    lines = child.stdout.read().splitlines()
    child.wait(PATIENCE_S)
    child.communicate()
    return json.loads(lines[-1]) if lines else {}


def test_compiled_vectors_agree_with_torchs(
    converted: Path, images: ImageEncoder, texts: TextEncoder, pictures: list[Image.Image]
) -> None:
    """On pictures and notes that no probe held; and the classes are the same."""
    by_us = open_image_encoder("builtin", EFFICIENTNET.id, "cpu", converted)
    found, expected = by_us.encode(pictures), images.encode(pictures)
    assert (found.vectors * expected.vectors).sum(1).min() >= LEAST_AGREEMENT
    assert found.concepts is not None
    assert expected.concepts is not None
    assert [one[0][0] for one in found.concepts] == [one[0][0] for one in expected.concepts]
    notes = open_text_encoder("builtin", MINILM.id, "cpu", converted)
    assert (notes.encode(NOTES) * texts.encode(NOTES)).sum(1).min() >= LEAST_AGREEMENT
    assert by_us.info.device == "cpu, OpenVINO"
    assert notes.info.device.endswith("OpenVINO")
    assert (by_us.info.id, notes.info.id) == (EFFICIENTNET.id, MINILM.id)


def test_the_warm_path_imports_no_torch(cache: Path) -> None:
    """Encoding a picture and a note, and both searches: no torch, and nobody is told of it."""
    program = """
import json, sys
from pathlib import Path
from muserd.encode.conse import ClassNames
from muserd.encode.choice import open_image_encoder, open_text_encoder
from muserd.workers.encode.child import main
cache = Path(sys.argv[1])
texts = open_text_encoder("auto", sys.argv[3], "cpu", cache)
ClassNames(texts, cache / "names").weights("dog")
found = {"searching": sorted(sys.modules)}
images = open_image_encoder("auto", sys.argv[2], "cpu", cache)
from PIL import Image
images.encode([Image.new("RGB", (300, 200), "red")])
texts.encode(["a note"])
found["encoding"] = sorted(sys.modules)
print(json.dumps(found))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, cache, EFFICIENTNET.id, MINILM.id],
        capture_output=True, text=True, check=True, timeout=PATIENCE_S,
    )  # fmt: skip
    found = json.loads(done.stdout)
    tops = {name: {one.partition(".")[0] for one in modules} for name, modules in found.items()}
    heavy = {"torch", "torchvision", "open_clip", "transformers", "timm", "sentence_transformers"}
    assert tops["encoding"] & heavy == set()
    assert "openvino" in tops["encoding"]
    assert not any(name.startswith("openvino_telemetry.") for name in found["encoding"])
    assert "PIL" not in tops["searching"]


@pytest.mark.parametrize("what", ["flip", "cut", "empty", "gone"])
@pytest.mark.parametrize("name", ["pictures.bin", "pictures.xml"])
def test_a_damaged_model_is_not_used(
    cache: Path, what: str, name: str, pictures: list[Image.Image], images: ImageEncoder
) -> None:
    """Torch does its work, and the folder is gone, so that it is made again."""
    path = of_images(cache) / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    damaged = {"flip": bytes(data), "cut": bytes(data[: len(data) // 2]), "empty": b""}
    path.unlink() if what == "gone" else path.write_bytes(damaged[what])
    encoder = open_image_encoder("builtin", "", "cpu", cache)
    found = encoder.encode(pictures[:2]).vectors
    assert encoder.info.device.endswith("torch")
    assert (found * images.encode(pictures[:2]).vectors).sum(1).min() >= LEAST_AGREEMENT
    assert not of_images(cache).exists()


@pytest.mark.parametrize("name", ["words.json", "words.npy", "words.bin"])
def test_a_damaged_text_model_is_not_used(cache: Path, name: str) -> None:
    """The same for every file of a text model."""
    folder = model_cache.folder_of(MINILM.id, cache)
    (folder / name).write_bytes((folder / name).read_bytes()[:1000])
    encoder = open_text_encoder("builtin", "", "cpu", cache)
    assert encoder.info.device.endswith("torch")
    assert np.isfinite(encoder.encode(["a note"])).all()
    assert not folder.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"form": model_cache.FORM + 1},
        {"processor": "another"},
        {"encoder": {"id": "efficientnet-lite0@0+1", "label": "", "dim": 1280}},
        {"networks": 3},
    ],
)
def test_a_model_of_another_version_or_processor_is_not_used(
    cache: Path, changed: dict[str, object]
) -> None:
    """It is as if there were none."""
    path = of_images(cache) / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))
    assert model_cache.find(EFFICIENTNET.id, cache) is None
    path.write_text("{")
    assert model_cache.find(EFFICIENTNET.id, cache) is None


def test_a_runtime_may_be_insisted_on(cache: Path, tmp_path: Path) -> None:
    """`torch` is never compiled, `openvino` converts first."""
    assert open_image_encoder("builtin", "", "cpu", cache, runtime="torch").info.device.endswith(
        "torch"
    )
    empty = tmp_path / "empty"
    encoder = open_image_encoder("builtin", "", "cpu", empty, runtime="openvino")
    assert encoder.info.device == "cpu, OpenVINO"


class Lost(nn.Module):
    """Its vectors hang on differences of weights that float16 does not tell apart."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(1.0 + 2.0**-16 * torch.tensor([[1.0, -1, 1], [-1, 1, 1]]))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        means = x.mean((2, 3)) + 2.0
        plain = means.sum(1, keepdim=True)
        return torch.cat([means @ self.weight.t() - plain, plain * 1e-7, plain * 1e-7], 1)


class Untraceable(nn.Module):
    """It cannot be followed through."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if torch.jit.is_tracing():
            raise RuntimeError("data-dependent control flow")
        flat = x.mean((2, 3))
        return torch.cat([flat, flat[:, :1]], 1)


@pytest.mark.parametrize(
    ("network", "why"), [(Untraceable(), "does not convert"), (Lost(), "do not agree")]
)
def test_a_model_that_does_not_convert_stays_on_torch(
    tmp_path: Path, network: nn.Module, why: str
) -> None:
    """The reason is kept with the verdict and stands in the note; nobody tries again."""
    info = EncoderInfo("toy@1+1", "Toy", 4)
    recipe = Recipe(32, 32, (127.0,) * 3, (128.0,) * 3)
    parts = Parts(info, {"cpu": 4, "compiled": 2}, pictures=network, recipe=recipe)
    export.export(parts, tmp_path)
    model = model_cache.find(info.id, tmp_path)
    assert model is not None
    assert model.said.networks == {}
    assert why in model.said.refused["pictures"]
    assert not list(model.folder.glob("pictures.*"))
    from muserd.encode.compiled_encoders import noted

    assert "run on torch, since" in noted("", model.said.refused)


def test_no_room_for_the_cache(tmp_path: Path) -> None:
    """A conversion that cannot write says so, leaves nothing behind, and waits before the next."""

    def little_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

    child = convert_in_process(tmp_path, little_room)
    said = said_by(child)
    model = model_cache.find(EFFICIENTNET.id, tmp_path)
    assert "error" in said or (model is not None and model.said.networks == {})
    assert not list(model_cache.models(tmp_path).glob(".new-*"))
    encoder = open_image_encoder("builtin", "", "cpu", tmp_path)
    assert encoder.network.device.endswith("torch")


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A file where the cache should be: torch, and one line that says why."""
    (tmp_path / "cache").write_text("in the way")
    child = convert_in_process(tmp_path / "cache")
    assert "the cache cannot be written" in str(said_by(child)["error"])
    assert open_image_encoder("builtin", "", "cpu", tmp_path / "cache").info.id == EFFICIENTNET.id


def test_a_conversion_that_is_killed_is_tried_later(tmp_path: Path) -> None:
    """Its try is noted before it begins, and what it left is removed after a day."""
    child = convert_in_process(tmp_path)
    deadline = time.monotonic() + PATIENCE_S
    while not convert.tries(EFFICIENTNET.id, tmp_path).count and time.monotonic() < deadline:
        time.sleep(0.01)
    child.kill()
    child.communicate()
    (model_cache.models(tmp_path) / ".new-left").mkdir()
    noted = convert.tries(EFFICIENTNET.id, tmp_path)
    assert noted.count == 1
    assert noted.over_at_s() == noted.began_s + 3_600
    assert "killed" in noted.why
    assert msgspec.structs.replace(noted, count=40).over_at_s() == noted.began_s + 7 * 86_400
    model_cache.prune(tmp_path, time.time() + 2 * 86_400)
    assert not list(model_cache.models(tmp_path).glob(".new-*"))


def test_two_processes_do_not_convert_the_same(tmp_path: Path) -> None:
    """The second leaves at once; the lock goes with the first."""
    models = model_cache.models(tmp_path)
    models.mkdir()
    lock = models / f".lock-{of_images(tmp_path).name}"
    with open(lock, "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        child = convert_in_process(tmp_path)
        said = said_by(child)
    assert child.returncode == convert.BUSY
    assert "another process" in str(said["error"])
    assert convert.tries(EFFICIENTNET.id, tmp_path).count == 0


def test_a_conversion_leaves_when_nobody_waits_for_it(tmp_path: Path) -> None:
    """The end of its stdin is the end of its parent."""
    child = convert_in_process(tmp_path)
    assert child.stdin is not None
    deadline = time.monotonic() + PATIENCE_S
    while not convert.tries(EFFICIENTNET.id, tmp_path).count and time.monotonic() < deadline:
        time.sleep(0.01)
    child.stdin.close()
    child.wait(PATIENCE_S)
    for stream in (child.stdout, child.stderr):
        assert stream is not None
        stream.close()
    assert not of_images(tmp_path).exists()
    assert convert.tries(EFFICIENTNET.id, tmp_path).count == 0  # it may be tried at once


class Broken:
    """A network that has lost some rows."""

    device, batch_size, lanes = "broken", 4, 1

    def __init__(self, value: float) -> None:
        self.value = value

    def run(self, inputs: np.ndarray) -> list[np.ndarray]:
        outputs = np.ones((len(inputs), 4), np.float32)
        outputs[1::2] = self.value
        return [outputs]

    def use_cores(self, count: int) -> None:
        pass


def test_nan_counts_when_both_runtimes_say_so() -> None:
    """Rows that are not finite are computed by the other runtime; the rest is left alone."""
    recipe = Recipe(8, 8, (0.0,) * 3, (1.0,) * 3)
    squares = np.zeros((4, 8, 8, 3), np.uint8)
    info = EncoderInfo("toy@1", "Toy", 4)
    for second, finite in ((Broken(2.0), 4), (Broken(np.nan), 3), (None, 2)):
        first = Broken(np.nan)
        asked = (lambda one=second: one) if second else None
        encoder = ImageEncoder(info, recipe, lambda one=first: one, second=asked)
        vectors = encoder.forward(squares).vectors
        assert np.isfinite(vectors).all(axis=1).sum() == finite


def test_models_that_nobody_uses_go(cache: Path) -> None:
    """After a month; one that was used lately stays."""
    model_cache.find(MINILM.id, cache)
    old = time.time() - 40 * 86_400
    os.utime(of_images(cache), (old, old))
    model_cache.prune(cache, time.time())
    assert [one.said.encoder.id for one in model_cache.every(cache)] == [MINILM.id]


def test_a_source_holds_while_its_files_do(tmp_path: Path) -> None:
    """What a specification led to is known again, until a file changes or goes."""
    weights = tmp_path / "weights"
    weights.write_bytes(b"one")
    sources.remember("clip:X/y", "clip/X@1+1", (weights,), tmp_path)
    assert sources.recall("clip:X/y", tmp_path) == "clip/X@1+1"
    assert sources.recall("clip:X/z", tmp_path) == ""
    weights.write_bytes(b"two!")
    assert sources.recall("clip:X/y", tmp_path) == ""
    weights.unlink()
    assert sources.recall("clip:X/y", tmp_path) == ""


def test_an_insisted_runtime_that_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`openvino` for a model that does not convert is an error with the remedy."""
    parts = replace(efficientnet.parts(), pictures=Untraceable(), classify=None)
    monkeypatch.setattr(efficientnet, "parts", lambda: parts)
    with pytest.raises(EncoderError, match="does not convert") as caught:
        open_image_encoder("builtin", "", "cpu", tmp_path, runtime="openvino")
    assert "encoders.runtime" in caught.value.hint
