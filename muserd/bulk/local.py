"""The import by processes of this machine: each worker's thread drives encode workers."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue

from muserd.bulk.discovery import encoder_of
from muserd.bulk.maker import ShardMaker
from muserd.bulk.plan import Plan
from muserd.bulk.request import Made, Work
from muserd.ground.records import Space
from muserd.shards.manifest import MadeBy

OpenMaker = Callable[[Work], ShardMaker]


class LocalEngine:
    """See `engines.Engine`.

    Args:
        workers: how many; 0: one a core, since each computes with one.
        open_maker: tests take another.
    """

    def __init__(self, workers: int = 0, open_maker: OpenMaker = ShardMaker) -> None:
        self._workers = workers or os.cpu_count() or 1
        self._open_maker = open_maker
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def encoder_of(self, space: Space, plan: Plan, work: Work) -> MadeBy:
        """See `Engine`."""
        return encoder_of(space, plan, work)

    def made(self, work: Work, numbers: Sequence[int]) -> Iterator[Made]:
        """See `Engine`."""
        waiting: SimpleQueue[int | None] = SimpleQueue()
        done: SimpleQueue[Made | BaseException | None] = SimpleQueue()
        count = min(self._workers, len(numbers))
        for number in (*numbers, *[None] * count):
            waiting.put(number)
        for n in range(count):
            thread = threading.Thread(
                target=self._work, args=(work, waiting, done), name=f"import-{n}", daemon=True
            )
            self._threads.append(thread)
            thread.start()
        failed: BaseException | None = None
        while count:
            match done.get():
                case None:
                    count -= 1
                case Made() as shard:
                    yield shard
                case error:
                    self._stopping.set()
                    failed = failed or error
        if failed is not None:
            raise failed

    def close(self) -> None:
        """See `Engine`. The processes of a worker leave with this one."""
        self._stopping.set()

    def _work(
        self,
        work: Work,
        waiting: "SimpleQueue[int | None]",
        done: "SimpleQueue[Made | BaseException | None]",
    ) -> None:
        """One worker's thread; None is its last word."""
        try:
            maker = self._open_maker(work)
            try:
                while not self._stopping.is_set() and (number := waiting.get()) is not None:
                    done.put(maker.make(number))
            finally:
                maker.close()
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            done.put(error)
        finally:
            done.put(None)
