"""Locks on files, which the kernel releases when their holder dies."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

from muserd.ground.errors import MuserError


class FileLock:
    """An exclusive flock on a file, held until `release` or death.

    Args:
        path: made if it is not there; its folder must be.
        held: the error to raise where somebody holds it; is told what the holder wrote into it.
        note: what is written into it, for people: by default this process's number.

    Raises:
        MuserError: another process holds it.
    """

    def __init__(self, path: Path, held: Callable[[str], MuserError], note: str = "") -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._handle, 256).decode("utf-8", "replace").strip() or "unknown"
            os.close(self._handle)
            raise held(holder) from None
        os.ftruncate(self._handle, 0)
        os.write(self._handle, (note or str(os.getpid())).encode())

    def release(self) -> None:
        """Release the lock."""
        os.close(self._handle)
