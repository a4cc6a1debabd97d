"""Settings of glibc's allocator that keep a long-running process small."""

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator
from pathlib import Path

# parameters of mallopt(3)
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8

_LARGE_BYTES = 256 * 1024
_ARENAS = 2


def stay_small() -> None:
    """Have what is large go back to the kernel when it is freed, and few heaps for all threads.

    Else the limit for "large" rises with whatever large thing was freed, up to 32 MB, and the
    heap keeps twice as much; and each thread may get a heap of its own, with holes of its own.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):  # glibc; musl has neither the trouble nor the cure
        libc.mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)
        libc.mallopt(_TRIM_THRESHOLD, 2 * _LARGE_BYTES)
        libc.mallopt(_ARENA_MAX, _ARENAS)


def trim() -> None:
    """Give what is free inside the heaps back to the kernel; some milliseconds. glibc only."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)


def machine_bytes() -> int:
    """The memory that this process may hope for: the machine's, or its cgroup's if that is less."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([total, *_cgroup_limits()])


def _cgroup_limits() -> Iterator[int]:
    """The limits of this process's cgroup and of those above it (cgroup v2)."""
    try:
        lines = Path("/proc/self/cgroup").read_text("ascii").splitlines()
    except OSError:
        return
    inside = next((line[3:] for line in lines if line.startswith("0::")), "/")
    folder = Path("/sys/fs/cgroup") / inside.lstrip("/")
    for one in (folder, *folder.parents):
        with contextlib.suppress(OSError, ValueError):
            yield int((one / "memory.max").read_text("ascii"))


def mapped_bytes() -> int:
    """Resident bytes of mapped files, libraries included; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[2]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
