"""An array that grows keeps what it has, and new rows hold what they should."""

import numpy as np
import pytest

from muserd.ground.growing import Growing


@pytest.mark.parametrize("shape", [(), (3,)])
def test_rows_keep_what_they_have(shape: tuple[int, ...]) -> None:
    array: Growing[np.int32] = Growing(np.int32, shape, -1)
    for count in (1, 200, 256, 257, 5_000):
        array.reach(count)
        array.rows[count - 1] = count
        assert array.rows.shape == (count, *shape)
    assert len(array) == 5_000
    assert (array.rows[256] == 257).all()
    assert (array.rows[300] == -1).all()


def test_it_never_shrinks() -> None:
    array: Growing[np.float32] = Growing(np.float32)
    array.reach(10)
    array.reach(3)
    assert len(array) == 10


def test_writing_to_the_rows_writes_to_the_array() -> None:
    array: Growing[np.bool_] = Growing(np.bool_, (2,))
    array.reach(4)
    array.rows[:, 1][2] = True
    assert array.rows.sum() == 1


def test_many_small_steps_are_cheap() -> None:
    """A row is copied a constant number of times however many there are."""
    array: Growing[np.int64] = Growing(np.int64)
    copied = 0
    for count in range(1, 100_000):
        before = array.rows
        array.reach(count)
        if not np.shares_memory(before, array.rows):
            copied += len(before)
    assert copied <= 9 * count


def test_little_room_is_kept_for_nobody() -> None:
    """An eighth: an arrival must not double what a large collection takes."""
    array: Growing[np.int64] = Growing(np.int64)
    array.reach(100_000)
    assert array.rows.base is not None
    assert len(array.rows.base) == 100_000
    array.reach(100_001)
    assert array.rows.base is not None
    assert 100_001 <= len(array.rows.base) <= 112_500
