"""Consecutive parts of a sequence."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def batched(many: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Parts of at most `size` elements, in order; slices of `many`."""
    return (many[start : start + size] for start in range(0, len(many), size))
