"""How far a space's map is behind what is there: what the refit policy looks at."""

from muserd.engine.maps.fit_result import EARLY
from muserd.engine.maps.model import SpaceModel
from muserd.engine.maps.refit.policy import Land
from muserd.ground.clock import Clock
from muserd.ground.records import NEIGHBOURS_USED
from muserd.layout.quality import recall_lost

_FAR_PARAM = "novelty"  # of FitRecord.params: see layout.place.FitParams


class Staleness:
    """Of one space. Belongs to the loop's thread."""

    def __init__(self, model: SpaceModel, clock: Clock) -> None:
        self._model = model
        self._clock = clock
        self._lost: tuple[tuple[int, int], float] = ((0, 0), 0.0)

    def land(self, arrived_s: float, *, importing: bool) -> Land:
        """The map as it is.

        Args:
            arrived_s: when something last arrived, on the monotonic clock.
            importing: files wait to be read.
        """
        model = self._model
        fit = model.fit
        return Land(
            items=int(model.slots.present.sum()),
            settled=int((model.shown & model.slots.settled).sum()),
            provisional=len(model.provisional),
            unplaced=len(model.unplaced),
            far=self._far(),
            small=model.placing is None,
            quiet_s=self._clock.monotonic_s() - arrived_s,
            fit_age_s=self.fit_age_s,
            importing=importing,
            early=fit is not None and fit.reason == EARLY,
        )

    @property
    def fit_age_s(self) -> float:
        """Seconds since the fit in use was made; infinite when there is none."""
        fit = self._model.fit
        return (self._clock.now_ms() - fit.at_ms) / 1000 if fit else float("inf")

    def recall_lost(self) -> float:
        """See `quality.recall_lost`; measured once for each number of provisional items."""
        model = self._model
        state = (model.fit.number if model.fit else 0, len(model.provisional))
        before, lost = self._lost
        if state != before:
            lost = recall_lost(
                model.columns.places,
                model.knn.neighbours,
                model.shown,
                model.shown & model.slots.settled,
            )
            self._lost = (state, lost)
        return lost

    def _far(self) -> int:
        fit, provisional = self._model.fit, self._model.provisional
        if fit is None or _FAR_PARAM not in fit.params or not len(provisional):
            return 0
        distances = 1.0 - self._model.knn.cosines[provisional, NEIGHBOURS_USED - 1]
        return int((distances > fit.params[_FAR_PARAM]).sum())
