"""When an encode worker may try again: its encoder was refused, or a child did not start."""

from muserd.ground.errors import MuserError, WorkerStartError
from muserd.workers.process.backoff import Backoff

REFUSED_S = 5.0  # the first wait; a hub that is away is asked every five minutes in the end
START_S = 1.0
FOREVER_S = float("inf")


class Retry:
    """Back-off state of the encoder and of child start-up. Times are monotonic seconds.

    Attributes:
        refusal: why the encoder cannot be opened; None once it was.
    """

    def __init__(self) -> None:
        self.refusal: MuserError | None = None
        self._refusals = Backoff(REFUSED_S)
        self._starts = Backoff(START_S)
        self._refused_until_s = 0.0
        self._start_at_s = 0.0

    def may_start(self, now_s: float) -> bool:
        """Whether a child may be started."""
        return now_s >= self._start_at_s

    def may_encode(self, now_s: float) -> bool:
        """Whether the encoder may be opened."""
        return now_s >= self._refused_until_s

    def over_at_s(self) -> float:
        """When both are allowed."""
        return max(self._start_at_s, self._refused_until_s)

    def why_not(self, now_s: float, *, model: bool, message: str) -> MuserError | None:
        """Why a request cannot be answered now; `message` tells of a start that failed."""
        if not self.may_start(now_s):
            return WorkerStartError(message)
        return self.refusal if model and not self.may_encode(now_s) else None

    def refused(self, now_s: float, why: MuserError, *, lasting: bool) -> None:
        """The encoder cannot be opened; `lasting` when trying again cannot help."""
        self.refusal = why
        self._refused_until_s = FOREVER_S if lasting else now_s + self._refusals.failed()

    def start_failed(self, now_s: float) -> None:
        """A child ended before it did anything."""
        self._start_at_s = now_s + self._starts.failed()

    def worked(self) -> None:
        """A child finished something."""
        self._starts.worked()

    def opened(self) -> None:
        """The encoder is there."""
        self.refusal = None
        self._refused_until_s = 0.0
        self._refusals.worked()
        self._starts.worked()
