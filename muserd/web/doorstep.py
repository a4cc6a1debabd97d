"""The page's listening sockets: other accounts of this machine are hung up on, unread."""

import logging
import os
import socket
import time
from typing import Any

from muserd.ground.logs import fields
from muserd.ground.peers import peer_uid
from muserd.web.gate import Bucket

log = logging.getLogger(__name__)

_TOLD_PER_S, _TOLD_BURST = 1 / 60, 3  # lines in the log: a stranger must not fill it


class OwnTcpSocket(socket.socket):
    """A listening socket for its own user and root, as far as the kernel tells who connects.

    Where it does not tell (see `peer_uid`), everybody is let in as far as the guard.
    """

    any_account = False

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._told = Bucket(_TOLD_PER_S, _TOLD_BURST)
        self._untold = 0

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection of this user; others are closed before a byte of theirs is read."""
        while True:
            connection, address = super().accept()
            if self.any_account:
                return connection, address
            uid = peer_uid(connection)
            if uid is None or uid in {os.geteuid(), 0}:
                return connection, address
            connection.close()
            self._tell(uid)

    def _tell(self, uid: int) -> None:
        self._untold += 1
        if self._told.take(time.monotonic()):
            told = fields(uid=uid, connections=self._untold)
            log.warning("refused connections of another account", extra=told)
            self._untold = 0
