"""Batches of few fixed sizes, without padding.

Libraries prepare kernels for every shape that they see and keep them (oneDNN's cache grows with
shapes: pytorch/pytorch#32596). So a batch is always a power of two, and a rest is cut into
smaller ones: on a CPU a picture costs the same in any of them, and nothing is computed in vain.
"""

from collections.abc import Iterator


def fitting(count: int, most: int) -> int:
    """The largest power of two that is at most `count` (≥ 1) and at most `most` (≥ 1)."""
    return 1 << (min(count, most).bit_length() - 1)


def cut(count: int, most: int) -> Iterator[slice]:
    """Slices that cover `range(count)` in order, each as long as `fitting` allows."""
    start = 0
    while start < count:
        size = fitting(count - start, most)
        yield slice(start, start + size)
        start += size
