"""Report whether everything works, for monitoring.

Exit status: 0 healthy, 1 degraded, 3 not running, 4 starting or not responding.
"""

import argparse

from muserd.ctl.parsing import add_json
from muserd.ctl.presence import look
from muserd.ctl.session import Session
from muserd.ground.errors import DaemonDownError


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    add_json(parser)


def run(_arguments: argparse.Namespace, session: Session) -> int:
    """Print one word and the problems."""
    try:
        health = session.client.get("/health")
    except DaemonDownError:
        seen, code = look(session)
        health = {"ok": False, "state": seen["state"], "problems": [seen.get("message", "")]}
    else:
        code = 0 if health.get("ok") else 1
    if session.out.json:
        session.out.object(health)
    else:
        session.out.text("ok" if health.get("ok") else "degraded" if code == 1 else health["state"])
        for problem in health.get("problems") or ():
            session.out.text(f"  {problem}")
    return code
