"""When the policy may be asked for a fit again, after what became of the last one."""

from muserd.engine.maps.refit.policy import SETTLES_S
from muserd.engine.maps.refit.schedule import _SLACK_S, FitSchedule
from muserd.ground.config import Layout


def test_at_first_a_fit_may_be_made() -> None:
    assert FitSchedule().may_try(0.0)


def test_after_a_failure_it_is_waited_ever_longer() -> None:
    """To the very moment; a fit that worked makes the next wait short again."""
    schedule = FitSchedule()
    first = schedule.failed(100.0)
    assert first == 10.0
    assert not schedule.may_try(109.9)
    assert schedule.may_try(110.0)
    assert schedule.failed(110.0) > first
    schedule.adopted()
    assert schedule.may_try(110.0)
    assert schedule.failed(110.0) == first


def test_after_a_held_fit_something_must_have_come_in() -> None:
    """The same land would give the same fit."""
    schedule = FitSchedule()
    schedule.arrived_s = 50.0
    schedule.begun(60.0)
    assert schedule.may_try(61.0)  # it is not held yet
    schedule.held(70.0, wait_s=30.0)
    assert not schedule.may_try(100.0)
    schedule.arrived_s = 60.0  # as it began: the snapshot may have missed it
    assert not schedule.may_try(99.9)
    assert schedule.may_try(100.0)


def test_what_came_before_people_chose_an_older_fit_is_no_reason() -> None:
    schedule = FitSchedule()
    schedule.arrived_s = 99.0
    schedule.chosen(100.0, wait_s=10.0)
    assert not schedule.may_try(200.0)
    schedule.arrived_s = 101.0
    assert schedule.may_try(200.0)
    schedule.adopted()
    schedule.arrived_s = 0.0
    assert schedule.may_try(200.0)


def test_the_moments_at_which_the_policy_may_think_otherwise() -> None:
    """Rest after arrivals, the end of the quiet time and of the interval, the end of a wait."""
    schedule, layout = FitSchedule(), Layout(refit_quiet_s=20, refit_interval_minutes=2)
    schedule.arrived_s = 1_000.0
    schedule.failed(1_003.0)
    moments = schedule.moments(layout, now_s=1_005.0, fit_age_s=30.0)
    assert [round(moment - _SLACK_S, 6) for moment in moments] == [
        1_000.0,
        1_000.0 + SETTLES_S,
        1_020.0,
        1_095.0,
        1_013.0,
    ]
