"""Long runs in parts that can be repeated: `MUSER_SOAK=FIRST:COUNT` picks the seeds of a part.

MUSER_SOAK=40:10 python -m pytest -m soak tests/property
"""

import os


def seeds(first: int, count: int) -> range:
    """The seeds of a long run: all of them, or the part that the environment names.

    The part is counted from the beginning of the run; what lies beyond its end is empty.
    """
    wanted = os.environ.get("MUSER_SOAK", "")
    every = range(first, first + count)
    if not wanted:
        return every
    start, length = (int(number) for number in wanted.split(":"))
    return every[start : start + length]
