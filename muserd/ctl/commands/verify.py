"""Check that store, vectors, places and the published site agree. Exit status 1 if they do not."""

import argparse

from muserd.ctl.parsing import add_json, add_timeout
from muserd.ctl.session import Session


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument(
        "--repair", action="store_true", help="make caches and site anew from the store first"
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
        session.out.text(f"{len(problems)} problems" if problems else "everything agrees")
        if problems and not arguments.repair:
            session.out.note("caches and site can be made anew: `muserctl verify --repair`")
    return 1 if problems else 0
