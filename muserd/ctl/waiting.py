"""Waiting for the daemon: says what it still has to do, and what keeps it from doing it."""

from typing import Any

from muserd.ctl.client import TimeIsUpError
from muserd.ctl.render.output import clean, count
from muserd.ctl.session import Session
from muserd.ground.errors import MuserError

_STEP_S = 2.0

ADOPTING = "adopting"  # the pause that ends by itself
# Why no new files are read: by the word in the status.
PAUSES = {
    "user": "paused by you; `muserctl resume` continues",
    "battery": "paused until the machine is on mains power; see resources.pause_on_battery",
    "disk": "paused until the disk has more free space; see resources.disk_floor_mb",
    ADOPTING: "paused while the shards of an import are adopted",
    "map": "paused until the store has room; see resources.map_size_gb",
}


def do(session: Session, route: str, wait_s: float, **fields: object) -> dict[str, Any]:
    """POST, and wait for the result; what goes wrong meanwhile is written to stderr as it happens.

    Raises:
        MuserError: as the daemon says; or the time is up, with what is still to be done and what
            is in its way.
    """
    answer = session.client.post(route, **fields)
    if answer.get("done"):
        return dict(answer.get("result") or {})
    told: set[str] = set()

    def look() -> None:
        status = session.client.get("/status")
        for words in trouble(status):
            if words not in told:
                told.add(words)
                session.out.progress("")
                session.out.note(f"still waiting: {words}")
        session.out.progress(", ".join(pending(status)))

    try:
        return session.client.wait(answer["ticket"], wait_s, look, step_s=_STEP_S)
    except TimeIsUpError as error:
        status = session.client.get("/status")
        reasons = trouble(status) or pending(status)
        rest = f": {'; '.join(reasons)}" if reasons else ""
        raise MuserError(f"{error.message}{rest}", error.hint) from None
    finally:
        session.out.progress("")


def trouble(status: dict[str, Any]) -> list[str]:
    """What keeps the daemon from finishing: problems, and reasons for pausing."""
    found = [clean(problem) for problem in status.get("problems") or ()]
    if (status.get("queue") or {}).get("pending"):
        pauses = (reason for reason in status.get("pauses") or () if reason != ADOPTING)
        found += [PAUSES.get(reason, reason) for reason in pauses]
    for space, one in (status.get("progress") or {}).items():
        if one.get("stage") in {"fetching", "loading"} and one.get("pending"):
            message = one.get("message") or "no details"
            found.append(clean(f"the {space} encoder is {one['stage']}: {message}"))
    return found


def pending(status: dict[str, Any]) -> list[str]:
    """What is still to be done."""
    words = []
    if adopting := status.get("adopting"):
        words.append(f"{count(adopting['shards'])} of {count(adopting['of'], 'shard')} adopted")
    for space, one in (status.get("progress") or {}).items():
        if one.get("pending"):
            words.append(f"{space}: {count(one['pending'], 'file')} to read")
        elif one.get("stage") == "fitting":
            words.append(f"{space}: a fit is being computed")
    scanning = [root for root in status.get("roots") or () if root.get("last_scan_at") is None]
    if scanning:
        words.append(f"{count(len(scanning), 'folder')} to scan")
    return words
