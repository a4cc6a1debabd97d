"""`status --watch`: the status again and again, in place on a terminal."""

import io
import os
import sys
import time
from contextlib import redirect_stdout
from typing import Any

from muserd.ctl.output import count, duration
from muserd.ctl.session import Session

_CLEAR_LINE, _CLEAR_BELOW, _UP = "\x1b[K", "\x1b[J", "\x1b[{}A"
_CUT, _WRAP = "\x1b[?7l", "\x1b[?7h"  # a wrapped line would be two, and the way up too short


def watch(session: Session, interval_s: float) -> int:
    """Show the status until Ctrl-C; the exit status is 0 then, or that of the last look."""
    from muserd.ctl.commands import status as command

    drawn, last = 0, None
    try:
        while True:
            began = time.monotonic()
            status, _code = command.look(session)
            if session.out.json:
                session.out.line(status)
                sys.stdout.flush()
            else:
                drawn = _draw(session, command, status, last, drawn)
            last = (began, status)
            time.sleep(max(0.0, interval_s - (time.monotonic() - began)))
    except KeyboardInterrupt:
        return 0


def _draw(
    session: Session,
    command: Any,
    status: dict[str, Any],
    last: tuple[float, dict[str, Any]] | None,
    drawn: int,
) -> int:
    """Draw over what was drawn before; the number of lines that are now on the screen."""
    page = io.StringIO()
    with redirect_stdout(page):
        command.show(status, session)
        rates = rate_line(status, last, time.monotonic())
        if rates:
            session.out.text(f"\n  {rates}")
    lines = page.getvalue().splitlines()
    if session.out.terminal:
        if drawn:
            sys.stdout.write(_UP.format(drawn))
        lines = lines[: max(1, os.get_terminal_size(sys.stdout.fileno()).lines - 1)]
        shown = "".join(f"{line}{_CLEAR_LINE}\n" for line in lines)
        sys.stdout.write(f"{_CUT}{shown}{_CLEAR_BELOW}{_WRAP}")
    else:
        sys.stdout.write("\n".join(lines) + "\n\n")
    sys.stdout.flush()
    return len(lines)


def rate_line(
    status: dict[str, Any], last: tuple[float, dict[str, Any]] | None, now_s: float
) -> str:
    """How fast items come in, and how long the queue will take; empty when nothing moves."""
    if last is None or not status.get("spaces") or not last[1].get("spaces"):
        return ""
    passed_s = max(0.001, now_s - last[0])
    grown = _items(status) - _items(last[1])
    pending = (status.get("queue") or {}).get("pending") or 0
    if grown <= 0:
        return ""
    rate = grown / passed_s
    left = f", about {duration(pending / rate)} left" if pending else ""
    return f"{rate:.1f} items/s, {count(pending, 'file')} to go{left}"


def _items(status: dict[str, Any]) -> int:
    return sum(int(values.get("items") or 0) for values in status["spaces"].values())
