"""When the policy may be asked for a fit of a space again, after what became of the last one."""

from muserd.engine.maps.refit.policy import SETTLES_S
from muserd.ground.config import Layout
from muserd.workers.process.backoff import Backoff

_SLACK_S = 0.05  # the wall clock, in milliseconds, may lag behind the monotonic one


class FitSchedule:
    """One space's. All times are seconds on the monotonic clock."""

    def __init__(self) -> None:
        self.arrived_s = 0.0  # when something last arrived
        self._began_s = 0.0  # the last fit
        self._held = False
        self._not_before_s = 0.0
        self._backoff = Backoff(first_s=10.0, most_s=3600.0)

    def begun(self, now_s: float) -> None:
        """A fit is being made."""
        self._began_s = now_s

    def failed(self, now_s: float) -> float:
        """It failed; the seconds until it is tried again."""
        wait_s = self._backoff.failed()
        self._not_before_s = now_s + wait_s
        return wait_s

    def held(self, now_s: float, wait_s: float) -> None:
        """It was made, and is held."""
        self._backoff.worked()
        self._held = True
        self._not_before_s = now_s + wait_s

    def adopted(self) -> None:
        """It, or another, is shown."""
        self._backoff.worked()
        self._held = False
        self._not_before_s = 0.0

    def chosen(self, now_s: float, wait_s: float) -> None:
        """People went back to an older one: what came before this moment is no reason to refit."""
        self.begun(now_s)
        self.held(now_s, wait_s)

    def may_try(self, now_s: float) -> bool:
        """Whether the policy is asked. After a held fit, something must have come in since.

        The same land gives the same fit, to be held again: a loop that would never rest.
        """
        news = self.arrived_s >= self._began_s
        return now_s >= self._not_before_s and (news or not self._held)

    def moments(self, layout: Layout, now_s: float, fit_age_s: float) -> list[float]:
        """From when on the policy may say something else, though nothing happens."""
        moments = (
            self.arrived_s,
            self.arrived_s + SETTLES_S,
            self.arrived_s + layout.refit_quiet_s,
            now_s + layout.refit_interval_minutes * 60.0 - fit_age_s,
            self._not_before_s,
        )
        return [moment + _SLACK_S for moment in moments]
