"""Work beside the loop: every job ends in exactly one outcome, whatever it raises."""

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from muserd.ground.errors import MuserError

log = logging.getLogger(__name__)

T = TypeVar("T")


def start(name: str, work: Callable[[], T], done: Callable[[T | MuserError], None]) -> None:
    """Do `work` on a thread of its own.

    Args:
        name: of the thread.
        work: may raise anything.
        done: called once, from that thread, with what `work` returned or with why it failed.
    """
    threading.Thread(target=run, args=(work, done), name=name, daemon=True).start()


def run(work: Callable[[], T], done: Callable[[T | MuserError], None]) -> None:
    """The same on this thread."""
    done(outcome_of(work))


def outcome_of(work: Callable[[], T]) -> T | MuserError:
    """What `work` returns, or why it failed: what nobody foresaw becomes a MuserError too."""
    try:
        return work()
    except MuserError as error:
        return error
    except BaseException as error:
        log.critical("a job failed unforeseen", exc_info=True)
        return MuserError(
            f"an unexpected error: {type(error).__name__}: {error}",
            "this is a bug in Muser; please report it with the details from the log",
        )
