"""Questions to the encode worker, between the threads that wait and the thread that answers."""

import threading
from collections import deque
from collections.abc import Callable, Iterator

from msgspec import structs

from muserd.ground.errors import EncoderError, FileError, MuserError, WorkerError
from muserd.workers.encode.protocol import (
    Answer,
    Example,
    FromChild,
    Query,
    Question,
    Refusal,
    Texts,
)
from muserd.workers.process.child import Child
from muserd.workers.process.link import Buffer

MOST_TRIES = 2  # of a request in children that die


class Request:
    """A question and, later, its answer. Waited for by one thread, answered by another."""

    def __init__(self, question: Question, buffers: tuple[Buffer, ...] = ()) -> None:
        self.question = question
        self.buffers = buffers
        self.tries = 0
        self.deadline_s: float | None = None
        self.given_up = False
        self._result: list[bytes] | MuserError | None = None
        self._done = threading.Event()

    @property
    def needs_model(self) -> bool:
        """Whether the encoder must be there to answer it."""
        return isinstance(self.question, Query | Texts | Example)

    def end(self, result: list[bytes] | MuserError) -> None:
        """Answer it."""
        self._result = result
        self._done.set()

    def wait(self, timeout_s: float) -> list[bytes]:
        """The buffers of the answer.

        Raises:
            FileError: of the file that was asked for.
            WorkerError: anything else, a missing answer included.
        """
        if not self._done.wait(timeout_s):
            self.given_up = True
            raise WorkerError(
                f"the encode worker did not answer within {timeout_s:g} s",
                "it may be starting or busy: try again",
            )
        match self._result:
            case list(buffers):
                return buffers
            case WorkerError() | FileError() as error:
                raise error
            case error:
                told = error or WorkerError("no answer")
                raise WorkerError(told.message, told.hint) from error


class Requests:
    """The requests of one worker. Not thread-safe: they belong to its thread."""

    def __init__(self) -> None:
        self._waiting: deque[Request] = deque()
        self._asked: dict[int, Request] = {}

    @property
    def waiting(self) -> int:
        """How many the child has not got yet."""
        return len(self._waiting)

    @property
    def asked(self) -> int:
        """How many the child is to answer."""
        return len(self._asked)

    def add(self, request: Request) -> None:
        """Queue one."""
        self._waiting.append(request)

    def refuse(self, why: Callable[[Request], MuserError | None]) -> None:
        """End the waiting ones for which `why` has an error, and drop those nobody waits for."""
        kept: deque[Request] = deque()
        for request in self._waiting:
            error = why(request)
            if error is not None:
                request.end(error)
            elif not request.given_up:
                kept.append(request)
        self._waiting = kept

    def send(self, child: Child[FromChild], numbers: Iterator[int]) -> None:
        """Hand all that wait to the child, each under a new number."""
        while self._waiting:
            request = self._waiting.popleft()
            n = next(numbers)
            self._asked[n] = request
            request.tries += 1
            child.send(structs.replace(request.question, n=n), request.buffers)

    def busy_until(self, n: int, deadline_s: float) -> None:
        """Work on one began, if `n` is one."""
        if n in self._asked:
            self._asked[n].deadline_s = deadline_s

    def deadline_s(self) -> float | None:
        """When the first one in work must be answered."""
        deadlines = [one.deadline_s for one in self._asked.values() if one.deadline_s is not None]
        return min(deadlines, default=None)

    def answered(self, said: Answer | Refusal, buffers: list[bytes]) -> None:
        """The child's answer, or why it has none."""
        request = self._asked.pop(said.n, None)
        if request is not None:
            request.end(_error_of(said) if isinstance(said, Refusal) else buffers)

    def give_back(self, message: str = "") -> None:
        """The child is gone. What it had waits again; with a `message`, only for so many tries."""
        for request in self._asked.values():
            request.deadline_s = None
            if message and request.tries >= MOST_TRIES:
                request.end(WorkerError(message))
            else:
                self._waiting.append(request)
        self._asked = {}

    def end_all(self, error: MuserError) -> None:
        """Nobody will answer any more."""
        self.give_back()
        self.refuse(lambda _: error)


def _error_of(said: Refusal) -> MuserError:
    if said.cause:
        return FileError(said.cause, said.message, said.hint)
    return EncoderError(said.message, said.hint)
