"""Which device computes, and in which precision.

Lower precision is about twice as fast where the hardware has it, but it may never change what is
near to what: it is taken only when the vectors of a fixed probe agree with those of float32.
"""

import copy
import json
import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn

from muserd.encode.compiled import processor
from muserd.encode.probe import LEAST_AGREEMENT
from muserd.ground.atomic import write
from muserd.ground.errors import EncoderError
from muserd.ground.logs import fields

log = logging.getLogger(__name__)

Network = TypeVar("Network", bound=nn.Module)

_SHORT = {torch.float32: "", torch.bfloat16: " bf16", torch.float16: " fp16"}
_BF16_FLAGS = re.compile(r"^flags\s*:.*\b(?:avx512_bf16|amx_bf16)\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Engine:
    """Where and how a network computes."""

    device: torch.device
    dtype: torch.dtype = torch.float32

    @property
    def label(self) -> str:
        """For people: `cpu`, `cpu bf16`, `cuda fp16`, `mps`."""
        return self.device.type + _SHORT[self.dtype]


def choose_device(wanted: str) -> torch.device:
    """The device for `auto`, `cpu`, `cuda` or `mps`.

    Raises:
        EncoderError: a device was named that this machine, or this torch, does not have.
    """
    available = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": _has_mps()}
    if wanted == "auto":
        return torch.device(next(name for name in ("cuda", "mps", "cpu") if available[name]))
    if not available.get(wanted, False):
        raise EncoderError(
            f"the device {wanted!r} is not available here",
            'set encoders.device = "auto", or install a torch that supports it',
        )
    return torch.device(wanted)


def lower_precision(device: torch.device) -> torch.dtype | None:
    """What the device computes faster than float32; None if nothing is known to be."""
    if device.type == "cuda":
        return torch.float16
    if device.type == "cpu" and _cpu_has_bf16():
        return torch.bfloat16
    return None


def settle(
    network: Network, probe: Tensor, device: torch.device, *, key: str, verdicts: Path | None = None
) -> tuple[Network, Engine]:
    """Move a network to `device`, in the lowest precision that keeps its vectors.

    Args:
        network: in float32; it turns `probe` into vectors, one a row.
        probe: a fixed input.
        device: where it will compute.
        key: names the network and its weights.
        verdicts: a file that remembers what was found, so that it is not probed at each start.

    Returns:
        The network to use, and how it computes.
    """
    network = network.to(device)
    dtype = lower_precision(device)
    if dtype is None:
        return network, Engine(device)
    known = f"{key} {dtype} {_hardware(device)} torch-{torch.__version__}"
    agrees = _remembered(verdicts).get(known)
    if agrees:
        return network.to(dtype), Engine(device, dtype)
    if agrees is None:
        reduced = copy.deepcopy(network).to(dtype)
        agreement = agreement_of(network, reduced, probe.to(device))
        log.info("precision checked", extra=fields(dtype=str(dtype), agreement=agreement))
        _remember(verdicts, known, agrees=agreement >= LEAST_AGREEMENT)
        if agreement >= LEAST_AGREEMENT:
            return reduced, Engine(device, dtype)
    return network, Engine(device)


def agreement_of(network: nn.Module, reduced: nn.Module, probe: Tensor) -> float:
    """The least cosine between the vectors of two versions of a network; NaN counts as −1."""
    lower = probe.to(next(reduced.parameters()).dtype) if probe.is_floating_point() else probe
    with torch.inference_mode():
        cosines = nn.functional.cosine_similarity(network(probe).float(), reduced(lower).float())
    return float(cosines.nan_to_num(-1.0).min())


def _hardware(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else processor()


def _remembered(verdicts: Path | None) -> dict[str, bool]:
    try:
        return dict(json.loads(verdicts.read_bytes())) if verdicts is not None else {}
    except (OSError, ValueError, TypeError):
        return {}


def _remember(verdicts: Path | None, known: str, *, agrees: bool) -> None:
    """Two workers may write at once: then one of them probes again another time."""
    if verdicts is None:
        return
    try:
        verdicts.parent.mkdir(parents=True, exist_ok=True)
        said = json.dumps({**_remembered(verdicts), known: agrees}, indent=1)
        write(verdicts, said.encode(), durable=False)
    except OSError as error:
        log.warning("the precision is probed again at the next start: %s", error)


def _has_mps() -> bool:
    return bool(torch.backends.mps.is_available())


def _cpu_has_bf16() -> bool:
    try:
        return _BF16_FLAGS.search(Path("/proc/cpuinfo").read_text("ascii", "replace")) is not None
    except OSError:
        return False
