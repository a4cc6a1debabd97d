"""Settings of glibc's allocator that keep a long-running process small."""

import ctypes
import sys

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
