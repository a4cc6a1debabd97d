"""A job beside the loop ends in exactly one outcome, whatever it raises."""

import threading

import pytest

from muserd.engine import background
from muserd.ground.errors import LayoutError, MuserError


def test_what_it_returns_is_its_outcome() -> None:
    assert background.outcome_of(lambda: 7) == 7


def test_an_error_on_purpose_is_its_outcome() -> None:
    error = LayoutError("no land")

    def fail() -> int:
        raise error

    assert background.outcome_of(fail) is error


@pytest.mark.parametrize("raised", [RuntimeError("odd"), MemoryError(), KeyError(3), SystemExit(1)])
def test_what_nobody_foresaw_is_one_too(raised: BaseException) -> None:
    """Whoever waits is told what it was and where more can be read."""

    def fail() -> int:
        raise raised

    outcome = background.outcome_of(fail)
    assert isinstance(outcome, MuserError)
    assert type(raised).__name__ in outcome.message
    assert "log" in outcome.hint


def test_a_job_on_its_own_thread_reports_once() -> None:
    told: list[object] = []
    done = threading.Event()
    background.start(
        "test", threading.get_ident, lambda outcome: (told.append(outcome), done.set())
    )
    assert done.wait(30)
    assert len(told) == 1
    assert told[0] != threading.get_ident()
