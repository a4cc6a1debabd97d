"""Other threads write the store through the loop's, which is the only writer."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from muserd.ground.errors import BusyError, StoreFullError
from muserd.store.environment import Store
from muserd.store.writer import Writer

_WRITTEN_S = 60.0  # the loop may be in a long round

T = TypeVar("T")


class StoreCalls:
    """For any thread but the loop's, which would wait for itself.

    Args:
        call: has something done on the loop's thread.
    """

    def __init__(self, store: Store, call: Callable[[Callable[[], None]], None]) -> None:
        self._store = store
        self._call = call

    def write(self, work: Callable[[Writer], T], timeout_s: float = _WRITTEN_S) -> T:
        """What `work` returns, done in one transaction on the loop's thread.

        Raises:
            BusyError: the loop did not come to it in time; it may be done later.
            Exception: whatever `work` raised, or the commit; nothing is written.
        """

        def write() -> T:
            with self._store.write() as writer:
                return work(writer)

        return self.run(write, timeout_s)

    def run(self, work: Callable[[], T], timeout_s: float | None = None) -> T:
        """What `work` returns, done on the loop's thread.

        Raises:
            BusyError: the loop did not come to it in time; it may be done later.
            Exception: whatever `work` raised.
        """
        done: Future[T] = Future()

        def run() -> None:
            try:
                result = work()
            except StoreFullError as error:
                done.set_exception(error)
                raise  # the loop closes its gate
            except Exception as error:  # noqa: BLE001 - told to whoever waits
                done.set_exception(error)
            else:
                done.set_result(result)

        self._call(run)
        try:
            return done.result(timeout_s)
        except TimeoutError:
            if done.done():  # `work` raised it
                raise
            raise BusyError(
                "the daemon is busy; the change has not been made yet", "try again in a moment"
            ) from None
