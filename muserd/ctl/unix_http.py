"""HTTP over a Unix socket that is connected. Imported when a daemon answers: it takes 15 ms."""

import http.client
import socket
from http.client import HTTPException, HTTPResponse

__all__ = ["HTTPException", "HTTPResponse", "UnixConnection"]


class UnixConnection(http.client.HTTPConnection):
    """One connection; `close` closes the socket."""

    def __init__(self, connected: socket.socket) -> None:
        super().__init__("localhost", timeout=connected.gettimeout())
        self.sock = connected
