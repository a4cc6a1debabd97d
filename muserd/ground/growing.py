"""An array that grows by rows, its capacity by an eighth, so that each new row costs O(1)."""

from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

S = TypeVar("S", bound=np.generic)

_LEAST_CAPACITY = 256
_ROOM = 8  # the share of the rows that is kept free is one of so many: memory for nobody


class Growing(Generic[S]):
    """Rows of one shape and dtype; new ones hold `fill`. Not thread-safe.

    Args:
        dtype: of the elements.
        shape: of one row; () for a number.
        fill: what a row holds before it is set.
    """

    def __init__(self, dtype: DTypeLike, shape: tuple[int, ...] = (), fill: float = 0) -> None:
        self._fill = fill
        self._count = 0
        self._array: NDArray[Any] = np.full((0, *shape), fill, dtype)

    def __len__(self) -> int:
        """The number of rows."""
        return self._count

    @property
    def rows(self) -> NDArray[S]:
        """All rows, without a copy: writing to them writes here. Valid until `reach` adds some."""
        return self._array[: self._count]

    def reach(self, count: int) -> None:
        """Have at least so many rows."""
        if count > len(self._array):
            capacity = max(count, len(self._array) * (_ROOM + 1) // _ROOM, _LEAST_CAPACITY)
            grown = np.full((capacity, *self._array.shape[1:]), self._fill, self._array.dtype)
            grown[: self._count] = self.rows
            self._array = grown
        self._count = max(self._count, count)
