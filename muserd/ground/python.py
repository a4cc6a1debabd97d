"""How Muser starts Python: one place for the command line, the folder and the environment.

`-P` keeps the working directory off the module path, and children run in `/`: a folder that holds a
`json.py` or a `muserd/` runs none of it. Variables are handed on by an allow-list, so that what
else stands in a shell (keys of clouds, LD_PRELOAD, a PYTHONPATH) does not reach processes that read
foreign files.
"""

import os
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

FOLDER = "/"  # where children run

_PACKAGE_PARENT = str(Path(__file__).resolve().parents[2])
_HANDED_ON = frozenset(
    (
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "TZ", "LANG", "LANGUAGE", "TMPDIR"),
        *("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"),
        *("MUSER_CONFIG", "MUSER_STATE_DIR", "MUSER_CACHE_DIR", "MUSER_RUNTIME_DIR"),
        "MUSER_FAILPOINT",  # of the tests that kill at named points
        # where weights come from, and by which way
        *("HF_HOME", "HF_HUB_CACHE", "HF_HUB_OFFLINE", "HF_ENDPOINT", "TORCH_HOME"),
        *("SENTENCE_TRANSFORMERS_HOME", "TRANSFORMERS_OFFLINE"),
        *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
        # which libraries and accelerators there are; without them some installations find none
        *("LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "CONDA_PREFIX", "VIRTUAL_ENV"),
        *("CUDA_HOME", "CUDA_PATH", "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES"),
        *("ROCR_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "HSA_OVERRIDE_GFX_VERSION"),
        *("PYTHONHASHSEED", "PYTHONFAULTHANDLER", "PYTHONWARNINGS"),
    )
)
_PREFIXES = ("LC_", "OMP_", "KMP_", "MKL_", "PYTORCH_", "OV_", "COVERAGE_")


def command(module: str, *arguments: str) -> list[str]:
    """The command line that runs a module of Muser's with this interpreter."""
    return [sys.executable, "-P", "-m", module, *arguments]


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables of a child: those that are handed on, where this package is, and `more`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _HANDED_ON or name.startswith(_PREFIXES)
    }
    if _PACKAGE_PARENT not in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        kept["PYTHONPATH"] = _PACKAGE_PARENT  # a checkout: `-P` keeps the working directory out
    return {**kept, **(more or {})}


def script(name: str) -> Path:
    """Where a command of this installation lies, whether it is there or not."""
    return Path(sys.executable).parent / name


def executable() -> str:
    """The interpreter, to be shown."""
    return sys.executable
