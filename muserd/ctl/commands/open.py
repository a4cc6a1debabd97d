"""Open the maps in the browser.

The browser gets an address that is good once, within a minute, since other users may see it in the
list of processes. What --print shows carries the token and is good for ever: keep it to yourself.
"""

import argparse
import os
import sys

from muserd.ctl.parsing import add_json
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
            answer.get("problem") or "the page is off",
            "set another `web.port`, or 0 for any free one (`muserctl config edit`), and restart",
        )
    if session.out.json:
        session.out.object({"url": answer["url"], "login": address})
    elif arguments.print:
        session.out.text(address)
    elif not _has_screen() or not _opens(answer["once"]):
        session.out.note("no browser could be started; open this address yourself:")
        session.out.text(address)
    return 0


def _has_screen() -> bool:
    """Whether a browser would have a window: in a mere terminal, lynx would take it over."""
    variables = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return sys.platform == "darwin" or any(os.environ.get(name) for name in variables)


def _opens(address: str) -> bool:
    import webbrowser  # 10 ms that --print does not need

    return webbrowser.open(address)
