"""Writing the store from another thread."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from muserd.engine.store_calls import StoreCalls
from muserd.ground.errors import BusyError, StoreFullError, UsageError
from muserd.store.environment import Store
from muserd.store.writer import Writer


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with_it = Store(tmp_path / "store", map_size_bytes=1 << 24)
    yield with_it
    with_it.close()


def test_it_is_done_on_the_loops_thread_and_answered(store: Store) -> None:
    posted: list[Callable[[], None]] = []

    def call(work: Callable[[], None]) -> None:
        posted.append(work)
        work()

    def put(writer: Writer) -> int:
        writer.put_meta("a", 1)
        return 5

    assert StoreCalls(store, call).write(put) == 5
    assert len(posted) == 1
    with store.read() as reader:
        assert reader.meta("a") == 1


@pytest.mark.parametrize("error", [UsageError("no", ""), ValueError("no"), TimeoutError()])
def test_what_is_raised_reaches_who_asked_and_not_the_loop(store: Store, error: Exception) -> None:
    """Nothing is written."""

    def fail(writer: Writer) -> None:
        writer.put_meta("a", 1)
        raise error

    with pytest.raises(type(error)):
        StoreCalls(store, lambda work: work()).write(fail)
    with store.read() as reader:
        assert reader.meta("a") is None


def test_a_full_store_is_told_to_both(store: Store) -> None:
    told: list[Exception] = []

    def call(work: Callable[[], None]) -> None:
        try:
            work()
        except StoreFullError as error:
            told.append(error)

    def fail(writer: Writer) -> None:
        raise StoreFullError("full", "")

    with pytest.raises(StoreFullError):
        StoreCalls(store, call).write(fail)
    assert len(told) == 1


def test_a_loop_that_does_not_come_to_it_is_busy(store: Store) -> None:
    with pytest.raises(BusyError, match="busy"):
        StoreCalls(store, lambda _: None).write(lambda _: None, 0.01)
