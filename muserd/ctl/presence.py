"""Whether the daemon runs, and what is known about one that does not answer."""

import os
from typing import Any

from muserd.ctl.client import DaemonHungError
from muserd.ctl.session import Session
from muserd.ground.errors import DaemonDownError

RUNNING, NOT_RUNNING, UNKNOWN = 0, 3, 4  # exit statuses of `status`, as LSB has them


def look(session: Session) -> tuple[dict[str, Any], int]:
    """The daemon's status, or what is known without it; and the exit status for it."""
    try:
        status = session.client.get("/status")
    except DaemonHungError as error:
        return _absent("hung", holder(session), error), UNKNOWN
    except DaemonDownError as error:
        pid = holder(session)
        if pid is None:
            return _absent("stopped", None, error), NOT_RUNNING
        words = DaemonDownError("muserd is starting or stopping", "try again in a few seconds")
        return _absent("starting", pid, words), UNKNOWN
    return status, UNKNOWN if status.get("state") == "starting" else RUNNING


def holder(session: Session) -> int | None:
    """The living process that wrote its number into the lock file; None when there is none."""
    try:
        pid = int(session.places.lock.read_text("ascii").strip())
    except (OSError, ValueError):
        return None
    try:
        os.kill(pid, 0)
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return (
                pid if b"muserd" in file.read() else None
            )  # the number may be another process's by now
    except ProcessLookupError:
        return None
    except OSError:  # it is another user's, or there is no /proc
        return pid


def _absent(state: str, pid: int | None, error: DaemonDownError) -> dict[str, Any]:
    return {"state": state, "pid": pid, "message": error.message, "hint": error.hint}
