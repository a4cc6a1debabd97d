"""How long a note may be read."""

import time

import pytest

from muserd.extract import budget
from muserd.extract.budget import OverBudgetError, allowance_s, check


def test_a_megabyte_may_take_three_seconds() -> None:
    """One for anything, and two for each million bytes."""
    assert allowance_s(0) == 1.0
    assert allowance_s(1_000_000) == pytest.approx(3.0)


@pytest.fixture
def worked_s(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The processor time of this thread, as the test sets it."""
    now = [100.0]
    monkeypatch.setattr(time, "thread_time", lambda: now[0])
    return now


def test_every_sixteenth_call_looks_at_the_clock(worked_s: list[float]) -> None:
    """The one that finds the time used up raises, and so do those after it."""
    with budget.budget(2.0):
        worked_s[0] = 102.0
        for _ in range(16):
            check()  # not over yet: just used up
        worked_s[0] = 102.1
        for _ in range(15):
            check()
        with pytest.raises(OverBudgetError):
            check()


def test_a_budget_ends_with_its_block(worked_s: list[float]) -> None:
    """One inside another counts alone; then the outer one goes on; without any nothing is over."""
    with budget.budget(1.0):
        with budget.budget(50.0):
            worked_s[0] = 130.0
            for _ in range(64):
                check()
        with pytest.raises(OverBudgetError):
            for _ in range(16):
                check()
    for _ in range(64):
        check()
