"""Print the daemon's log: from the journal if systemd runs it, else from its file."""

import argparse
import os
import shutil
import subprocess
import time
from collections import deque
from pathlib import Path

from muserd.ctl import services
from muserd.ctl.session import Session
from muserd.ground.errors import MuserError

_LOOK_S = 0.3


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("--follow", "-f", action="store_true", help="go on until Ctrl-C")
    parser.add_argument(
        "--lines", "-n", type=int, default=50, metavar="N", help="the last so many (default 50)"
    )


def run(arguments: argparse.Namespace, session: Session) -> int:
    """Print, and follow."""
    lines = max(0, arguments.lines)
    if services.journal_has_it() and shutil.which("journalctl"):
        words = ["journalctl", "--user", "--unit", services.UNIT, "--lines", str(lines)]
        words += ["--output", "cat"] + (["--follow"] if arguments.follow else ["--no-pager"])
        return subprocess.run(words, check=False).returncode
    path = session.places.log
    if not path.exists():
        raise MuserError(
            f"there is no log at {path}",
            "the daemon has not run yet, or wrote to the terminal it was started in",
        )
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in deque(file, lines):
            session.out.text(line.rstrip("\n"))
        where = file.tell()
    if arguments.follow:
        _follow(path, where, session)
    return 0


def _follow(path: Path, where: int, session: Session) -> None:
    """Print what is added; after a rotation, from the start of the new file."""
    import sys

    try:
        while True:
            sys.stdout.flush()
            time.sleep(_LOOK_S)
            try:
                size = os.stat(path).st_size
            except FileNotFoundError:
                continue  # in the middle of a rotation
            if size == where:
                continue
            with path.open(encoding="utf-8", errors="replace") as file:
                file.seek(where if size > where else 0)
                for line in file:
                    session.out.text(line.rstrip("\n"))
                where = file.tell()
    except KeyboardInterrupt:
        return
