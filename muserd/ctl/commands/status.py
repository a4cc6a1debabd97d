"""Show what the daemon does, what it holds and what it waits for.

Exit status, as LSB has it: 0 running, 3 not running, 4 starting or not answering.
"""

import argparse
import os
from typing import Any

from muserd.ctl.catalogue import add_json, seconds
from muserd.ctl.client import DaemonHungError
from muserd.ctl.output import ago, clean, count, duration, home, size
from muserd.ctl.session import Session
from muserd.ground.errors import DaemonDownError

_RUNNING, _NOT_RUNNING, _UNKNOWN = 0, 3, 4
_COLOUR = {"paused": "yellow", "degraded": "red", "starting": "yellow", "stopping": "yellow"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument(
        "--watch", action="store_true", help="keep showing it, until Ctrl-C; NDJSON with --json"
    )
    parser.add_argument(
        "--interval", type=seconds, default=1.0, metavar="S", help="between two looks (default 1)"
    )
    add_json(parser)


def run(arguments: argparse.Namespace, session: Session) -> int:
    """Print the status once, or again and again."""
    if arguments.watch:
        from muserd.ctl.live import watch  # only here

        return watch(session, max(0.2, arguments.interval))
    status, code = look(session)
    if session.out.json:
        session.out.object(status)
    else:
        show(status, session)
    return code


def look(session: Session) -> tuple[dict[str, Any], int]:
    """The daemon's status, or what can be said without it; and the exit status that says so."""
    try:
        return session.client.get("/status"), _RUNNING
    except DaemonDownError as error:
        pid = _holder(session)
        known = {"pid": pid, "message": error.message, "hint": error.hint}
        if isinstance(error, DaemonHungError):
            return {"state": "hung", **known}, _UNKNOWN
        if pid is not None:
            hint = "it is starting or stopping; look again in a few seconds"
            return {"state": "starting", **known, "hint": hint}, _UNKNOWN
        return {"state": "stopped", **known}, _NOT_RUNNING


def show(status: dict[str, Any], session: Session) -> None:
    """The status for people."""
    out = session.out
    state = str(status.get("state", "unknown"))
    if status.get("spaces") is None:
        out.text(f"muserd is {out.paint(state, 'bold', 'red')}")
        out.text(f"  {status['message']}")
        out.text(f"  {out.paint('hint:', 'cyan')} {status['hint']}")
        return
    painted = out.paint(state, "bold", _COLOUR.get(state, "green"))
    parts = [f"pid {status.get('pid')}", f"up {duration(status.get('uptime_s'))}"]
    parts.append(size(status.get("rss_bytes")))
    out.text(f"muserd {status.get('version', '')} is {painted} · {' · '.join(parts)}")
    out.text("")
    out.table(("", ""), _facts(status), indent=2)
    _show_spaces(status, session)
    _show_roots(status, session)
    for problem in status.get("problems") or ():
        out.text("  " + out.paint(clean(problem), "red"))


def _facts(status: dict[str, Any]) -> list[tuple[str, str]]:
    queue, store = status.get("queue") or {}, status.get("store") or {}
    facts = [("page", status.get("url") or "off: its port was taken")]
    published = status.get("published_at")
    facts.append(("map", f"revision {status.get('revision', 0)}, {ago(published)}"))
    pending = queue.get("pending") or 0
    waits = f"{count(pending, 'file')}, the oldest for {duration(queue.get('oldest_s'))}"
    facts.append(("queue", waits if pending else "empty"))
    pauses = status.get("pauses") or []
    if pauses:
        facts.append(("paused", ", ".join(map(str, pauses)) + "; see `muserctl resume`"))
    facts += _progress(status)
    failures = status.get("failures") or 0
    if failures:
        facts.append(("failed", f"{count(failures, 'file')}; see `muserctl failed`"))
    used, whole = size(store.get("map_used_bytes")), size(store.get("map_size_bytes"))
    facts.append(("store", f"{used} of {whole}, disk {size(store.get('disk_free_bytes'))} free"))
    return facts


def _progress(status: dict[str, Any]) -> list[tuple[str, str]]:
    facts = []
    for space, progress in (status.get("progress") or {}).items():
        stage = str(progress.get("stage") or "idle")
        message = str(progress.get("message") or "")
        if stage == "idle" and not message:
            continue
        words = [" ".join(filter(None, (stage, str(progress.get("step") or ""))))]
        share, rate = progress.get("share"), progress.get("rate_per_s")
        if isinstance(share, int | float) and stage != "idle":
            words.append(f"{share:.0%}")
        if progress.get("pending"):
            words.append(f"{count(progress['pending'], 'file')} to go")
        if isinstance(rate, int | float) and rate > 0:
            words.append(f"{rate:.1f} files/s")
        facts.append((space, ", ".join([*words, message] if message else words)))
    return facts


def _show_spaces(status: dict[str, Any], session: Session) -> None:
    rows = []
    for space, values in status["spaces"].items():
        fit, encoder = values.get("fit") or {}, values.get("encoder") or {}
        numbers = [count(values.get(k)) for k in ("items", "provisional", "regions", "outliers")]
        made = "none yet"
        if fit:
            quality = fit.get("trustworthiness")
            shown = f", {quality:.2f}" if isinstance(quality, int | float) else ""
            made = f"#{fit.get('number')}, {ago(fit.get('at'))}{shown}"
        label = ", ".join(filter(None, (encoder.get("label"), encoder.get("device"))))
        rows.append((space, *numbers, made, label or "not loaded"))
    session.out.text("")
    head = ("map", "items", "provisional", "regions", "outliers", "fit", "encoder")
    session.out.table(head, rows, right="items provisional regions outliers", indent=2)


def _show_roots(status: dict[str, Any], session: Session) -> None:
    out = session.out
    roots = status.get("roots") or []
    out.text("")
    if not roots:
        out.text("  no folder is watched; add one with `muserctl roots add DIR`")
        return
    rows = [
        (
            home(str(root.get("path", ""))),
            str(root.get("state", "")),
            count(root.get("files")),
            count(root.get("directories")),
            count(root.get("watches")),
            ago(root.get("last_scan_at")),
        )
        for root in roots
    ]
    head = ("folder", "state", "files", "folders", "watches", "scanned")
    out.table(head, rows, right="files folders watches", indent=2)
    for root in roots:
        if root.get("reason") and root.get("state") not in {"offline", "denied"}:  # a problem
            out.text(
                "  " + out.paint(clean(f"{home(str(root['path']))}: {root['reason']}"), "yellow")
            )


def _holder(session: Session) -> int | None:
    """The living process that wrote its number into the lock file; None when there is none."""
    try:
        pid = int(session.places.lock.read_text("ascii").strip())
        os.kill(pid, 0)
    except PermissionError:
        return pid
    except (OSError, ValueError):
        return None
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return pid if b"muserd" in file.read() else None  # the number may be somebody else's
    except OSError:
        return pid
