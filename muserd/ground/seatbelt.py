"""The sandbox of macOS for a process that reads foreign bytes: no network, no program, no writing.

`sandbox_init` is marked deprecated and works; browsers shut their processes in by it. What it takes
cannot be had back. Reading is left as it is: frameworks read all over the system and the person's
Library, and what a decoder needs of a person's files muserd hands to it.

Sources: sandbox_init(3), sandbox(7) of macOS; the profile language is that of sandbox-exec(1).
"""

import contextlib
import ctypes
import os
import platform
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_LIBRARY = "/usr/lib/libsandbox.1.dylib"  # in the system's cache of libraries; no file of that name
_USERS_CACHE = 65_538  # _CS_DARWIN_USER_CACHE_DIR of confstr(3): compiled kernels of Metal
_WHERE_ANYBODY_WRITES = ("/dev/null", "/dev/zero", "/dev/dtracehelper", "/dev/tty")


def profile(writable: Iterable[str | Path]) -> str:
    """What is forbidden, in the sandbox's own language: later rules win.

    Args:
        writable: folders in which everything may be written. Links in their paths are followed
            here, since the kernel compares what a path leads to.
    """
    folders = [f"(subpath {_quoted(Path(path).resolve())})" for path in writable]
    devices = [f"(literal {_quoted(path)})" for path in _WHERE_ANYBODY_WRITES]
    return "\n".join(
        (
            "(version 1)",
            "(allow default)",
            "(deny network*)",
            "(deny process-exec*)",
            "(deny process-fork)",
            "(deny signal (target others))",
            "(deny file-write*)",
            f"(allow file-write* {' '.join((*devices, *folders))})",
        )
    )


def available() -> bool:
    """Whether this system has it."""
    return _library() is not None


def confine(writable: Iterable[str | Path]) -> bool:
    """Shut this process in, for good. False when nothing was done, since there is no sandbox.

    Raises:
        OSError: the system has it and refused.
    """
    library = _library()
    if library is None:
        return False
    error = ctypes.c_char_p()
    text = profile((*writable, *_caches_of_frameworks()))
    if library.sandbox_init(text.encode(), ctypes.c_uint64(0), ctypes.byref(error)):
        said = (error.value or b"").decode("utf-8", "replace")
        raise OSError(f"sandbox_init: {said or 'refused'}")
    return True


def _caches_of_frameworks() -> list[str]:
    with contextlib.suppress(OSError, ValueError):
        if folder := os.confstr(_USERS_CACHE):
            return [folder]
    return []


def _quoted(path: str | Path) -> str:
    """A path as the language writes strings."""
    text = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


@cache
def _library() -> ctypes.CDLL | None:
    if platform.system() != "Darwin":
        return None
    try:
        library = ctypes.CDLL(_LIBRARY)
        library.sandbox_init.restype = ctypes.c_int
    except (OSError, AttributeError):
        return None
    return library
