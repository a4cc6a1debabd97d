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
    """The capacity doubles: a view stays valid for most of them."""
    array: Growing[np.int64] = Growing(np.int64)
    moved = 0
    for count in range(1, 10_000):
        before = array.rows
        array.reach(count)
        moved += not np.shares_memory(before, array.rows) and len(before) > 0
    assert moved < 10
