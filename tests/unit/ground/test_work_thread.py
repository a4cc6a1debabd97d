"""A thread that works when something is due."""

import threading

from muserd.ground.work_thread import WorkThread

PATIENCE_S = 10.0


class Sums:
    """Adds up what is put in, on a thread."""

    def __init__(self) -> None:
        self.waiting: list[int] = []
        self.total = 0
        self.gate = threading.Event()
        self.gate.set()
        self.thread = WorkThread("sums", lambda: bool(self.waiting), self.add)

    def put(self, *numbers: int) -> None:
        with self.thread.changing():
            self.waiting.extend(numbers)

    def add(self) -> None:
        assert self.gate.wait(PATIENCE_S)
        with self.thread.changing():
            self.total += sum(self.waiting)
            self.waiting.clear()

    def begin(self) -> None:
        self.thread.start()
        assert self.thread.wait_for(lambda: self.thread.idle, PATIENCE_S)

    def wait(self, total: int) -> bool:
        return self.thread.wait_for(lambda: self.total == total, PATIENCE_S)


def test_it_works_when_something_is_due_and_not_before() -> None:
    sums = Sums()
    sums.put(1)
    assert sums.total == 0  # it has not begun
    sums.thread.start()
    assert sums.wait(1)
    assert sums.thread.wait_for(lambda: sums.thread.idle, PATIENCE_S)
    sums.put(2, 3)
    assert sums.wait(6)
    sums.thread.stop(PATIENCE_S)
    sums.put(4)
    assert not sums.thread.wait_for(lambda: sums.total != 6, 0.05)


def test_it_is_not_idle_while_it_works() -> None:
    sums = Sums()
    sums.begin()
    sums.gate.clear()
    sums.put(1)
    assert sums.thread.wait_for(lambda: not sums.thread.idle, PATIENCE_S)
    assert not sums.thread.wait_for(lambda: sums.thread.idle, 0.05)
    sums.gate.set()
    assert sums.thread.wait_for(lambda: sums.thread.idle, PATIENCE_S)
    assert sums.total == 1
    sums.thread.stop(PATIENCE_S)


def test_work_ends_before_it_stops_and_nothing_is_begun_after() -> None:
    sums = Sums()
    sums.begin()
    sums.gate.clear()
    sums.put(1)
    assert sums.thread.wait_for(lambda: not sums.thread.idle, PATIENCE_S)
    threading.Timer(0.05, sums.gate.set).start()
    sums.thread.stop(PATIENCE_S)
    assert sums.total == 1
    assert sums.thread.stopping


def test_a_rest_is_cut_short_by_the_end() -> None:
    rested: list[bool] = []
    due = threading.Event()
    due.set()

    def work() -> None:
        due.clear()
        rested.extend([thread.rest(0.0), thread.rest(PATIENCE_S)])

    thread = WorkThread("rest", due.is_set, work)
    thread.start()
    assert thread.wait_for(lambda: len(rested) == 0 and not due.is_set(), PATIENCE_S)
    thread.stop(PATIENCE_S)
    assert rested == [True, False]


def test_one_that_never_began_can_be_stopped() -> None:
    Sums().thread.stop(0.0)
