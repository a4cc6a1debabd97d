"""The browsers that are logged in: list them, log out one, or all.

`muserctl open` logs a browser in; its session ends thirty days after it was last used. `revoke
--all` logs out every browser and replaces the token; addresses of `open --print --permanent` and
scrapers need the new one afterwards.
"""

import argparse

from muserd.ctl.parsing import add_json, subcommands
from muserd.ctl.render.output import ago, clean, count
from muserd.ctl.session import Session
from muserd.ground.errors import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    actions = subcommands(parser, default="list")
    add_json(parser)
    add_json(actions.add_parser("list", help="every session, the most recently used first"))
    revoke = actions.add_parser("revoke", help="log a browser out")
    revoke.add_argument("id", nargs="?", metavar="ID", help="as `sessions list` shows it")
    revoke.add_argument("--all", action="store_true", help="every browser, and every script")
    add_json(revoke)


def run(arguments: argparse.Namespace, session: Session) -> int:
    """List, or revoke."""
    return _revoke(arguments, session) if arguments.action == "revoke" else _list(session)


def _list(session: Session) -> int:
    out = session.out
    known = session.client.get("/sessions")["sessions"]
    if out.json:
        out.object({"sessions": known})
        return 0
    rows = [
        (one["id"], clean(one["browser"]), ago(one["seen_at_ms"]), ago(one["made_at_ms"]))
        for one in known
    ]
    if rows:
        out.table(("id", "browser", "seen", "let in"), rows)
    else:
        out.note("no browser may look at the maps; let one in with `muserctl open`")
    return 0


def _revoke(arguments: argparse.Namespace, session: Session) -> int:
    if arguments.all is bool(arguments.id):
        raise UsageError("which browser?", "give an id of `muserctl sessions list`, or --all")
    body = {"all": True} if arguments.all else {"id": arguments.id}
    ended = session.client.do("/sessions/revoke", wait_s=None, **body)["ended"]
    if not ended and not arguments.all:
        raise UsageError(f"there is no session {arguments.id}", "see `muserctl sessions list`")
    if session.out.json:
        session.out.object({"ended": ended})
    elif arguments.all:
        session.out.text(f"{count(ended, 'browser')} shut out; the token was replaced")
    else:
        session.out.text("shut out; `muserctl open` lets a browser in again")
    return 0
