"""Read new files again after `muserctl pause`, including those that changed meanwhile."""

import argparse

from muserd.ctl.parsing import add_json
from muserd.ctl.session import Session


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    add_json(parser)


def run(_arguments: argparse.Namespace, session: Session) -> int:
    """Resume."""
    session.client.post("/resume")
    if session.out.json:
        session.out.object({"paused": False})
    else:
        session.out.text("resumed")
    return 0
