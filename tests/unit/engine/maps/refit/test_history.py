"""Which fits are deleted, and what one is worth."""

from muserd.engine.maps.refit.history import KEPT, measured, outlived
from muserd.ground.records import Drift, Quality
from tests.unit.engine.maps.samples import fit


def test_as_many_past_fits_are_kept_as_can_be_rolled_back_to() -> None:
    """The newest, whatever the order in which they are given."""
    past = [fit(number, state="past") for number in range(KEPT, 0, -1)]
    assert outlived(past) == []
    assert outlived([*past, fit(KEPT + 1, state="past"), fit(KEPT + 2, state="past")]) == [1, 2]


def test_small_layouts_are_never_kept() -> None:
    """Nobody goes back to them; they leave no room to others either."""
    small = [fit(1, state="past", method="small"), fit(3, state="past", method="small")]
    large = [fit(number, state="past") for number in range(10, 10 + KEPT)]
    assert outlived([*small, *large]) == [1, 3]


def test_only_past_fits_are_deleted() -> None:
    """Neither the one that is shown nor the one that is held, be they small."""
    assert outlived([fit(1, method="small"), fit(2, state="held", method="small")]) == []


def test_what_a_fit_is_worth() -> None:
    one = fit(
        1,
        quality=Quality(trustworthiness=0.9, recall=0.8, sample=10),
        drift=Drift(p50=0.1, p95=0.2, kept_regions=0.7, common=9),
    )
    assert measured(one) == {
        "trustworthiness": 0.9,
        "recall": 0.8,
        "drift_p50": 0.1,
        "drift_p95": 0.2,
        "kept_regions": 0.7,
    }
    assert set(measured(fit(1)).values()) == {None}
