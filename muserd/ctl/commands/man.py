"""Print the man page: `muserctl man | man -l -`. It is made from the same text as --help."""

import argparse

from muserd.ctl import manual
from muserd.ctl.session import Session


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("--markdown", action="store_true", help="as docs/commands.md")


def run(arguments: argparse.Namespace, session: Session) -> int:
    """Print."""
    session.out.text(manual.markdown() if arguments.markdown else manual.roff())
    return 0
