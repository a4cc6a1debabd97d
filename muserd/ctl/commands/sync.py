"""Scan every folder. With --wait, return when everything on the disk is on the map.

While it waits, it says what keeps files from getting onto the map.
"""

import argparse

from muserd.ctl import waiting
from muserd.ctl.parsing import add_json, add_timeout
from muserd.ctl.session import Session


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("--wait", action="store_true", help="return when everything is on the map")
    add_timeout(parser, 600)
    add_json(parser)


def run(arguments: argparse.Namespace, session: Session) -> int:
    """Sync."""
    if arguments.wait:
        result = waiting.do(session, "/sync", arguments.timeout)
    else:
        result = session.client.do("/sync", wait_s=None)
    if session.out.json:
        session.out.object(result)
    elif arguments.wait:
        revision = result.get("revision")
        session.out.text("up to date" + (f" at revision {revision}" if revision else ""))
    else:
        session.out.text("scanning; `muserctl status` shows the progress")
    return 0
