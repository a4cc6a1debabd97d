"""Reads a file once, whole, and only if it held still meanwhile."""

import errno
import hashlib
import os
import stat as modes
from collections.abc import Callable
from dataclasses import dataclass

from muserd.extract.opening import open_path
from muserd.ground.errors import FileError
from muserd.ground.formats import format_of
from muserd.ground.paths import display
from muserd.ground.records import ContentHash, FileStat

_CHUNK_BYTES = 4 * 2**20
_HEAD_BYTES = 2**20  # enough for every signature
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
    return _content(path, max_bytes, None)


def _content(path: bytes, max_bytes: int, keep_bytes: int | None) -> Content:
    """The file's bytes, or its first `keep_bytes`, with the hash of all."""
    digest = hashlib.sha256()
    try:
        handle = open_path(path)
    except OSError as error:
        raise _cannot_read(path, error) from error
    try:
        before = os.fstat(handle)
        _check(path, before, max_bytes)
        data, length = _read_all(handle, before.st_size, keep_bytes, digest.update)
        after = os.fstat(handle)
    except OSError as error:
        raise _cannot_read(path, error) from error
    finally:
        os.close(handle)
    stat = FileStat.of(before)
    if FileStat.of(after) != stat or length != stat.size:
        raise FileError(
            "changed", f"{display(path)} changed while it was read", "it is tried again", retry=True
        )
    return Content(path, data, ContentHash(digest.digest()), stat)


def scan_content(path: bytes, max_bytes: int) -> Content:
    """Hash a regular file without holding it: `data` is its beginning only.

    Raises:
        FileError: as `read_content`.
    """
    return _content(path, max_bytes, _HEAD_BYTES)


def peek_content(path: bytes, max_bytes: int) -> Content:
    """The beginning of a regular file, not hashed: to look at what is known already.

    Raises:
        FileError: as `read_content`.
    """
    try:
        handle = open_path(path)
    except OSError as error:
        raise _cannot_read(path, error) from error
    try:
        stat = os.fstat(handle)
        _check(path, stat, max_bytes)
        data = os.read(handle, _HEAD_BYTES)
    except OSError as error:
        raise _cannot_read(path, error) from error
    finally:
        os.close(handle)
    return Content(path, data, ContentHash(bytes(32)), FileStat.of(stat))


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
        row = format_of(path)
        raise FileError(
            "too-large",
            f"{display(path)} has {stat.st_size / 1e6:.1f} MB; "
            f"{max_bytes / 1e6:.1f} MB are allowed",
            f"raise {row.limit_key if row is not None else 'files.note_max_mb'}",
        )


def _read_all(
    handle: int, size: int, keep_bytes: int | None, take: Callable[[bytes], None]
) -> tuple[bytes, int]:
    """Everything, or one byte more than `size` where the file has grown.

    Returns:
        The bytes, at least `keep_bytes` of them (None: all), and how many there were.
    """
    parts: list[bytes] = []
    kept = length = 0
    while length <= size:
        part = os.read(handle, min(size + 1 - length, _CHUNK_BYTES))
        if not part:
            break
        take(part)
        length += len(part)
        if keep_bytes is None or kept < keep_bytes:
            parts.append(part)
            kept += len(part)
    return b"".join(parts), length


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
