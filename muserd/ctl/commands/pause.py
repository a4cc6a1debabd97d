"""Stop reading new files until `muserctl resume`. The maps stay available; nothing is lost."""

import argparse

from muserd.ctl.parsing import add_json
from muserd.ctl.session import Session


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    add_json(parser)


def run(_arguments: argparse.Namespace, session: Session) -> int:
    """Pause."""
    session.client.post("/pause")
    if session.out.json:
        session.out.object({"paused": True})
    else:
        session.out.text("paused; `muserctl resume` continues")
    return 0
