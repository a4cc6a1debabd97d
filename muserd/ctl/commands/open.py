"""Open the maps in the browser.

The browser opens a private file that contains a login, valid once and for a minute: command lines
are visible to every user of this machine. --print shows an address that is valid once, for ten
minutes; with --permanent, it is valid until `muserctl sessions revoke --all`: for scripts; keep it
as secret as a password.
"""

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any

from muserd.ctl import browsers
from muserd.ctl.parsing import add_json
from muserd.ctl.session import Session
from muserd.ground.errors import MuserError, UsageError

_ARRIVES_S = 12.0  # a browser that is started cold, from a slow disk
_LOOK_S = 0.1


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("--print", action="store_true", help="only print an address, for 10 min")
    parser.add_argument(
        "--permanent", action="store_true", help="with --print: an address that does not expire"
    )
    add_json(parser)


def run(arguments: argparse.Namespace, session: Session) -> int:
    """Open, or print."""
    out = session.out
    if arguments.permanent and not (arguments.print or out.json):
        raise UsageError("--permanent is for addresses that are printed", "add --print")
    if arguments.print or out.json:
        answer = _address(session, "ever" if arguments.permanent else "print")
        if out.json:
            out.object({"url": answer["url"], "login": answer["login"]})
        else:
            out.text(answer["login"])
        return 0
    why_not = _open(session)
    if why_not:
        out.note(f"{why_not}; open this address yourself, within ten minutes:")
        out.text(_address(session, "print")["login"])
    return 0


def _open(session: Session) -> str:
    """Why the page was not opened in a browser; empty when it was."""
    if not _has_screen():
        return "no browser could be started"
    confined = browsers.confined()
    if confined:
        return f"{confined} is sandboxed and cannot read the file that would open the page"
    answer = _address(session, "browser")
    file = _handed_over(session, answer["login"])
    try:
        if not browsers.start(file.as_uri()):
            return "no browser could be started"
        if not _arrived(session, answer["pass_id"]):
            return "the browser did not open the page"
    finally:
        file.unlink(missing_ok=True)
    return ""


def _address(session: Session, purpose: str) -> dict[str, Any]:
    answer = session.client.get("/url", **{"for": purpose})
    if not answer.get("login"):
        raise MuserError(
            answer.get("problem") or "the page is off",
            "set another `web.port`, or 0 for any free one (`muserctl config edit`), and restart",
        )
    return answer


def _handed_over(session: Session, address: str) -> Path:
    from muserd.ground import handover  # html: 5 ms that --print does not need

    return handover.write(session.places.handover, address)


def _arrived(session: Session, name: str) -> bool:
    """Whether the pass was spent within a while."""
    deadline = time.monotonic() + _ARRIVES_S
    while time.monotonic() < deadline:
        if session.client.get(f"/passes/{name}")["state"] != "waiting":
            return True
        time.sleep(_LOOK_S)
    return False


def _has_screen() -> bool:
    """Whether a browser would have a window: in a mere terminal, lynx would take it over."""
    variables = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return sys.platform == "darwin" or any(os.environ.get(name) for name in variables)
