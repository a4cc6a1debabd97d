"""One daemon per state directory."""

from pathlib import Path

from muserd.ground.errors import BusyError
from muserd.ground.locks import FileLock
from muserd.ground.paths import make_private


class StateLock(FileLock):
    """An exclusive lock on a file of the state directory, held until `release` or death.

    Raises:
        BusyError: another daemon holds it.
    """

    def __init__(self, path: Path) -> None:
        make_private(path.parent)
        super().__init__(
            path,
            lambda holder: BusyError(
                f"another muserd (pid {holder}) uses {path.parent}",
                "stop it first (muserctl service stop), or set MUSER_STATE_DIR for a second one",
            ),
        )
