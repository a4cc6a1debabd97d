"""Descriptors for a child that may open nothing by itself: asked for by path, over a socket.

A request is `u8 folder, u32 length, path`, the answer `i32 errno` and, if that is 0, one descriptor
by SCM_RIGHTS (unix(7)). Little-endian. What may be opened is decided on muserd's side.
"""

import array
import contextlib
import os
import socket
import struct
import threading
from collections.abc import Callable

OpenPath = Callable[
    [bytes, bool], int
]  # (path, whether a folder is meant) → descriptor, or OSError

_REQUEST = struct.Struct("<BI")
_ANSWER = struct.Struct("<i")
_MAX_PATH_BYTES = 65_536
_EIO = 5


def serve(connection: socket.socket, opening: OpenPath) -> None:
    """Answer a child until it is gone. Runs in a thread of its own; raises nothing."""
    with connection, contextlib.suppress(OSError):
        while (head := _exactly(connection, _REQUEST.size)) is not None:
            folder, length = _REQUEST.unpack(head)
            if length > _MAX_PATH_BYTES:
                return
            path = _exactly(connection, length)
            if path is None:
                return
            _answer(connection, path, bool(folder), opening)


def _answer(connection: socket.socket, path: bytes, folder: bool, opening: OpenPath) -> None:
    try:
        handle = opening(path, folder)
    except OSError as error:
        connection.sendall(_ANSWER.pack(error.errno or _EIO))
        return
    except ValueError:  # a zero byte in a path
        connection.sendall(_ANSWER.pack(_EIO))
        return
    try:
        socket.send_fds(connection, [_ANSWER.pack(0)], [handle])
    finally:
        os.close(handle)


class RemoteOpener:
    """The child's side: opens by asking muserd. Thread-safe."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def __call__(self, path: bytes, *, folder: bool = False) -> int:
        """A descriptor of a file, or of a folder. Raises OSError as muserd met it."""
        with self._lock:
            self._connection.sendall(_REQUEST.pack(folder, len(path)) + path)
            answer, handles = self._receive()
        number = _ANSWER.unpack(answer)[0]
        if number:
            raise OSError(number, os.strerror(number), path)
        handle = handles[0]
        os.set_inheritable(handle, False)
        return handle

    def _receive(self) -> "tuple[bytes, array.array[int]]":
        handles = array.array("i")
        space = socket.CMSG_SPACE(handles.itemsize)
        data, ancillary, _, _ = self._connection.recvmsg(_ANSWER.size, space)
        for level, kind, content in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                handles.frombytes(content[: handles.itemsize])
        while len(data) < _ANSWER.size:
            more = self._connection.recv(_ANSWER.size - len(data))
            if not more:
                raise ConnectionError("muserd has gone")
            data += more
        return data, handles


def _exactly(connection: socket.socket, count: int) -> bytes | None:
    """So many bytes; None at the end of the stream."""
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            return None
        data += part
    return data
