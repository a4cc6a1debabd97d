"""How a slow start is told: fetching weights, loading them."""

from collections.abc import Callable
from typing import Literal

Stage = Literal["fetching", "loading"]

# (stage, message for people, share done from 0 to 1 or None where nobody knows)
Progress = Callable[[Stage, str, float | None], None]


def silent(stage: Stage, message: str, share: float | None) -> None:
    """Tell nobody."""
