"""Giving back the pages of a memory map that were only looked at.

Every page of LMDB's map that was read counts as resident memory of the process until the kernel
needs it elsewhere, and the kernel maps its neighbours in passing. A daemon that has read all of
its store once would look ten times its size for ever. The map is read-only and shared, so letting
go of pages loses nothing: the next look finds them in the page cache.
"""

import ctypes
import os
import sys
from pathlib import Path

_DONT_NEED = 4  # MADV_DONTNEED of madvise(2)


def release(file: Path) -> None:
    """Let go of every resident page of `file` that this process has mapped. Linux only."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    for address, length in _mappings(os.fsencode(file)):
        libc.madvise(ctypes.c_void_p(address), ctypes.c_size_t(length), _DONT_NEED)
    if hasattr(libc, "malloc_trim"):  # glibc keeps what was freed until it is told
        libc.malloc_trim(0)


def _mappings(file: bytes) -> list[tuple[int, int]]:
    """Address and length of the read-only shared mappings of a file."""
    found = []
    with open("/proc/self/maps", "rb") as maps:
        for line in maps:
            parts = line.split(maxsplit=5)
            if len(parts) == 6 and parts[5].strip() == file and parts[1] == b"r--s":
                start, end = (int(one, 16) for one in parts[0].split(b"-"))
                found.append((start, end - start))
    return found
