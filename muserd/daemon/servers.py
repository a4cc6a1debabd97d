"""The two HTTP servers: the page on loopback TCP, control on a Unix socket."""

import asyncio
import contextlib
import logging
import resource
import socket
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette

from muserd.ground.config import Web
from muserd.ground.errors import MuserError, why
from muserd.web.connection import Connection

log = logging.getLogger(__name__)

_GRACE_S = 2  # open requests may take so long to end; event streams are told to end at once
_MOST_CONNECTIONS = 1_024
_DESCRIPTORS = 4_096  # connections must not take those that files need


class Server(uvicorn.Server):
    """Uvicorn without its signal handlers, and without its ten looks a second at whether to end:
    muserd has one handler for everything, and sleeps when there is nothing to do.
    """

    _leaving: asyncio.Event | None = None

    async def main_loop(self) -> None:
        """Serve until `leave`."""
        self._loop, self._leaving = asyncio.get_running_loop(), asyncio.Event()
        if not self.should_exit:
            await self._leaving.wait()

    def leave(self) -> None:
        """End the server. From any thread."""
        self.should_exit = True
        if self._leaving is not None:
            self._loop.call_soon_threadsafe(self._leaving.set)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to muserd."""
        yield


def server(app: Starlette, *, keep_alive_s: int = 30) -> Server:
    """A server for one app, to be run by `serve`."""
    return Server(
        uvicorn.Config(
            app,
            http=Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_keep_alive=keep_alive_s,
            timeout_graceful_shutdown=_GRACE_S,
        )
    )


def make_room() -> None:
    """Let this process have more descriptors than the 256 or 1,024 that it starts with."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(_DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def serve(one: Server, bound: socket.socket) -> None:
    """Serve on a socket that is bound already, until `one.leave()`."""
    await one.serve(sockets=[bound])


async def started(one: Server, task: "asyncio.Task[None]") -> None:
    """Return when a server accepts connections; raise what ended it otherwise."""
    while not one.started:
        if task.done():
            await task
            return
        await asyncio.sleep(0.005)


def bind_page(web: Web) -> socket.socket:
    """A socket for the page, ready to listen.

    Raises:
        MuserError: the port cannot be used.
    """
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    address = "127.0.0.1" if web.host == "localhost" else web.host
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((address, web.port))
    except OSError as error:
        bound.close()
        raise MuserError(
            f"port {web.port} of {web.host} cannot be used: {why(error)}",
            "set web.port to another one, or to 0 for any free one, and restart the daemon",
        ) from None
    return bound


def page_address(bound: socket.socket) -> tuple[str, int]:
    """Host and port as they stand in an address."""
    host, port = bound.getsockname()[:2]
    return (f"[{host}]" if ":" in host else host), port
