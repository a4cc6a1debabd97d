"""Files that wait to be read, and those that a worker has in hand."""

from collections.abc import Iterable
from dataclasses import dataclass

from muserd.engine.sync.plan import Seen
from muserd.ground.clock import Clock
from muserd.ground.records import SPACE_OF, SPACES, Space

# Enough for two full batches of 32 ahead of the encoder; few enough that pausing is felt at once.
MOST_IN_HAND = 96


@dataclass(slots=True)
class _Waiting:
    seen: Seen
    root: bytes
    force: bool
    since_s: float


class ReadQueue:
    """First in, first out, per space; a path is in it once. Not thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[Space, dict[bytes, _Waiting]] = {space: {} for space in SPACES}
        self._in_hand: dict[Space, dict[bytes, _Waiting]] = {space: {} for space in SPACES}
        self._again: set[bytes] = set()

    def add(self, root: bytes, files: Iterable[Seen], *, force: bool = False) -> None:
        """Queue files. One that a worker has in hand is read once more after it comes back."""
        now = self._clock.monotonic_s()
        for seen in files:
            space = SPACE_OF[seen.kind]
            if seen.path in self._in_hand[space]:
                self._again.add(seen.path)
                continue
            before = self._waiting[space].get(seen.path)
            since = before.since_s if before else now
            self._waiting[space][seen.path] = _Waiting(seen, root, force, since)

    def take(self, space: Space) -> list[tuple[Seen, bool]]:
        """The next files for the worker of a space, with their force flag; now in hand."""
        waiting, in_hand = self._waiting[space], self._in_hand[space]
        taken: list[tuple[Seen, bool]] = []
        while waiting and len(in_hand) < MOST_IN_HAND:
            path = next(iter(waiting))
            one = waiting.pop(path)
            in_hand[path] = one
            taken.append((one.seen, one.force))
        return taken

    def done(self, space: Space, path: bytes) -> tuple[bytes, Seen, bool] | None:
        """The worker is through with a path.

        Returns:
            Its root, what was seen, and whether it became dirty meanwhile and should be looked at
            again; None when the path is not in hand.
        """
        one = self._in_hand[space].pop(path, None)
        if one is None:
            return None
        again = path in self._again
        self._again.discard(path)
        return one.root, one.seen, again

    def drop_root(self, root: bytes) -> None:
        """Forget what waits under a root."""
        for waiting in self._waiting.values():
            for path in [path for path, one in waiting.items() if one.root == root]:
                del waiting[path]

    def give_back(self, space: Space) -> None:
        """The worker is gone with what it had in hand: it waits again, first in line."""
        self._waiting[space] = self._in_hand[space] | self._waiting[space]
        self._in_hand[space] = {}

    def count(self, space: Space | None = None) -> int:
        """Files that wait or are in hand."""
        spaces = SPACES if space is None else (space,)
        return sum(len(self._waiting[one]) + len(self._in_hand[one]) for one in spaces)

    def oldest_s(self) -> float:
        """Seconds that the oldest file has waited; 0 when there is none."""
        since = [
            one.since_s
            for queue in (*self._waiting.values(), *self._in_hand.values())
            for one in queue.values()
        ]
        return self._clock.monotonic_s() - min(since) if since else 0.0
