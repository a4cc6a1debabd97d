"""Check that store, vectors, coordinates and the published site are consistent.

Exit status 1 if they are not.
"""

import argparse

from muserd.ctl.parsing import add_json, add_timeout
from muserd.ctl.render.output import count
from muserd.ctl.session import Session


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument(
        "--repair", action="store_true", help="first rebuild caches and site from the store"
    )
    add_timeout(parser, 600)
    add_json(parser)


def run(arguments: argparse.Namespace, session: Session) -> int:
    """Verify."""
    fields = {"repair": True} if arguments.repair else {}
    result = session.client.do("/verify", wait_s=arguments.timeout, **fields)
    problems = result.get("problems") or []
    if session.out.json:
        session.out.object(result)
    else:
        for problem in problems:
            session.out.text(str(problem))
        session.out.text(
            count(len(problems), "problem") if problems else "everything is consistent"
        )
        if problems and not arguments.repair:
            session.out.note("to rebuild caches and site from the store: muserctl verify --repair")
    return 1 if problems else 0
