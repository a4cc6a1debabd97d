"""Write a consistent copy of the store into a new folder, while the daemon runs.

To restore it: stop the daemon, replace the folder `store` in the state directory (see
`muserctl config show`) by the copy, start the daemon. Everything else is rebuilt from it.
"""

import argparse
import os
import shutil
import tempfile

from muserd.ctl.parsing import add_json, add_timeout
from muserd.ctl.render.output import home
from muserd.ctl.session import Session
from muserd.ground.errors import MuserError, UsageError, remedy


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("target", metavar="DIR", help="a new or empty folder")
    add_timeout(parser, 3_600)
    add_json(parser)


def run(arguments: argparse.Namespace, session: Session) -> int:
    """Back up."""
    target = os.path.abspath(os.path.expanduser(arguments.target))
    if os.path.lexists(target) and not (os.path.isdir(target) and not os.listdir(target)):
        raise UsageError(f"{target} exists already", "name a new folder: nothing is overwritten")
    if not os.path.isdir(os.path.dirname(target)):
        raise UsageError(f"{os.path.dirname(target)}: no such folder", "create it first")
    # The service may write to its own folders only: it copies there, and the copy is moved.
    state = session.client.get("/config")["state"]
    try:
        with tempfile.TemporaryDirectory(prefix="backup-", dir=state) as folder:
            copy = os.path.join(folder, "store")
            os.mkdir(copy, 0o700)
            session.client.do("/backup", wait_s=arguments.timeout, target=copy)
            if os.path.isdir(target):
                os.rmdir(target)
            shutil.move(copy, target)
    except OSError as error:
        raise MuserError(f"the backup failed: {error}", remedy(error)) from error
    if session.out.json:
        session.out.object({"path": target})
    else:
        session.out.text(f"the store was copied to {home(target)}")
    return 0
