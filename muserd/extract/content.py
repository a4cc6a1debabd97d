"""Reads a file once, whole, and only if it held still meanwhile."""

import errno
import hashlib
import os
import stat as modes
from dataclasses import dataclass

from muserd.ground.errors import FileError
from muserd.ground.paths import display
from muserd.ground.records import ContentHash, FileStat

_CHUNK_BYTES = 4 * 2**20
_DATALESS = 0x40000000  # SF_DATALESS of macOS: the bytes lie in the cloud; reading fetches them
_AWAY = {errno.ESTALE, errno.ENOTCONN, errno.EHOSTDOWN, errno.ETIMEDOUT, errno.ENODEV}


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a file, and the `stat` that they belong to."""

    path: bytes
    data: bytes
    sha256: ContentHash
    stat: FileStat


def read_content(path: bytes, max_bytes: int) -> Content:
    """Read and hash a regular file.

    Never blocks on a FIFO, follows no symbolic link, and gives no mixture of two contents: `stat`
    is the same before and after.

    Raises:
        FileError: `vanished`, `permission`, `not-regular`, `empty`, `too-large`, `changed`,
            `unsupported` (a placeholder of a cloud drive) or `corrupt` (the medium fails).
    """
    try:
        # O_NONBLOCK: a FIFO without a writer would block for ever
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise _cannot_read(path, error) from error
    try:
        before = os.fstat(handle)
        _check(path, before, max_bytes)
        data = _read_all(handle, before.st_size)
        after = os.fstat(handle)
    except OSError as error:
        raise _cannot_read(path, error) from error
    finally:
        os.close(handle)
    stat = FileStat.of(before)
    if FileStat.of(after) != stat or len(data) != stat.size:
        raise FileError(
            "changed", f"{display(path)} changed while it was read", "it is tried again", retry=True
        )
    return Content(path, data, ContentHash(hashlib.sha256(data).digest()), stat)


def _check(path: bytes, stat: os.stat_result, max_bytes: int) -> None:
    if not modes.S_ISREG(stat.st_mode):
        raise _not_regular(path)
    if getattr(stat, "st_flags", 0) & _DATALESS:
        raise FileError(
            "unsupported",
            f"{display(path)} lies in the cloud only",
            "download it, then it is taken up by itself",
        )
    if stat.st_size == 0:
        raise FileError("empty", f"{display(path)} is empty", "nothing to do: it has no content")
    if stat.st_size > max_bytes:
        raise FileError(
            "too-large",
            f"{display(path)} has {stat.st_size / 1e6:.1f} MB; "
            f"{max_bytes / 1e6:.1f} MB are allowed",
            "raise files.image_max_mb or files.note_max_mb",
        )


def _read_all(handle: int, size: int) -> bytes:
    """Everything, or one byte more than `size` where the file has grown."""
    parts: list[bytes] = []
    missing = size + 1
    while missing > 0:
        part = os.read(handle, min(missing, _CHUNK_BYTES))
        if not part:
            break
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _not_regular(path: bytes) -> FileError:
    return FileError(
        "not-regular",
        f"{display(path)} is not a regular file",
        "links, pipes, sockets and devices are not read",
    )


def _cannot_read(path: bytes, error: OSError) -> FileError:
    name, number = display(path), error.errno
    if number in {errno.ENOENT, errno.ENOTDIR}:
        return FileError("vanished", f"{name} is not there any more", "nothing to do")
    if number in {errno.EACCES, errno.EPERM}:
        return FileError("permission", f"{name} may not be read", f"chmod u+r {name!r}", retry=True)
    if number in {errno.ELOOP, errno.ENXIO, errno.EISDIR, errno.EMLINK}:
        return _not_regular(path)
    if number in _AWAY:
        return FileError(
            "vanished", f"{name} cannot be reached: {error.strerror}", "is it mounted?", retry=True
        )
    return FileError(
        "corrupt",
        f"{name} cannot be read: {error.strerror}",
        "check the medium that it lies on",
        retry=True,
    )
