"""Run the daemon as a service: systemd's user instance on Linux, launchd on macOS.

`install` writes the file with the absolute paths of this installation and of the MUSER_*
variables that are set, and starts it. `uninstall` removes it and keeps everything else.
"""

import argparse
import time

from muserd.ctl.client import DaemonHungError
from muserd.ctl.commands import logs
from muserd.ctl.parsing import add_json, subcommands
from muserd.ctl.presence import holder
from muserd.ctl.render.output import home
from muserd.ctl.service import managers as services
from muserd.ctl.service.managers import Systemd
from muserd.ctl.session import Session
from muserd.ground import config as configuration
from muserd.ground.errors import DaemonDownError, MuserError

_NOT_INSTALLED = "not installed"
_STOP_S = 30.0
_DOWN = 3


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    actions = subcommands(parser, default="status")
    add_json(parser)
    install = actions.add_parser("install", help="write the file, enable and start the service")
    install.add_argument("--print", action="store_true", help="only print what would be written")
    install.add_argument("--no-start", action="store_true", help="do not start it now")
    for name, words in (
        ("uninstall", "stop the service and remove its file; store and configuration stay"),
        ("start", "start it"),
        ("stop", "stop it, or a daemon that runs without a service manager"),
        ("restart", "stop and start it"),
    ):
        actions.add_parser(name, help=words)
    add_json(actions.add_parser("status", help="whether it is installed and active"))
    logs.configure(actions.add_parser("logs", help="the same as `muserctl logs`"))


def run(arguments: argparse.Namespace, session: Session) -> int:
    """One of the seven."""
    if arguments.action == "logs":
        return logs.run(arguments, session)
    act = {"install": _install, "uninstall": _uninstall, "status": _status, "stop": _stop}
    return act.get(arguments.action, _start)(arguments, session)


def _install(arguments: argparse.Namespace, session: Session) -> int:
    out = session.out
    if arguments.print:  # also where there is none
        out.text(services.usual_manager().text(session.places).decode().rstrip("\n"))
        return 0
    manager = services.manager()
    configuration.load(session.places.config)  # what the daemon would refuse is told here
    manager.install(session.places)
    out.text(f"{home(str(manager.file))} is written: muserd starts at every login")
    if not arguments.no_start:
        manager.do("restart")
        out.text("muserd is started; `muserctl open` shows the maps")
    if isinstance(manager, Systemd) and manager.lingers() is False:
        out.note("It ends when you log out. To keep it running: loginctl enable-linger")
    return 0


def _uninstall(_arguments: argparse.Namespace, session: Session) -> int:
    out, places, manager = session.out, session.places, services.manager()
    if manager.state() == _NOT_INSTALLED:
        out.text("the service was not installed")
        return 0
    manager.uninstall()
    out.text(f"{home(str(manager.file))} is removed. What stays, until you delete it:")
    rows = [(name, home(str(getattr(places, name)))) for name in ("config", "state", "cache")]
    out.table(("", ""), rows, indent=2)
    return 0


def _start(arguments: argparse.Namespace, session: Session) -> int:
    """Start or restart."""
    manager = services.manager()
    if manager.state() == _NOT_INSTALLED:
        raise MuserError("the service is not installed", "muserctl service install")
    configuration.load(session.places.config)
    manager.do(arguments.action)
    session.out.text(f"the service is {arguments.action}ed")
    return 0


def _status(_arguments: argparse.Namespace, session: Session) -> int:
    manager = services.manager()
    state = manager.state()
    facts = {"manager": manager.name, "state": state, "file": str(manager.file)}
    lingers = manager.lingers() if isinstance(manager, Systemd) else None
    if session.out.json:
        session.out.object({**facts, "lingers": lingers})
    else:
        session.out.text(f"{manager.name}: {state} ({home(str(manager.file))})")
        if lingers is False:
            session.out.note("it ends at log-out; keep it running with: loginctl enable-linger")
    return 0 if state == "active" else _DOWN


def _stop(_arguments: argparse.Namespace, session: Session) -> int:
    """By the service manager if that runs it; else by asking the daemon itself."""
    try:
        manager = services.manager()
        managed = manager.state() in {"active", "activating"}
    except MuserError:
        managed = False
    if managed:
        manager.do("stop")
    elif not _ask_to_end(session):
        session.out.text("muserd was not running")
        return 0
    session.out.text("muserd is stopped")
    return 0


def _ask_to_end(session: Session) -> bool:
    """End a daemon by its own socket, and wait until it is gone; whether there was one."""
    pid = holder(session)
    kill = f"end it with: kill -9 {pid}; nothing that was indexed is lost"
    try:
        session.client.post("/shutdown")
    except DaemonHungError as error:
        raise DaemonHungError(error.message, kill) from None
    except DaemonDownError:
        if pid is None:
            return False
        raise
    deadline = time.monotonic() + _STOP_S
    while holder(session) is not None:
        if time.monotonic() > deadline:
            raise MuserError(f"muserd (pid {pid}) did not end within {_STOP_S:g} s", kill)
        time.sleep(0.1)
    return True
