"""Print the version of muserctl, and of the daemon if it runs."""

import argparse

from muserd import __version__
from muserd.ctl.parsing import add_json
from muserd.ctl.session import Session
from muserd.ground.errors import DaemonDownError


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    add_json(parser)


def run(_arguments: argparse.Namespace, session: Session) -> int:
    """Print."""
    try:
        daemon = session.client.get("/status").get("version")
    except DaemonDownError:
        daemon = None
    if session.out.json:
        session.out.object({"version": __version__, "daemon": daemon})
    else:
        session.out.text(f"muserctl {__version__}")
        if daemon:
            session.out.text(f"muserd {daemon}")
            if daemon != __version__:
                session.out.note(
                    "the running daemon has another version: `muserctl service restart`"
                )
    return 0
