"""Write a consistent copy of the store into a new folder, while the daemon works.

To go back to it: stop the daemon, replace the folder `store` in the state directory (see
`muserctl config show`) by the copy, start the daemon. Everything else is made again from it.
"""

import argparse
import os

from muserd.ctl.catalogue import add_json, add_timeout
from muserd.ctl.output import home
from muserd.ctl.session import Session
from muserd.ground.errors import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("target", metavar="DIR", help="a folder that is not there yet, or is empty")
    add_timeout(parser, 3_600)
    add_json(parser)


def run(arguments: argparse.Namespace, session: Session) -> int:
    """Back up."""
    target = os.path.abspath(os.path.expanduser(arguments.target))
    if os.path.lexists(target) and not (os.path.isdir(target) and not os.listdir(target)):
        raise UsageError(f"{target} is there already", "name a new folder: nothing is overwritten")
    if not os.path.isdir(os.path.dirname(target)):
        raise UsageError(f"{os.path.dirname(target)}: no such folder", "make it first")
    result = session.client.do("/backup", wait_s=arguments.timeout, target=target)
    if session.out.json:
        session.out.object(result)
    else:
        session.out.text(f"the store is copied to {home(target)}")
    return 0
