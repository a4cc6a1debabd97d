"""One element that cannot be stored costs nothing but itself."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserd.engine.ingest.bisect import each_or_blame
from muserd.ground.errors import StoreFullError


@given(st.lists(st.integers(0, 99), unique=True, max_size=64), st.sets(st.integers(0, 99)))
def test_the_good_are_stored_and_the_bad_are_blamed(batch: list[int], bad: set[int]) -> None:
    """Each once, whatever their number and order; the good ones in theirs."""
    stored: list[int] = []
    blamed: list[int] = []

    def attempt(some: Sequence[int]) -> None:
        if bad & set(some):
            raise OverflowError("too big")
        stored.extend(some)

    each_or_blame(batch, attempt, lambda one, _: blamed.append(one))
    assert stored == [one for one in batch if one not in bad]
    assert blamed == [one for one in batch if one in bad]


def test_a_good_batch_is_one_transaction() -> None:
    attempts: list[Sequence[int]] = []
    each_or_blame(list(range(64)), attempts.append, lambda *_: None)
    assert len(attempts) == 1


def test_nobody_is_blamed_for_a_store_without_room() -> None:
    def full(_: Sequence[int]) -> None:
        raise StoreFullError("no room", "")

    with pytest.raises(StoreFullError):
        each_or_blame([1, 2], full, lambda *_: pytest.fail("blamed"))
