"""Finds the one element of a batch that cannot be stored; the others go on."""

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from muserd.ground.errors import StoreError

log = logging.getLogger(__name__)

T = TypeVar("T")


def each_or_blame(
    batch: Sequence[T],
    attempt: Callable[[Sequence[T]], None],
    blame: Callable[[T, Exception], None],
) -> None:
    """Do `attempt` on all of a batch, in halves where it raises.

    Args:
        batch: in the order in which it is to be stored.
        attempt: does a part of the batch in one transaction, or raises and changes nothing.
        blame: is told the single element on which `attempt` raises, with the exception.

    Raises:
        StoreError: the store itself failed; no element is to blame for that.
    """
    if not batch:
        return
    try:
        attempt(batch)
    except StoreError:
        raise
    except Exception as error:  # a fault of Muser's own that one file provoked
        if len(batch) == 1:
            log.exception("a file cannot be stored")
            blame(batch[0], error)
            return
    else:
        return
    middle = len(batch) // 2
    each_or_blame(batch[:middle], attempt, blame)
    each_or_blame(batch[middle:], attempt, blame)
