"""What happens when time has passed: one heap for everything that the loop waits for."""

import heapq
from collections.abc import Callable
from itertools import count

NEVER = float("inf")


class Timer:
    """One callback and the moment at which it is due. Made by `Timers.new`.

    Attributes:
        due_s: monotonic seconds; infinite while the timer is not armed.
    """

    __slots__ = ("_timers", "callback", "due_s")

    def __init__(self, timers: "Timers", callback: Callable[[], None]) -> None:
        self.callback = callback
        self.due_s = NEVER
        self._timers = timers

    def arm(self, due_s: float) -> None:
        """Be due then, whatever was said before; NEVER cancels."""
        if due_s != self.due_s:
            self.due_s = due_s
            if due_s != NEVER:
                self._timers.push(self)

    def arm_by(self, due_s: float) -> None:
        """Be due then, unless it is due before."""
        if due_s < self.due_s:
            self.arm(due_s)

    def cancel(self) -> None:
        """Not be due until it is armed again."""
        self.due_s = NEVER


class Timers:
    """For one thread. A timer is called once each time it was armed."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Timer]] = []  # entries of re-armed timers are stale
        self._numbers = count()  # timers that are due at once are called as they were armed

    def new(self, callback: Callable[[], None]) -> Timer:
        """A timer that is not armed yet. Its callback may arm it again."""
        return Timer(self, callback)

    def push(self, timer: Timer) -> None:
        """For `Timer.arm`."""
        heapq.heappush(self._heap, (timer.due_s, next(self._numbers), timer))

    def next_due_s(self) -> float:
        """When the next timer is due; infinite when none is armed."""
        while self._heap:
            due_s, _, timer = self._heap[0]
            if timer.due_s == due_s:
                return due_s
            heapq.heappop(self._heap)
        return NEVER

    def run(self, now_s: float) -> None:
        """Call what is due, each timer once.

        What a callback raises goes through; the others that are due stay so.
        """
        due: list[Timer] = []
        while self.next_due_s() <= now_s:
            timer = heapq.heappop(self._heap)[2]
            if timer not in due:
                due.append(timer)
        for number, timer in enumerate(due):
            timer.due_s = NEVER
            try:
                timer.callback()
            except BaseException:
                for other in due[number + 1 :]:
                    self.push(other)
                raise
