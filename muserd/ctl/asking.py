"""Questions to the person at the terminal. They go to stderr: stdout is for answers to programs."""

import sys

from muserd.ground.errors import MuserError


def somebody() -> bool:
    """Whether there is anybody to ask."""
    return sys.stdin.isatty()


def ask(question: str) -> str:
    """A line of the person's, trimmed. Raises MuserError: the input ended (Ctrl-D)."""
    sys.stderr.write(question)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise MuserError("there was no answer: nothing was changed", "run it again")
    return line.strip()


def agrees(question: str, *, default: bool = False) -> bool:
    """Yes or no; Return alone means `default`."""
    answer = ask(f"{question} {'[Y/n]' if default else '[y/N]'} ").lower()
    return answer in {"y", "yes"} if answer else default
