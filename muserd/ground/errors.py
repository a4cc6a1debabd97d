"""Every error that Muser raises on purpose.

MuserError
├── ConfigError       78  a value in the configuration is wrong
├── UsageError         2  a command was called wrongly
├── DaemonDownError    7  no answer on the control socket
├── BusyError         11  another daemon or another job holds what is needed
├── StoreError         1  LMDB cannot be opened, read or written
│   ├── StoreFullError    the store or the disk is full: no new files are read; serving continues
│   └── SchemaError       the store was written by a newer Muser
├── WorkerError        1  a child process failed as a whole
│   └── WorkerStartError  it cannot even start: the state is `degraded`
├── EncoderError       1  an encoder cannot be loaded
├── LayoutError        1  a fit failed; the old map stays
├── SiteError          1  the site cannot be written or is damaged
└── FileError          -  one file cannot be read: recorded, never fatal
"""

import errno
from typing import ClassVar

_REMEDIES = {
    errno.EACCES: "give yourself permission for it",
    errno.EPERM: "give yourself permission for it",
    errno.ENOSPC: "free some space on its disk",
    errno.EDQUOT: "free some space: your quota is used up",
    errno.EROFS: "it lies on a file system that is mounted read-only",
    errno.ENOENT: "check the spelling",
    errno.ENOTDIR: "check the spelling: a part of the path is no folder",
}


class MuserError(Exception):
    """An error with a cause and, where there is one, a remedy.

    Args:
        message: what happened and with which value.
        hint: what to do about it; empty when nothing can be done.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  hint: {self.hint}" if self.hint else self.message


class ConfigError(MuserError):
    """The configuration cannot be used. 78 is EX_CONFIG of sysexits.h."""

    exit_code = 78


class UsageError(MuserError):
    """A command was called with arguments that make no sense."""

    exit_code = 2


class DaemonDownError(MuserError):
    """The daemon does not answer."""

    exit_code = 7


class BusyError(MuserError):
    """A needed resource is held by another process or job; retrying later may work."""

    exit_code = 11


class StoreError(MuserError):
    """The store cannot be opened, read or written."""


class StoreFullError(StoreError):
    """No room for another commit; nothing that was committed is lost."""


class SchemaError(StoreError):
    """The store has a schema that this version does not know."""


class WorkerError(MuserError):
    """A worker process died, hung or answered nonsense."""


class WorkerStartError(WorkerError):
    """A worker process cannot start at all."""


class EncoderError(MuserError):
    """An encoder cannot be loaded or gives unusable vectors."""


class LayoutError(MuserError):
    """A fit failed or was refused; the map in use stays."""


class SiteError(MuserError):
    """The published site cannot be written or read."""


class ShardError(MuserError):
    """A shard of an import, or the folder of all, cannot be written or taken."""


class FileError(MuserError):
    """One file cannot become an item.

    Args:
        cause: short, stable, machine-readable: `corrupt`, `truncated`, `empty`, `too-large`,
            `bomb`, `not-text`, `permission`, `vanished`, `changed`, `not-regular`, `crash`,
            `hang`, `memory`, `bad-vector`, `unsupported`, `wrong-suffix`, `encrypted`.
        message: the cause in words, with the offending value.
        hint: the remedy.
        retry: whether trying the same bytes again later may succeed.
    """

    def __init__(self, cause: str, message: str, hint: str = "", *, retry: bool = False) -> None:
        super().__init__(message, hint)
        self.cause = cause
        self.retry = retry


def why(error: OSError) -> str:
    """The cause alone, without number and path: `Permission denied`."""
    return error.strerror or str(error)


def remedy(error: OSError, otherwise: str = "see `muserctl doctor`") -> str:
    """What the user can do about an error of the file system."""
    return _REMEDIES.get(error.errno or 0, otherwise)
