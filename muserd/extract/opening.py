"""How the readers come to foreign files: by themselves, or by whoever started their process.

A process that shut itself in cannot open what people keep in their folders. It asks muserd, which
opens it for it, beneath a watched folder and by no link, and hands over the descriptor.
"""

import os
from typing import Protocol

_FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC  # a FIFO must not hold us up
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Opener(Protocol):
    """Opens an absolute path for reading; the descriptor is the caller's. Raises OSError."""

    def __call__(self, path: bytes, *, folder: bool = False) -> int:
        """Open a file, or a folder to be listed."""
        ...


def _by_itself(path: bytes, *, folder: bool = False) -> int:
    return os.open(path, _FOLDER if folder else _FILE)


_open: Opener = _by_itself


def open_path(path: bytes, *, folder: bool = False) -> int:
    """A descriptor of a file, or of a folder to be listed; never blocks on a FIFO.

    Raises:
        OSError: as the file system says; ELOOP for a link.
    """
    return _open(path, folder=folder)


def use(opener: Opener) -> None:
    """Open everything by `opener` from now on. Called once, before there are threads."""
    global _open  # noqa: PLW0603 - a process has one way to its files
    _open = opener
