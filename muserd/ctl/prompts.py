"""Questions to the user. They go to stderr: stdout is for what programs read."""

import sys

from muserd.ground.errors import MuserError


def interactive() -> bool:
    """Whether a user can answer: stdin is a terminal."""
    return sys.stdin.isatty()


def ask(question: str) -> str:
    """The line that the user types, trimmed. Raises MuserError: the input ended (Ctrl-D)."""
    sys.stderr.write(question)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise MuserError("there was no answer: nothing was changed", "run it again")
    return line.strip()


def confirm(question: str, *, default: bool = False) -> bool:
    """Yes or no; Return alone means `default`."""
    answer = ask(f"{question} {'[Y/n]' if default else '[y/N]'} ").lower()
    return answer in {"y", "yes"} if answer else default
