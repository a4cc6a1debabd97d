"""Addresses and peers of Unix sockets.

`sockaddr_un` holds 108 bytes on Linux and 104 on macOS, and state directories can be deeper than
that. On Linux the folder is opened and the socket is named through /proc/self/fd instead.
"""

import contextlib
import os
import socket
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

from muserd.ground.errors import ConfigError

MAX_BYTES = 104 if sys.platform == "darwin" else 108
_SOL_LOCAL, _LOCAL_PEERCRED = 0, 1  # sys/un.h of macOS; the version and the uid come first


@contextlib.contextmanager
def address(path: Path) -> Iterator[str]:
    """The address of a socket, valid inside the `with` block.

    Raises:
        ConfigError: the path is too long and the platform knows no way around that.
        OSError: the folder of a long path cannot be opened.
    """
    if len(os.fsencode(path)) < MAX_BYTES:
        yield str(path)
        return
    if not os.path.isdir("/proc/self/fd"):
        raise ConfigError(
            f"the path of the control socket is too long: {path}",
            f"set MUSER_RUNTIME_DIR to a folder with a path of less than {MAX_BYTES - 20} bytes",
        )
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def peer_uid(connection: socket.socket) -> int | None:
    """The user at the other end, as the kernel says; None where it does not say."""
    if hasattr(socket, "SO_PEERCRED"):
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        _pid, uid, _gid = struct.unpack("iII", credentials)
        return int(uid)
    if sys.platform == "darwin":
        credentials = connection.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, 76)
        _version, uid = struct.unpack_from("II", credentials)
        return int(uid)
    return None
