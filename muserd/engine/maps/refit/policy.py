"""When the land needs a new fit: a pure function of what is on the map and of the time."""

from collections.abc import Callable
from dataclasses import dataclass

from muserd.engine.maps.fit_result import EARLY
from muserd.ground.config import Layout

GROWN = frozenset({"first", EARLY, "growth of the land", "import"})  # most of the land is new
FEWEST_ITEMS = 15  # UMAP needs a neighbourhood; fewer lie in a small layout
_EARLY_ITEMS = 60  # while the first import runs, the first fit comes with so many
_GROWTH = 2.0  # and the next when there are so many times the settled ones
_MUCH_NEW = 0.2  # of the settled items: a land that keeps its size has no room for so many
_EXPECTED_FAR = 0.05  # of arrivals like the old land, by the definition of the 95th percentile
_LEAST_PROVISIONAL = 5  # a refit for fewer moves the land for nothing
SETTLES_S = 3.0  # after an import, for stragglers
_LEAST_FAR = 10  # fewer far-off arrivals prove nothing


@dataclass(frozen=True, slots=True)
class Land:
    """What the policy looks at.

    Attributes:
        items: on the map or waiting for it.
        settled: contained in the fit and still present.
        provisional: on the map, placed after the fit.
        unplaced: not on the map.
        far: provisional items whose 15th neighbour is farther than the fit's 95th percentile.
        small: the map in use is a small layout or an empty one, or there is none.
        quiet_s: seconds since something last arrived.
        fit_age_s: seconds since the last fit; infinite when there is none.
        importing: files wait to be read.
        early: the fit was made while files were still coming in.
    """

    items: int
    settled: int
    provisional: int
    unplaced: int
    far: int
    small: bool
    quiet_s: float
    fit_age_s: float
    importing: bool
    early: bool = False


def wants_growth(reason: str, newcomers: int, settled: int) -> bool:
    """Whether a fit should make the land larger, rather than squeeze newcomers in."""
    return reason in GROWN or newcomers > _MUCH_NEW * settled


def wants_small(land: Land) -> bool:
    """Whether the few items should be laid out anew at once."""
    return land.small and 0 < land.items < FEWEST_ITEMS and land.unplaced > 0


def reason_for_fit(land: Land, layout: Layout, recall_lost: Callable[[], float]) -> str:
    """Why a fit is due now; empty when none is. EARLY: so that there is a map to look at.

    Args:
        land: the map as it is.
        layout: the limits.
        recall_lost: by how much the share of true neighbours on the map fell since the fit. It is
            costly, so it is asked last.
    """
    if land.small:
        return (EARLY if land.importing else "first") if _is_first(land) else ""
    if land.items >= _GROWTH * max(land.settled, 1):
        return EARLY if land.importing else "growth of the land"
    if land.early and not land.importing and land.quiet_s >= SETTLES_S:
        return "import" if land.provisional else ""
    interval_s = layout.refit_interval_minutes * 60.0
    restless = land.importing or land.quiet_s < layout.refit_quiet_s
    if restless or land.fit_age_s < interval_s:
        return ""
    return _why_worn(land, layout, recall_lost)


def _why_worn(land: Land, layout: Layout, recall_lost: Callable[[], float]) -> str:
    """What of the land the last fit no longer tells, costly questions last."""
    if land.provisional >= max(_LEAST_PROVISIONAL, layout.refit_share * land.items):
        return "growth"
    expected = _EXPECTED_FAR * land.provisional
    if land.far >= max(_LEAST_FAR, layout.refit_novelty * expected):
        return "novelty"
    some = land.provisional >= _LEAST_PROVISIONAL
    return "recall" if some and recall_lost() > layout.refit_recall_loss else ""


def _is_first(land: Land) -> bool:
    if land.items < FEWEST_ITEMS:
        return False
    return not land.importing or land.items >= _EARLY_ITEMS
