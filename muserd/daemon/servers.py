"""The two HTTP servers: the page on loopback TCP, control on a Unix socket."""

import asyncio
import contextlib
import errno
import logging
import resource
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import uvicorn
from starlette.applications import Starlette

from muserd.ground.config import Web
from muserd.ground.errors import MuserError, why
from muserd.web.connection import Connection
from muserd.web.doorstep import OwnTcpSocket

log = logging.getLogger(__name__)

T = TypeVar("T")

_GRACE_S = 2  # open requests may take so long to end; event streams are told to end at once
_MOST_CONNECTIONS = 1_024
_TRIES = 8  # for a port that is free in both families
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


async def serve(one: Server, bound: Sequence[socket.socket]) -> None:
    """Serve on sockets that are bound already, until `one.leave()`."""
    await one.serve(sockets=list(bound))


async def started(one: Server, task: "asyncio.Task[None]") -> None:
    """Return when a server accepts connections; raise what ended it otherwise."""
    while not one.started:
        if task.done():
            await task
            return
        await asyncio.sleep(0.005)


@dataclass(frozen=True, slots=True)
class PageSockets:
    """The page's listening sockets.

    Attributes:
        bound: on the wanted address, and on loopback's other family where there is one.
        host, port: as they stand in an address.
        alone: nobody else can listen on this port of loopback, in either family. Only then may
            browsers be sent to a name that means both.
    """

    bound: tuple[socket.socket, ...]
    host: str
    port: int
    alone: bool


def bind_page(web: Web) -> PageSockets:
    """Sockets for the page, ready to listen.

    Raises:
        MuserError: the port cannot be used.
    """
    wanted = "127.0.0.1" if web.host == "localhost" else web.host
    other = "::1" if wanted == "127.0.0.1" else "127.0.0.1"
    for _ in range(_TRIES if web.port == 0 else 1):
        try:
            first = _bind(wanted, web.port, any_account=web.any_account)
        except OSError as error:
            raise MuserError(
                f"port {web.port} of {web.host} cannot be used: {why(error)}",
                "set web.port to another one, or to 0 for any free one, and restart the daemon",
            ) from None
        port = first.getsockname()[1]
        host = f"[{wanted}]" if ":" in wanted else wanted
        try:
            second = _bind(other, port, any_account=web.any_account)
        except OSError as error:
            absent = error.errno in {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL}
            if absent or web.port != 0:
                return PageSockets((first,), host, port, alone=absent)
            first.close()  # some other port, which is free in both families
        else:
            return PageSockets((first, second), host, port, alone=True)
    raise MuserError(
        f"none of {_TRIES} free ports of 127.0.0.1 was free on ::1", "set web.port to a free one"
    )


def _bind(address: str, port: int, *, any_account: bool) -> OwnTcpSocket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    bound = OwnTcpSocket(family, socket.SOCK_STREAM)
    bound.any_account = any_account
    try:
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((address, port))
    except OSError:
        bound.close()
        raise
    return bound


class Loop:
    """A thread with an event loop of its own, for a server that strangers can keep busy.

    Whatever comes to the page's door, the control socket and the heartbeat have another loop.
    """

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What a coroutine returns that runs there, awaited here."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def call(self, function: Callable[[], None]) -> None:
        """Have a function called there, soon. From any thread; after `close`, nothing happens."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(function)

    async def close(self) -> None:
        """End the loop and its thread."""
        self.call(self._loop.stop)
        await asyncio.to_thread(self._thread.join, _GRACE_S)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()
