"""Print the daemon's log: from the journal if systemd runs it, otherwise from its file."""

import argparse
import os
import shutil
import subprocess
import time
from collections import deque
from pathlib import Path

from muserd.ctl.parsing import whole
from muserd.ctl.render.output import clean
from muserd.ctl.service import managers as services
from muserd.ctl.service.units import UNIT
from muserd.ctl.session import Session
from muserd.ground.errors import MuserError

_LOOK_S = 0.3


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument(
        "--follow", "-f", action="store_true", help="keep printing new lines until Ctrl-C"
    )
    parser.add_argument(
        "--lines",
        "-n",
        type=whole(0),
        default=50,
        metavar="N",
        help="the number of lines (default 50)",
    )


def run(arguments: argparse.Namespace, session: Session) -> int:
    """Print, and follow."""
    path = session.places.log
    if shutil.which("journalctl") and services.journal_has_it(path):
        return _journal(arguments)
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in deque(file, arguments.lines):
                session.out.text(clean(line.rstrip("\n")))
            where = file.tell()
    except FileNotFoundError:
        raise MuserError(
            f"there is no log at {path}",
            "the daemon has not run yet, or logs to the journal",
        ) from None
    if arguments.follow:
        _follow(path, where, session)
    return 0


def _journal(arguments: argparse.Namespace) -> int:
    words = ["journalctl", "--quiet", "--user-unit", UNIT, "--lines", str(arguments.lines)]
    words += ["--output", "cat", "--follow" if arguments.follow else "--no-pager"]
    status = subprocess.run(words, check=False).returncode
    if status > 0:
        raise MuserError(
            f"journalctl ended with {status}",
            "if you may not read the journal: sudo usermod -aG systemd-journal $USER, log in again",
        )
    return 0


def _follow(path: Path, where: int, session: Session) -> None:
    """Print what is added; after a rotation, from the start of the new file."""
    from muserd.ctl.render.output import write_out

    try:
        while True:
            write_out()
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
                    session.out.text(clean(line.rstrip("\n")))
                where = file.tell()
    except KeyboardInterrupt:
        return
