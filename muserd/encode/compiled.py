"""Networks compiled by OpenVINO for the processor: they start in a tenth of torch's time.

Source of the settings: https://docs.openvino.ai (CPU device). One stream a core, since batches
that are computed side by side wait for nobody; a batch split over cores takes a third more work.
"""

import functools
import platform
import sys
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from muserd.ground.errors import EncoderError

MOST_STREAMS = 8  # each holds the intermediate results of a batch
GPU_STREAMS = 2  # one batch is copied while the other is computed

Precision = Literal["f32", "bf16"]

_PRECISIONS = {"f32": "", "bf16": " bf16"}


class CompiledError(EncoderError):
    """A compiled network cannot be used: torch does its work."""


@functools.cache
def library() -> Any:
    """OpenVINO, imported when it is needed; it reports nothing to anybody.

    Raises:
        CompiledError: it is not installed, or does not run here.
    """
    # Importing it sends an event to its makers where this package can be imported.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    try:
        import openvino
    except (ImportError, OSError, RuntimeError) as error:
        raise CompiledError(
            f"OpenVINO cannot be imported: {error}", "pip install openvino"
        ) from error
    return openvino


@functools.cache
def core() -> Any:
    """OpenVINO's devices: one a process."""
    return library().Core()


def runtime() -> str:
    """Name and version of what compiles, found without importing it; empty where it is not."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"openvino-{version('openvino')}"
    except PackageNotFoundError:
        return ""


def processor() -> str:
    """What the machine code of a network depends on: the architecture and the vector units."""
    try:
        lines = Path("/proc/cpuinfo").read_text("ascii", "replace").splitlines()
    except OSError:
        return platform.machine()
    flags = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    units = sorted(
        flag
        for flag in flags.partition(":")[2].split()
        if flag.startswith(("avx", "amx", "asimd", "sve", "bf16", "i8mm", "sse4"))
    )
    return f"{platform.machine()} {' '.join(units)}".strip()


def precisions() -> tuple[Precision, ...]:
    """What is worth trying on this processor, fastest first."""
    able = core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return ("bf16", "f32") if "BF16" in able else ("f32",)


@dataclass(frozen=True, slots=True)
class Target:
    """A device, and how a network computes there.

    Attributes:
        device: as OpenVINO names it.
        name: for people.
        lanes: batches side by side.
        settings: of the compilation.
    """

    device: str
    name: str
    lanes: int
    settings: dict[str, Any]


def on_processor(precision: Precision, cores: int = 0) -> Target:
    """The processor; `cores` to compute with, 0 takes all."""
    lanes = min(cores or _cores(), MOST_STREAMS)
    settings = {
        "INFERENCE_PRECISION_HINT": precision,
        "INFERENCE_NUM_THREADS": lanes,
        "NUM_STREAMS": lanes,
        "ENABLE_CPU_PINNING": False,  # other processes are on these cores, too
    }
    return Target("CPU", f"cpu{_PRECISIONS[precision]}, OpenVINO", lanes, settings)


def on_gpu(kernels: Path) -> Target:
    """A GPU, in half precision: whoever takes it compares its vectors first.

    Args:
        kernels: a folder for what the driver compiles, which takes it long.

    Raises:
        CompiledError: there is none that OpenVINO can use.
    """
    if not any(name.startswith("GPU") for name in core().available_devices):
        raise CompiledError("OpenVINO finds no GPU that it can use", "install its driver")
    settings = {
        "INFERENCE_PRECISION_HINT": "f16",
        "NUM_STREAMS": GPU_STREAMS,
        "CACHE_DIR": str(kernels),
    }
    return Target("GPU", "gpu fp16, OpenVINO", GPU_STREAMS, settings)


class CompiledNetwork:
    """A `Network` from an intermediate representation on disk, which is mapped, not read.

    Args:
        path: of its `.xml`; the `.bin` lies beside it.
        target: where it computes.
        batch_size: see `Network`.
        table: of a text network: the vectors of its vocabulary, float16[words, dim]. The network
            gets the rows of the words beside their ids, so that the rest is never touched.

    Raises:
        CompiledError: it cannot be read or compiled.
    """

    def __init__(
        self,
        path: Path,
        target: Target,
        batch_size: int,
        table: NDArray[np.float16] | None = None,
    ) -> None:
        self.device, self.batch_size, self.lanes = target.name, batch_size, target.lanes
        self._table = table
        try:
            model = core().compile_model(str(path), target.device, target.settings)
            self._free: SimpleQueue[Any] = SimpleQueue()
            for _ in range(self.lanes):
                self._free.put(model.create_infer_request())
        except RuntimeError as error:
            raise CompiledError(f"{path.name} cannot be compiled: {_first_line(error)}") from error

    def run(self, inputs: NDArray[np.generic]) -> list[NDArray[np.float32]]:
        """See `Network`."""
        arrays = [inputs]
        if self._table is not None:
            arrays.append(self._table[inputs].astype(np.float32))
        request = self._free.get()
        try:
            for n, array in enumerate(arrays):
                tensor = library().Tensor(np.ascontiguousarray(array), shared_memory=True)
                request.set_input_tensor(n, tensor)
            request.infer()
            outputs = request.model_outputs
            return [np.array(request.get_output_tensor(n).data) for n in range(len(outputs))]
        finally:
            self._free.put(request)

    def use_cores(self, count: int) -> None:
        """See `Network`: a call runs on one core."""


def _cores() -> int:
    import os

    return os.cpu_count() or 1


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
