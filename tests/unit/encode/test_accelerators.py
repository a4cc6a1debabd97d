"""Another device takes over from the processor: only if it is there, and only if it agrees."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from muserd.encode import compiled, devices, efficientnet, export
from muserd.encode.catalogue import EFFICIENTNET
from muserd.encode.choice import open_image_encoder
from muserd.encode.images import ImageEncoder
from muserd.encode.probe import pictures
from muserd.encode.wanted import Wanted
from muserd.workers.encode.child.upgrade import MANY, Upgrade

PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With the built-in image model, converted."""
    folder = tmp_path_factory.mktemp("converted")
    export.export(efficientnet.parts(), folder)
    return folder


@pytest.fixture
def drm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that shows an Intel GPU, and no other."""
    folder = tmp_path / "drm" / "renderD128" / "device"
    folder.mkdir(parents=True)
    (folder / "vendor").write_text("0x8086\n")
    monkeypatch.setattr(devices, "_DRM", tmp_path / "drm")
    monkeypatch.setattr(devices, "_SIGNS", ())
    monkeypatch.setattr("sys.platform", "linux")
    return folder


class Core:
    """OpenVINO with a GPU, which is the processor in its best precision."""

    def __init__(self, *names: str) -> None:
        self.available_devices = list(names)
        self.asked: list[dict[str, Any]] = []
        self._core = compiled.core()

    def compile_model(self, path: str, device: str, settings: dict[str, Any]) -> Any:
        if device == "GPU":
            self.asked.append(settings)
            settings = {"INFERENCE_PRECISION_HINT": "f32"}
        return self._core.compile_model(path, "CPU", settings)


def opened(cache: Path) -> tuple[ImageEncoder, Upgrade]:
    encoder = open_image_encoder("builtin", EFFICIENTNET.id, "auto", cache)
    assert "OpenVINO" in encoder.network.device
    wanted = Wanted("image", "builtin", EFFICIENTNET.id, "auto", cache)
    return encoder, Upgrade(encoder, "pictures", wanted, [])


def after(upgrade: Upgrade, encoded: int) -> bool:
    """Whether another device took over after so many files."""
    changed = threading.Event()
    upgrade.consider(encoded, changed.set)
    for thread in threading.enumerate():
        if thread.name == "upgrade":
            thread.join(PATIENCE_S)
    return changed.is_set()


def test_an_intel_gpu_takes_over_for_many_files(
    cache: Path, drm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the same id, and larger batches; what its driver compiled is kept beside the model."""
    core = Core("CPU", "GPU.0")
    monkeypatch.setattr(compiled, "core", lambda: core)
    encoder, upgrade = opened(cache)
    seen = pictures(encoder.recipe.size_px)[:2]
    before, identity = encoder.forward(seen).vectors, encoder.info.id
    assert not after(upgrade, MANY - 1)
    assert after(upgrade, MANY)
    assert (encoder.info.id, encoder.info.device) == (identity, "gpu fp16, OpenVINO")
    assert encoder.batch_size == 32
    np.testing.assert_allclose(encoder.forward(seen).vectors, before, atol=2e-2)
    (settings,) = core.asked
    assert settings["INFERENCE_PRECISION_HINT"] == "f16"
    assert Path(settings["CACHE_DIR"]).parent.name.startswith("efficientnet")
    assert not after(upgrade, 10 * MANY)  # once is enough


def test_a_gpu_that_does_not_agree_is_not_used(
    cache: Path, drm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its vectors would not be near to those of the same pictures by the processor."""
    core = Core("CPU", "GPU")
    monkeypatch.setattr(compiled, "core", lambda: core)
    encoder, upgrade = opened(cache)
    monkeypatch.setattr(encoder, "agreement", lambda network: 0.9989)
    assert not after(upgrade, MANY)
    assert encoder.info.device.startswith("cpu")
    assert len(core.asked) == 1


@pytest.mark.parametrize("names", [("CPU",), ("CPU", "NPU")])
def test_without_a_driver_the_processor_goes_on(
    names: tuple[str, ...], cache: Path, drm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The card is there, but OpenVINO cannot use it."""
    core = Core(*names)
    monkeypatch.setattr(compiled, "core", lambda: core)
    encoder, upgrade = opened(cache)
    assert not after(upgrade, MANY)
    assert encoder.info.device.startswith("cpu")


def test_signs_of_an_intel_gpu(drm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where the device is `auto`, and torch has no accelerator of its own."""
    assert devices.wants_intel_gpu("auto")
    assert not any(map(devices.wants_intel_gpu, ("cpu", "cuda", "mps")))
    (drm / "vendor").write_text("0x1002\n")
    assert not devices.wants_intel_gpu("auto")
    (drm / "vendor").write_text("0x8086\n")
    monkeypatch.setattr(devices, "_SIGNS", ("/dev/null",))
    assert not devices.wants_intel_gpu("auto")
