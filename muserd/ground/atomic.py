"""Atomic replacement of files."""

import contextlib
import os
import tempfile
from pathlib import Path


def write(path: Path, data: bytes, *, durable: bool = True, mode: int = 0o600) -> None:
    """Replace `path` by `data`.

    Guarantee: a reader sees the old or the new content, never a part. With `durable` the new
    content also survives a power failure once the call returned (fsync of file and folder).

    Args:
        path: the file; its folder must exist.
        data: the new content.
        durable: False for files that can be rebuilt; only the rename is atomic then.
        mode: permission bits of the new file.

    Raises:
        OSError: as the file system says; no temporary file is left behind.
    """
    handle, temporary = tempfile.mkstemp(prefix=".tmp-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            if durable:
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    if durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames and creations in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(file: Path) -> None:
    """Make the content of a file durable."""
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
