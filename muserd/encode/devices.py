"""Which devices a machine seems to have, told without importing torch."""

import contextlib
import platform
import sys
from pathlib import Path

_DRM = Path("/sys/class/drm")
_INTEL = "0x8086"
_SIGNS = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")  # NVIDIA, AMD, Linux in Windows


def accelerator() -> str:
    """`cuda` or `mps` where there are signs of one, else empty. Only torch knows for certain."""
    if sys.platform == "darwin":
        return "mps" if platform.machine() == "arm64" else ""
    if any(Path(sign).exists() for sign in _SIGNS):
        return "cuda"
    return ""


def must_be_torchs(device: str) -> bool:
    """Whether a device was named that only torch can look for: a missing one is an error."""
    return device in {"cuda", "mps"} and device != accelerator()


def wants_accelerator(device: str) -> bool:
    """Whether torch should take over from the compiled network for many files."""
    return device in {"cuda", "mps"} or (device == "auto" and bool(accelerator()))


def wants_intel_gpu(device: str) -> bool:
    """Whether OpenVINO should try the GPU for many files: Intel's, where torch has none."""
    return device == "auto" and not accelerator() and _has_intel_gpu()


def _has_intel_gpu() -> bool:
    for path in _DRM.glob("renderD*/device/vendor"):
        with contextlib.suppress(OSError):
            if path.read_text("ascii", "replace").strip() == _INTEL:
                return True
    return False
