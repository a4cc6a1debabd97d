"""The control socket: 0600 in a folder of 0700, and only for the user who runs the daemon."""

import logging
import os
import socket
import stat
from pathlib import Path
from typing import Any

from muserd.ground import unix_socket
from muserd.ground.errors import BusyError, StoreError, remedy, why
from muserd.ground.logs import fields
from muserd.ground.paths import make_private

log = logging.getLogger(__name__)

_ASK_S = 1.0


class OwnSocket(socket.socket):
    """A listening socket that closes connections of other users, root excepted."""

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection of the same user; the others are closed unread."""
        while True:
            connection, address = super().accept()
            uid = unix_socket.peer_uid(connection)
            if uid is None or uid in {os.geteuid(), 0}:
                return connection, address
            log.warning("refused a control connection", extra=fields(uid=uid))
            connection.close()


def bind_socket(path: Path) -> socket.socket:
    """Bind the control socket. A stale one, whose daemon is dead, is replaced.

    Raises:
        BusyError: a living daemon answers there.
        ConfigError: the path is too long for a socket.
        StoreError: the folder cannot be written, or a file that is no socket is in the way.
    """
    try:
        make_private(path.parent)
        _clear(path)
        bound = OwnSocket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            with unix_socket.address(path) as address:
                bound.bind(address)
        except BaseException:
            bound.close()
            raise
        finally:
            os.umask(before)
        os.chmod(path, 0o600)
    except OSError as error:
        raise StoreError(
            f"the control socket {path} cannot be created: {why(error)}",
            f"{remedy(error)}; or set MUSER_RUNTIME_DIR to another folder",
        ) from error
    return bound


def _clear(path: Path) -> None:
    """Remove a stale socket."""
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise StoreError(f"{path} exists and is not a socket", "move it elsewhere")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asker:
        asker.settimeout(_ASK_S)
        try:
            with unix_socket.address(path) as address:
                asker.connect(address)
        except (ConnectionRefusedError, FileNotFoundError):
            os.unlink(path)
            return
        except TimeoutError:
            pass
    raise BusyError(
        f"another muserd answers on {path}",
        "stop it first (muserctl service stop), or set MUSER_RUNTIME_DIR for a second one",
    )
