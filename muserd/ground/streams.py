"""The standard streams of a program whose caller closed some of them, or whose reader is gone."""

import contextlib
import os
import sys
from typing import TextIO

_NAMES = ("stdin", "stdout", "stderr")


def open_missing() -> frozenset[str]:
    """Open /dev/null in the place of each standard stream that the caller closed.

    Python makes `sys.stdout` None then, and the next file that is opened would get its number.

    Returns:
        The names of the streams that were closed.
    """
    missing = frozenset(name for name in _NAMES if getattr(sys, name) is None)
    for name in _NAMES:  # in the order of their numbers: the lowest free number is given first
        if name in missing:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - for good
    return missing


def discard(stream: TextIO) -> None:
    """Send what is left in a stream's buffer to /dev/null: the interpreter flushes it as it ends.

    A stream without a descriptor is left alone.
    """
    with contextlib.suppress(OSError):
        descriptor = stream.fileno()
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, descriptor)
        os.close(null)
