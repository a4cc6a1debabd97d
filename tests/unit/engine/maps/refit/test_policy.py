"""When a fit is due."""

from dataclasses import replace

import pytest

from muserd.engine.maps.refit.policy import GROWN, Land, reason_for_fit, wants_growth, wants_small
from muserd.ground.config import Layout

CALM = Land(
    items=1_000,
    settled=1_000,
    provisional=0,
    unplaced=0,
    far=0,
    small=False,
    quiet_s=3_600,
    fit_age_s=86_400,
    importing=False,
)
NONE_YET = replace(CALM, items=40, settled=0, unplaced=40, small=True, fit_age_s=float("inf"))


def reason(land: Land, lost: float = 0.0) -> str:
    return reason_for_fit(land, Layout(), lambda: lost)


def test_a_settled_land_is_left_alone() -> None:
    assert reason(CALM) == ""


@pytest.mark.parametrize(
    ("items", "importing", "expected"),
    [(14, False, ""), (15, False, "first"), (15, True, ""), (60, True, "early")],
)
def test_the_first_fit_comes_early(items: int, importing: bool, expected: str) -> None:
    assert reason(replace(NONE_YET, items=items, unplaced=items, importing=importing)) == expected


def test_the_first_import_is_fitted_again_as_it_grows() -> None:
    grown = replace(CALM, items=200, settled=100, provisional=100, importing=True, quiet_s=0)
    assert reason(grown) == "early"
    assert reason(replace(grown, items=199)) == ""
    assert reason(replace(grown, importing=False)) == "growth of the land"


def test_the_end_of_an_import_settles_what_came_after_an_early_fit() -> None:
    land = replace(CALM, items=1_020, provisional=20, fit_age_s=5, quiet_s=4, early=True)
    assert reason(land) == "import"
    assert reason(replace(land, quiet_s=1)) == ""
    assert reason(replace(land, importing=True)) == ""
    assert reason(replace(land, early=False)) == ""
    assert reason(replace(land, provisional=0)) == ""


def test_many_provisional_items_wait_for_a_quiet_moment_and_the_interval() -> None:
    land = replace(CALM, items=1_250, provisional=250)
    assert reason(land) == "growth"
    assert reason(replace(land, quiet_s=1)) == ""
    assert reason(replace(land, fit_age_s=60)) == ""
    assert reason(replace(land, importing=True)) == ""
    assert reason(replace(land, provisional=249)) == ""


def test_novelty_needs_more_than_the_expected_far_ones() -> None:
    land = replace(CALM, provisional=100, items=1_100)
    assert reason(replace(land, far=14)) == ""
    assert reason(replace(land, far=15)) == "novelty"
    assert reason(replace(land, provisional=9, far=9)) == ""


def test_few_items_are_laid_out_at_once() -> None:
    few = replace(NONE_YET, items=3, unplaced=1)
    assert wants_small(few)
    assert not wants_small(replace(few, unplaced=0))
    assert not wants_small(replace(few, small=False))
    assert not wants_small(replace(few, items=15))


def test_a_map_that_shows_fewer_true_neighbours_is_fitted_anew() -> None:
    """Beyond the limit, at a quiet moment, and not for a handful of items."""
    land = replace(CALM, provisional=40, items=1_040)
    assert reason(land, 0.02) == ""
    assert reason(land, 0.04) == "recall"
    assert reason(replace(land, quiet_s=1), 0.04) == ""
    assert reason(replace(land, fit_age_s=60), 0.04) == ""
    assert reason(replace(land, provisional=4), 0.04) == ""


def test_the_costly_question_is_asked_last() -> None:
    """Not while something else decides."""

    def never() -> float:
        raise AssertionError

    for land in (
        replace(CALM, provisional=400),
        replace(CALM, provisional=40, quiet_s=1),
        replace(CALM, provisional=100, far=60),
    ):
        reason_for_fit(land, Layout(), never)


def test_a_land_with_many_newcomers_grows() -> None:
    """Whoever asked for the fit: kept in its size, the land would have no room for them."""
    assert all(wants_growth(reason, 0, 100) for reason in GROWN)
    assert not wants_growth("asked", 20, 100)
    assert wants_growth("asked", 21, 100)
    assert wants_growth("growth", 21, 100)
    assert not wants_growth("recall", 0, 0)
