"""Troubles that pass by themselves: a folder on the network that is away for a minute."""

import os

from muserd.ground.config import Root
from muserd.watch.identity import probe
from muserd.workers.encode.outcomes import FileFailed, Outcome

_OF_ITS_FOLDER = frozenset({"vanished", "permission", "hang"})


def is_passing(outcome: Outcome) -> bool:
    """Whether a file that could not be read may be read soon."""
    if not isinstance(outcome, FileFailed):
        return False
    return outcome.retry or outcome.cause in _OF_ITS_FOLDER


def is_away(root: bytes) -> bool:
    """Whether a folder that was there is away now, or may not be looked into."""
    return probe(Root(os.fsdecode(root)))[0] in {"offline", "denied"}
