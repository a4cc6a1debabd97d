"""Scan for changed files; with --force, read and encode every file again."""

import argparse

from muserd.ctl import waiting
from muserd.ctl.parsing import add_json, add_timeout, given_path
from muserd.ctl.session import Session


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("root", nargs="?", metavar="ROOT", help="only this watched folder")
    parser.add_argument(
        "--force",
        action="store_true",
        help="read and encode files again even if they have not changed",
    )
    parser.add_argument("--wait", action="store_true", help="return when everything is on the map")
    add_timeout(parser, 3_600)
    add_json(parser)


def run(arguments: argparse.Namespace, session: Session) -> int:
    """Rescan."""
    root = given_path(arguments.root) if arguments.root else None
    result = session.client.do("/rescan", wait_s=30, root=root, force=arguments.force)
    if arguments.wait:
        result |= waiting.do(session, "/sync", arguments.timeout)
    if session.out.json:
        session.out.object(result)
    elif arguments.wait:
        session.out.text("up to date")
    else:
        session.out.text("scanning; `muserctl status` shows the progress")
    return 0
