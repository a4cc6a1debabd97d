"""Other instances of Muser that this user runs, found by their processes."""

import os
from collections.abc import Iterator
from pathlib import Path

from muserd.ground.paths import LOCK, Places, muserctl

_PROCESSES = Path("/proc")
_MOST_NAMED = 3


def others(own: Places) -> list[Path]:
    """The state directories of the daemons of this user, but for one's own instance.

    A daemon holds its lock file open, so /proc tells which directory it uses, whatever variables
    and options it was started with. Empty where there is no /proc.
    """
    found = {state for state in _states() if state != own.state}
    return sorted(found)


def hint(own: Places) -> str:
    """How to reach another instance that runs; empty when there is none."""
    known = others(own)
    if not known:
        return ""
    commands = " or ".join(f"`{muserctl(state)} status`" for state in known[:_MOST_NAMED])
    return f"another instance is running; to reach it: {commands}"


def _states() -> Iterator[Path]:
    for process in _PROCESSES.glob("[0-9]*"):
        try:
            if b"muserd" not in (process / "cmdline").read_bytes():
                continue
            for handle in (process / "fd").iterdir():
                target = Path(os.readlink(handle))
                if target.name == LOCK and (target.parent / "store").is_dir():
                    yield target.parent
        except OSError:  # it has ended, or is another user's
            continue
