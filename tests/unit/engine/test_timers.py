"""One heap: what is due is called once, in order; what was re-armed is called then."""

import pytest

from muserd.engine.timers import NEVER, Timer, Timers


def test_what_is_due_is_called_in_order() -> None:
    """The earliest first; those of one moment as they were armed."""
    timers, called = Timers(), []
    for name, due_s in (("c", 3.0), ("a", 1.0), ("b", 1.0), ("later", 9.0)):
        timers.new(lambda name=name: called.append(name)).arm(due_s)  # type: ignore[misc]
    assert timers.next_due_s() == 1.0
    timers.run(3.0)
    assert called == ["a", "b", "c"]
    assert timers.next_due_s() == 9.0


def test_a_timer_that_is_armed_again_is_due_once() -> None:
    timers, called = Timers(), []
    timer = timers.new(lambda: called.append(1))
    timer.arm(1.0)
    timer.arm(5.0)
    timers.run(4.0)
    assert called == []
    timer.arm_by(7.0)  # it is due before
    timer.arm_by(2.0)
    timers.run(4.0)
    assert called == [1]
    timers.run(99.0)
    assert called == [1]


def test_a_cancelled_timer_is_not_called() -> None:
    timers, called = Timers(), []
    timer = timers.new(lambda: called.append(1))
    timer.arm(1.0)
    timer.cancel()
    timers.run(2.0)
    assert (called, timers.next_due_s()) == ([], NEVER)
    timer.arm(1.0)
    timer.arm(NEVER)
    timers.run(2.0)
    assert called == []


def test_a_callback_may_arm_its_timer_for_the_same_moment() -> None:
    """It is called in the next run: no run goes on for ever."""
    timers, called = Timers(), []

    def again() -> None:
        called.append(1)
        timer.arm(0.0)

    timer: Timer = timers.new(again)
    timer.arm(0.0)
    timers.run(1.0)
    assert called == [1]
    timers.run(1.0)
    assert called == [1, 1]


def test_what_a_callback_raises_goes_through_and_the_others_stay_due() -> None:
    timers, called = Timers(), []

    def broken() -> None:
        raise ValueError("no room")

    timers.new(broken).arm(1.0)
    timers.new(lambda: called.append(1)).arm(2.0)
    with pytest.raises(ValueError, match="no room"):
        timers.run(3.0)
    assert called == []
    timers.run(3.0)
    assert called == [1]


def test_all_that_were_due_after_the_one_that_raised_stay_due() -> None:
    """The first of three raises: both others are called the next time."""
    timers, called = Timers(), list[str]()

    def fail() -> None:
        raise ValueError("no")

    for due_s, callback in (
        (1.0, fail),
        (2.0, lambda: called.append("b")),
        (3.0, lambda: called.append("c")),
    ):
        timers.new(callback).arm(due_s)
    with pytest.raises(ValueError, match="no"):
        timers.run(5.0)
    timers.run(5.0)
    assert called == ["b", "c"]
