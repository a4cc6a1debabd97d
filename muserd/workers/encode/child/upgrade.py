"""A better runtime for an encoder that is already at work, prepared beside it.

On a processor torch gives way to the compiled network, as soon as a process of its own has
converted it. On a machine with an accelerator the compiled network gives way to torch, once there
are so many files that importing torch is worth it. Either way the vectors agree, or nothing
changes.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from muserd.encode import compiled_encoders, convert, devices
from muserd.encode.compiled import runtime
from muserd.encode.images import ImageEncoder
from muserd.encode.model_cache import Part
from muserd.encode.network import Network
from muserd.encode.probe import LEAST_AGREEMENT
from muserd.encode.texts import TextEncoder
from muserd.encode.wanted import Wanted
from muserd.ground.errors import EncoderError
from muserd.workers.encode import delegation

log = logging.getLogger(__name__)

MANY = 32  # files: an accelerator needs about as long to get ready as a processor for these


class Upgrade:
    """Begins a thread when it is time; asked again and again, by any thread.

    Args:
        encoder: at work.
        part: its network.
        wanted: how it is opened again.
        others: further encoders whose models should be converted, too.
    """

    def __init__(
        self,
        encoder: ImageEncoder | TextEncoder,
        part: Part,
        wanted: Wanted,
        others: Sequence[Wanted],
    ) -> None:
        self._encoder = encoder
        self._part = part
        self._wanted = wanted
        self._others = others
        self._lock = threading.Lock()
        self._converts = wanted.runtime == "auto" and bool(runtime())
        auto, device = wanted.runtime == "auto", wanted.device
        self._accelerates = auto and devices.wants_accelerator(device)
        self._intel = wanted.runtime != "torch" and devices.wants_intel_gpu(device)

    def consider(self, encoded: int, changed: Callable[[], None]) -> None:
        """Begin what is due, after so many files; `changed` tells that the encoder is another."""
        work: list[Callable[[], bool]] = []
        with self._lock:
            if self._converts:
                self._converts = False
                work.append(self._convert)
            if self._accelerates and encoded >= MANY:
                self._accelerates = False
                work.append(partial(self._accelerate, self._on_torch))
            if self._intel and encoded >= MANY:
                self._intel = False
                work.append(partial(self._accelerate, self._on_intel_gpu))
        for one in work:
            threading.Thread(
                target=self._guarded, args=(one, changed), name="upgrade", daemon=True
            ).start()

    def _guarded(self, work: Callable[[], bool], changed: Callable[[], None]) -> None:
        try:
            if work():
                changed()
        except (EncoderError, OSError, RuntimeError, ImportError) as error:
            log.warning("%s stays on %s: %s", self._encoder.info.id, self._device, error)

    def _convert(self) -> bool:
        """Whether the compiled network took over."""
        mine = self._converted(self._wanted)
        for other in self._others:
            self._converted(other)
        on_processor = self._device.startswith("cpu") and self._device.endswith("torch")
        if not mine or not on_processor:
            return False
        model = self._wanted.model()
        if model is None or self._part not in model.said.networks:
            return False
        network = compiled_encoders.network(model, self._part, self._wanted.cores)
        self._encoder.use(network, partial(self._wanted.on_torch, self._part, exact=True))
        log.info("%s is compiled from now on", self._encoder.info.id)
        return True

    def _on_torch(self) -> Network | None:
        """The network on torch, if that is not at work already."""
        from muserd.encode.torch_network import TorchNetwork

        if isinstance(self._encoder.network, TorchNetwork):
            return None
        return self._wanted.on_torch(self._part, self._wanted.device)

    def _on_intel_gpu(self) -> Network | None:
        """The compiled network on the GPU, if there is a compiled one."""
        model = self._wanted.model()
        if model is None or self._part not in model.said.networks:
            return None
        return compiled_encoders.network_on_gpu(model, self._part)

    def _accelerate(self, opened: Callable[[], Network | None]) -> bool:
        """Whether another device than the processor took over."""
        before, network = self._encoder.network, opened()
        if network is None or network.device.startswith("cpu"):
            return False
        agreement = self._encoder.agreement(network)
        if agreement < LEAST_AGREEMENT:
            log.warning(
                "%s stays on %s: vectors of %s agree with it by %.4f only",
                self._encoder.info.id,
                self._device,
                network.device,
                agreement,
            )
            return False
        self._encoder.use(network, lambda: before)
        return True

    @property
    def _device(self) -> str:
        return self._encoder.info.device

    def _converted(self, wanted: Wanted) -> bool:
        """Have a model converted, if there is none; whether there was none, and now is one."""
        if wanted.model() is not None or devices.must_be_torchs(wanted.device):
            return False
        before = convert.tries(wanted.keep, wanted.cache)
        if time.time() < before.over_at_s():
            log.warning("%s runs on torch: %s", wanted.keep, before.why)
            return False
        said = _run(wanted)
        if error := said.get("error"):
            log.warning("%s runs on torch: %s", wanted.keep, error)
            return False
        return True


def _in_a_process(wanted: Wanted) -> dict[str, Any]:
    """Convert, and what the process said: it leaves when this one does."""
    return delegation.convert(wanted.space, wanted.spec, wanted.keep, wanted.cache)


_run: Callable[[Wanted], dict[str, Any]] = _in_a_process


def run_conversions_by(run: Callable[[Wanted], dict[str, Any]]) -> None:
    """Have models converted by `run` from now on. Called once, before there are threads."""
    global _run  # noqa: PLW0603 - a process has one way to convert
    _run = run
