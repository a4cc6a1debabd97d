"""Opens files below a folder, following no link in any part of the path.

Each folder on the way is opened from the one above by its descriptor (openat(2) with O_NOFOLLOW),
so that nobody who can write there can lead the way elsewhere between a check and an open. The
folder at the top may itself be reached by links: the person named it.
"""

import errno
import os
import stat
from collections.abc import Iterable

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC  # a FIFO must not hold us up


def open_beneath(root: bytes, path: bytes, *, folder: bool = False) -> int:
    """A descriptor of a file, or of a folder, below a root.

    Args:
        root: absolute; its own links are followed.
        path: absolute, `root` or below it, as the scan has it: without `.` and `..`.
        folder: whether a folder is meant.

    Raises:
        OSError: ELOOP for a link on the way, EACCES for a path that is not below the root, and
            whatever the file system says.
    """
    parts = _parts(root, path)
    if not parts and not folder:
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
    handle = os.open(root, _FOLDER)
    try:
        for part in parts[:-1]:
            inner = _open(part, _FOLDER | os.O_NOFOLLOW, handle)
            os.close(handle)
            handle = inner
        if not parts:
            return os.dup(handle)
        return _open(parts[-1], _FOLDER | os.O_NOFOLLOW if folder else _FILE, handle)
    finally:
        os.close(handle)


def open_below(roots: Iterable[bytes], path: bytes, *, folder: bool = False) -> int:
    """The same, below the deepest of several roots that holds the path.

    Raises:
        OSError: EACCES when none does, and as `open_beneath`.
    """
    mine = [root for root in roots if path == root or path.startswith(root.rstrip(b"/") + b"/")]
    if not mine:
        raise PermissionError(errno.EACCES, "it is not in a watched folder")
    return open_beneath(max(mine, key=len), path, folder=folder)


def _parts(root: bytes, path: bytes) -> list[bytes]:
    base = root.rstrip(b"/") + b"/"
    if path.rstrip(b"/") == root.rstrip(b"/"):
        return []
    parts = path[len(base) :].split(b"/") if path.startswith(base) else [b".."]
    if any(part in {b"", b".", b".."} or b"\0" in part for part in parts):
        raise PermissionError(errno.EACCES, "it is not below its folder")
    return parts


def _open(part: bytes, flags: int, folder: int) -> int:
    try:
        return os.open(part, flags, dir_fd=folder)
    except NotADirectoryError:
        if _is_link(part, folder):  # Linux says ENOTDIR of links too
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None
        raise


def _is_link(part: bytes, folder: int) -> bool:
    try:
        return stat.S_ISLNK(os.stat(part, dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError:
        return False
