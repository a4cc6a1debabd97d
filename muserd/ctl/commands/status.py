"""Show what the daemon is doing, what is on the maps, and what needs attention.

Exit status, as defined by LSB: 0 running, 3 not running, 4 starting or not responding.
"""

import argparse
from typing import Any

from muserd.ctl.parsing import add_json, seconds
from muserd.ctl.presence import look
from muserd.ctl.render.output import ago, clean, count, duration, home, size
from muserd.ctl.session import Session
from muserd.ctl.waiting import PAUSES

_BAR_WIDTH = 20
_COLOUR = {"paused": "yellow", "degraded": "red", "starting": "yellow", "stopping": "yellow"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument(
        "--watch",
        action="store_true",
        help="update it until Ctrl-C; one JSON object per line with --json",
    )
    parser.add_argument(
        "--interval",
        type=seconds,
        default=1.0,
        metavar="S",
        help="seconds between updates (default 1)",
    )
    add_json(parser)


def run(arguments: argparse.Namespace, session: Session) -> int:
    """Print the status once, or again and again."""
    if arguments.watch:
        from muserd.ctl.render.live import watch  # only here

        return watch(session, max(0.2, arguments.interval), show)
    status, code = look(session)
    if session.out.json:
        session.out.object(status)
    else:
        show(status, session)
    return code


def show(status: dict[str, Any], session: Session) -> None:
    """Print the status as text."""
    out = session.out
    state = str(status.get("state", "unknown"))
    if status.get("spaces") is None:
        colour = _COLOUR.get(state, "red")
        out.text(out.paint(str(status["message"]), "bold", colour))
        out.text(f"  {out.paint('hint:', 'cyan')} {status['hint']}")
        return
    painted = out.paint(state, "bold", _COLOUR.get(state, "green"))
    parts = [f"pid {status.get('pid')}", f"up {duration(status.get('uptime_s'))}"]
    parts.append(size(status.get("rss_bytes")))
    out.text(f"muserd {status.get('version', '')} is {painted} · {' · '.join(parts)}")
    out.text("")
    out.table(("", ""), _facts(status, bars=out.terminal), indent=2)
    _show_spaces(status, session)
    _show_roots(status, session)
    for problem in status.get("problems") or ():
        out.text("  " + out.paint(clean(problem), "red"))


def _facts(status: dict[str, Any], *, bars: bool) -> list[tuple[str, str]]:
    queue, store = status.get("queue") or {}, status.get("store") or {}
    facts = [("page", status.get("url") or "off; the reason is below")]
    published = status.get("published_at")
    facts.append(("map", f"revision {status.get('revision', 0)}, {ago(published)}"))
    pending = queue.get("pending") or 0
    waits = f"{count(pending, 'file')}, the oldest for {duration(queue.get('oldest_s'))}"
    facts.append(("queue", waits if pending else "empty"))
    pauses = status.get("pauses") or ()
    facts += [("new files", PAUSES.get(reason, reason)) for reason in pauses]
    facts += _progress(status, bars=bars)
    failures = status.get("failures") or 0
    if failures:
        facts.append(("failed", f"{count(failures, 'file')}; see `muserctl failed`"))
    passed_over = [
        one for root in status.get("roots") or () for one in root.get("passed_over") or ()
    ]
    if passed_over:
        facts.append(("passed over", _passed_over(passed_over)))
    used, whole = size(store.get("map_used_bytes")), size(store.get("map_size_bytes"))
    facts.append(("store", f"{used} of {whole}, disk {size(store.get('disk_free_bytes'))} free"))
    return facts


def _passed_over(kinds: list[dict[str, Any]]) -> str:
    """`12 of 3 kinds: 7 .xyz, 4 .abc, 1 @eaDir/; see …`."""
    counts: dict[str, int] = {}
    for kind in kinds:
        counts[kind["what"]] = counts.get(kind["what"], 0) + kind["count"]
    first = sorted(counts, key=lambda what: -counts[what])[:4]
    shown = ", ".join(f"{counts[what]} {clean(what)}" for what in first)
    more = ", …" if len(counts) > len(first) else ""
    return f"{sum(counts.values())}: {shown}{more}; see `muserctl failed --skipped`"


def _progress(status: dict[str, Any], *, bars: bool) -> list[tuple[str, str]]:
    facts = []
    for space, progress in (status.get("progress") or {}).items():
        stage, message = str(progress.get("stage") or "idle"), str(progress.get("message") or "")
        if stage != "idle" or message:
            items = (status["spaces"].get(space) or {}).get("items") or 0
            share = _share(progress, stage, items)
            words = [" ".join(filter(None, (stage, str(progress.get("step") or ""))))]
            words += [f"{share:.0%}"] if share is not None else []
            words += [_to_go(progress)] if progress.get("pending") else []
            words += [message] if message else []
            drawn = f"{_bar(share)} " if bars and share is not None else ""
            facts.append((space, drawn + ", ".join(words)))
    return facts


def _share(progress: dict[str, Any], stage: str, items: int) -> float | None:
    """The finished share of what a space is doing, from 0 to 1; None when not known."""
    pending = progress.get("pending") or 0
    if stage == "encoding" and pending:
        return float(items / (items + pending))
    share = progress.get("share")
    return float(share) if isinstance(share, int | float) and stage != "idle" else None


def _to_go(progress: dict[str, Any]) -> str:
    pending, rate = progress["pending"], progress.get("rate_per_s")
    if not isinstance(rate, int | float) or rate <= 0:
        return f"{count(pending, 'file')} to go"
    return f"{count(pending, 'file')} to go at {rate:.1f} a second, {duration(pending / rate)} left"


def _bar(share: float) -> str:
    done = round(share * _BAR_WIDTH)
    return "━" * done + "─" * (_BAR_WIDTH - done)


def _show_spaces(status: dict[str, Any], session: Session) -> None:
    rows = []
    for space, values in status["spaces"].items():
        fit, encoder = values.get("fit") or {}, values.get("encoder") or {}
        numbers = [count(values.get(k)) for k in ("items", "provisional", "regions", "outliers")]
        made = "none yet"
        if fit:
            quality = fit.get("trustworthiness")
            shown = f", trust {quality:.2f}" if isinstance(quality, int | float) else ""
            made = f"#{fit.get('number')}, {ago(fit.get('at'))}{shown}"
        label = ", ".join(filter(None, (encoder.get("label"), encoder.get("device"))))
        rows.append((space, *numbers, made, label or "not loaded"))
    session.out.text("")
    head = ("map", "items", "provisional", "regions", "outliers", "fit", "encoder")
    session.out.table(head, rows, right="items provisional regions outliers", indent=2)
    lacking = sum(values.get("incomplete") or 0 for values in status["spaces"].values())
    if lacking:
        session.out.text(
            f"  {count(lacking, 'file')} without an end: shown as far as they go; `muserctl items`"
        )


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
