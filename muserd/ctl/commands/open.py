"""Open the maps in the browser. The address carries the token that lets the browser in."""

import argparse

from muserd.ctl.catalogue import add_json
from muserd.ctl.session import Session
from muserd.ground.errors import MuserError


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("--print", action="store_true", help="only print the address")
    add_json(parser)


def run(arguments: argparse.Namespace, session: Session) -> int:
    """Open, or print."""
    answer = session.client.get("/url")
    address = answer.get("login")
    if not address:
        raise MuserError(
            "the daemon runs without its page: the port was taken when it started",
            "set another `web.port`, or 0 for any free one (`muserctl config edit`), and restart",
        )
    if session.out.json:
        session.out.object({"url": answer["url"], "login": address})
    elif arguments.print:
        session.out.text(address)
    else:
        import webbrowser  # 10 ms that --print does not need

        if not webbrowser.open(address):
            session.out.note("no browser could be started; open this address yourself:")
            session.out.text(address)
    return 0
