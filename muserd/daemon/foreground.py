"""muserd from start to stop, on one screen.

Start: configuration → lock → store → engine → sockets → READY. The last published map is served
as soon as the page's socket is open; no model is loaded for that. Stop, in the reverse order:
no new requests, watcher, workers, writer, store, lock.
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import webbrowser
from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path

from msgspec import structs

from muserd import control, web
from muserd.daemon import servers
from muserd.daemon.lock import StateLock
from muserd.daemon.progress import show_progress
from muserd.engine.engine import Engine
from muserd.engine.status_builder import Page
from muserd.ground import atomic, handover, logs, memory, passes, sdnotify
from muserd.ground import config as configuration
from muserd.ground.access import Access
from muserd.ground.clock import SystemClock
from muserd.ground.config import Config, Root
from muserd.ground.errors import ConfigError, MuserError, remedy, why
from muserd.ground.logs import fields
from muserd.ground.paths import Places, default_places, make_private, muserctl, places

log = logging.getLogger(__name__)

_STOP_S = 8.0  # the whole shutdown; service managers kill after 30


def run(*, config_path: Path | None, folders: tuple[str, ...], open_page: bool) -> int:
    """Run until SIGTERM or SIGINT.

    Raises:
        ConfigError, BusyError, StoreError: nothing was started.
    """
    where = places(config_path)
    config = with_folders(configuration.load(where.config), folders)
    memory.stay_small()
    servers.make_room()
    os.umask(0o077)  # files created from here on are private
    for folder in (where.state, where.cache, where.runtime):
        _make_own(folder)
    logs.configure(config.logging.level, config.logging.format, log_file(where))
    asyncio.run(_serve(config, where, open_page=open_page))
    return 0


async def _serve(config: Config, where: Places, *, open_page: bool) -> None:
    stop, broken = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_fatal() -> None:
        broken.set()  # from the loop's thread, which waits for nothing here
        loop.call_soon_threadsafe(stop.set)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    async with contextlib.AsyncExitStack() as stack:  # what is entered last is left first
        lock = StateLock(where.lock)
        stack.callback(lock.release)
        engine = Engine.open(config, where, SystemClock(), on_fatal=on_fatal)
        stack.callback(engine.stop, _STOP_S)
        access = Access(where.token, where.sessions, SystemClock())
        await _open_page(stack, engine, access)
        await _open_door(stack, engine, access, stop)

        engine.start()
        sdnotify.ready(f"serving {engine.page_url or 'no page'}")
        log.info("ready", extra=fields(pid=os.getpid(), page=engine.page_url, state=where.state))
        heart = asyncio.create_task(_beat(engine))
        progress = asyncio.create_task(show_progress(engine, stop))
        _tell_command(where)
        if engine.page_url:
            await _invite(engine.page_url, access, where, open_page=open_page)
        await stop.wait()

        sdnotify.stopping()
        log.info("stopping")
        for task in (heart, progress):
            task.cancel()
    if broken.is_set():  # a status that makes the service manager start muserd again
        raise MuserError("the main loop failed", "the log has the reason; start muserd again")


async def _open_page(stack: contextlib.AsyncExitStack, engine: Engine, access: Access) -> None:
    """Serve the page on loopback, on a loop of its own. If its port is taken, all else works."""
    try:
        sockets = servers.bind_page(engine.config.web)
    except MuserError as error:
        log.error("the page is off", extra=fields(error=error))  # noqa: TRY400 - it says it all
        engine.set_page(Page(problem=f"the page is off: {error.message}; {error.hint}"))
        return
    engine.set_page(Page(url=f"http://{sockets.host}:{sockets.port}/"))
    name = f"{access.name}.localhost" if sockets.alone else ""
    page = web.web_app(
        engine,
        site_folder=engine.where.site,
        access=access,
        allowed_hosts=web.loopback_hosts(sockets.port, name),
        metrics=engine.config.web.metrics,
        home=f"http://{name}:{sockets.port}" if name else "",
    )
    loop = servers.Loop("muserd-page")
    stack.push_async_callback(loop.close)
    await stack.enter_async_context(_running(servers.server(page), sockets.bound, loop))
    access.on_ended = partial(loop.call, page.state.events.close)  # pages with a session come back
    stack.callback(loop.call, page.state.events.close)  # open streams would use up the grace


async def _open_door(
    stack: contextlib.AsyncExitStack, engine: Engine, access: Access, stop: asyncio.Event
) -> None:
    """Serve control on the Unix socket, on the daemon's own loop."""
    where = engine.where
    bound = control.bind_socket(where.socket)
    stack.callback(where.socket.unlink, missing_ok=True)
    atomic.write(where.instance_note, where.note(), durable=False)
    door = control.control_app(engine, access=access, stop=stop.set)
    await stack.enter_async_context(_running(servers.server(door), (bound,)))


def _tell_command(where: Places) -> None:
    """Print the command that reaches this instance, for a daemon started in a terminal."""
    usual = default_places()
    default = (where.state, where.socket) == (usual.state, usual.socket)
    command = muserctl(None if default else where.state)
    if not sdnotify.journal_takes(sys.stderr.fileno()):
        sys.stderr.write(f"In another terminal: {command} status\n")


async def _invite(page_url: str, access: Access, where: Places, *, open_page: bool) -> None:
    """Tell whoever sits at the terminal where the map is, and open it if that is wanted."""
    if open_page or sys.stderr.isatty():  # never into a log
        once = access.issue(passes.PRINTED_S)
        sys.stderr.write(f"Muser's map, for ten minutes: {page_url}login?token={once}\n")
    if open_page:
        file = handover.write(
            where.handover, f"{page_url}login?token={access.issue(passes.BROWSER_S)}"
        )
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, webbrowser.open, file.as_uri())  # others see command lines


@contextlib.asynccontextmanager
async def _running(
    server: servers.Server, bound: Sequence[socket.socket], loop: servers.Loop | None = None
) -> AsyncIterator[None]:
    """A server that runs inside the `with` block, on a loop of its own or on this one."""
    serving = servers.serve(server, bound)
    task = asyncio.create_task(loop.run(serving) if loop is not None else serving)
    await servers.started(server, task)
    try:
        yield
    finally:
        server.leave()
        await task
        for one in bound:
            one.close()


async def _beat(engine: Engine) -> None:
    """Notify the service manager that the daemon is alive, at its watchdog interval."""
    interval_s = sdnotify.watchdog_interval_s()
    while interval_s:
        if engine.alive:
            sdnotify.beat(engine.status().headline)
        await asyncio.sleep(interval_s)


def with_folders(config: Config, folders: tuple[str, ...]) -> Config:
    """The configuration with folders of the command line added to its roots."""
    known = {os.path.realpath(os.path.expanduser(root.path)) for root in config.roots}
    added = []
    for folder in folders:
        path = os.path.realpath(os.path.expanduser(folder))
        if not os.path.isdir(path):
            raise ConfigError(f"--folder {folder}: no such folder", "give the path of a folder")
        if path not in known:
            known.add(path)
            added.append(Root(path=path))
    return structs.replace(config, roots=(*config.roots, *added))


def _make_own(folder: Path) -> None:
    try:
        make_private(folder)
    except OSError as error:
        raise ConfigError(
            f"{folder} cannot be Muser's folder: {why(error)}",
            f"{remedy(error)}; or set MUSER_STATE_DIR, MUSER_CACHE_DIR or MUSER_RUNTIME_DIR",
        ) from error


def log_file(where: Places) -> Path | None:
    """The rotated log file, unless the journal takes stderr."""
    return None if sdnotify.journal_takes(sys.stderr.fileno()) else where.log
