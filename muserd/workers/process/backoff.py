"""When a failed thing is tried again."""


class Backoff:
    """How long to wait before a failed thing is tried again: doubling, with a ceiling."""

    def __init__(self, first_s: float = 1.0, most_s: float = 300.0) -> None:
        self._first_s = first_s
        self._most_s = most_s
        self.failures = 0

    def failed(self) -> float:
        """Count a failure; the seconds to wait now."""
        self.failures += 1
        # The exponent is capped as well: a float overflows after a thousand failures.
        return min(self._most_s, self._first_s * 2.0 ** min(self.failures - 1, 32))

    def worked(self) -> None:
        """Forget the failures."""
        self.failures = 0
