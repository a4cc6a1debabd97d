"""`status --watch`: the status again and again, in place on a terminal."""

import io
import os
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

from muserd.ctl.presence import look
from muserd.ctl.render.output import write_out
from muserd.ctl.session import Session

Show = Callable[[dict[str, Any], Session], None]

_CLEAR_LINE, _CLEAR_BELOW, _UP = "\x1b[K", "\x1b[J", "\x1b[{}A"
_CUT, _WRAP = "\x1b[?7l", "\x1b[?7h"  # a wrapped line would be two, and the way up too short


def watch(session: Session, interval_s: float, show: Show) -> int:
    """Show the status until Ctrl-C, which is its normal end: the exit status is 0."""
    drawn = 0
    try:
        while True:
            began = time.monotonic()
            status, _code = look(session)
            if session.out.json:
                session.out.line(status)
                write_out()
            else:
                drawn = _draw(session, show, status, drawn)
            time.sleep(max(0.0, interval_s - (time.monotonic() - began)))
    except KeyboardInterrupt:
        return 0


def _draw(session: Session, show: Show, status: dict[str, Any], drawn: int) -> int:
    """Draw over what was drawn before; the number of lines that are now on the screen."""
    page = io.StringIO()
    with redirect_stdout(page):
        show(status, session)
    lines = page.getvalue().splitlines()
    if session.out.terminal:
        if drawn:
            write_out(_UP.format(drawn))
        lines = lines[: max(1, os.get_terminal_size(sys.stdout.fileno()).lines - 1)]
        shown = "".join(f"{line}{_CLEAR_LINE}\n" for line in lines)
        write_out(f"{_CUT}{shown}{_CLEAR_BELOW}{_WRAP}")
    else:
        write_out("\n".join(lines) + "\n\n")
    write_out()
    return len(lines)
