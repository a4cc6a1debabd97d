"""Scan every folder, so that what is on the disk is on the map. With --wait, until it is there."""

import argparse

from muserd.ctl.parsing import add_json, add_timeout
from muserd.ctl.session import Session


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("--wait", action="store_true", help="return when nothing is pending")
    add_timeout(parser, 600)
    add_json(parser)


def run(arguments: argparse.Namespace, session: Session) -> int:
    """Sync."""
    wait_s = arguments.timeout if arguments.wait else None
    result = session.client.do("/sync", wait_s=wait_s)
    if session.out.json:
        session.out.object(result)
    elif arguments.wait:
        revision = result.get("revision")
        session.out.text("up to date" + (f" at revision {revision}" if revision else ""))
    else:
        session.out.text("scanning; `muserctl status` shows how far it is")
    return 0
