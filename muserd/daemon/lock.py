"""One daemon per state directory: a lock that the kernel releases when its holder dies."""

import fcntl
import os
from pathlib import Path

from muserd.ground.errors import BusyError
from muserd.ground.paths import make_private


class StateLock:
    """An exclusive flock on a file of the state directory, held until `release` or death."""

    def __init__(self, path: Path) -> None:
        """Take the lock.

        Raises:
            BusyError: another daemon holds it.
        """
        make_private(path.parent)
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._handle, 32).decode("ascii", "replace").strip() or "unknown"
            os.close(self._handle)
            raise BusyError(
                f"another muserd (pid {holder}) uses {path.parent}",
                "stop it first (muserctl service stop), or set MUSER_STATE_DIR for a second one",
            ) from None
        os.ftruncate(self._handle, 0)
        os.write(self._handle, str(os.getpid()).encode())  # for messages and `muserctl status`

    def release(self) -> None:
        """Release the lock."""
        os.close(self._handle)
