"""Fits: when one is due, the job under way, and what becomes of what it made."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from muserd.engine.gate import Gate
from muserd.engine.job_results import NoFit, Refusal, ShownFit, refusal
from muserd.engine.jobs import Job
from muserd.engine.maps.fit_result import FitResult
from muserd.engine.maps.model import SpaceModel
from muserd.engine.maps.refit import job as fit_job
from muserd.engine.maps.refit.adoption import Adoption
from muserd.engine.maps.refit.job import FitJob, Made
from muserd.engine.maps.refit.policy import (
    FEWEST_ITEMS,
    Land,
    reason_for_fit,
    wants_growth,
    wants_small,
)
from muserd.engine.maps.refit.runner import FitDone, FitRunner
from muserd.engine.maps.refit.schedule import FitSchedule
from muserd.engine.maps.refit.staleness import Staleness
from muserd.engine.status import FitSummary
from muserd.engine.timers import NEVER, Timers
from muserd.ground.clock import Clock
from muserd.ground.config import Config
from muserd.ground.errors import MuserError, StoreFullError
from muserd.ground.failpoints import failpoint
from muserd.ground.logs import fields
from muserd.ground.records import (
    SPACES,
    FitMethod,
    FitRecord,
    LayoutEngine,
    Region,
    Space,
)
from muserd.lineage.forest import Lineage

log = logging.getLogger(__name__)

_LOOK_S = 1.0  # how often the policy is asked


@dataclass(frozen=True, slots=True)
class Wish:
    """A fit that somebody asked for, and who waits for it."""

    fresh: bool = False
    engine: LayoutEngine | None = None  # None: as configured
    jobs: tuple[Job, ...] = ()


_NOBODY_ASKED = Wish()


class Refits:
    """Runs on the loop's thread; a job runs in a thread of its own, one at a time."""

    def __init__(
        self,
        config: Config,
        models: Mapping[Space, SpaceModel],
        adoption: Adoption,
        runner: FitRunner,
        gate: Gate,
        timers: Timers,
        clock: Clock,
    ) -> None:
        self._config = config
        self._models = models
        self._adoption = adoption
        self._runner = runner
        self._gate = gate
        self._looks = timers.new(self._look)
        self._clock = clock
        self._importing = False
        self.job: FitJob | None = None
        self.problems: dict[Space, str] = {}  # why the last fit failed or is held
        self._asked: dict[Space, Wish] = {}
        self._schedules: dict[Space, FitSchedule] = {space: FitSchedule() for space in SPACES}
        self._next_look_s = self._looked_s = 0.0
        self._staleness = {space: Staleness(model, clock) for space, model in models.items()}
        self.migrating: set[Space] = set()  # the old map is shown until all is encoded anew

    # asking

    def ask(
        self, space: Space, *, fresh: bool, job: Job, engine: LayoutEngine | None = None
    ) -> None:
        """Make a fit as soon as possible, whatever the policy says."""
        before = self._asked.get(space, _NOBODY_ASKED)
        self._asked[space] = Wish(
            before.fresh or fresh, engine or before.engine, (*before.jobs, job)
        )
        self._looks.arm_by(self._clock.monotonic_s())

    def note_arrivals(self, space: Space) -> None:
        """Something arrived: the policy waits for a quiet moment."""
        self._schedules[space].arrived_s = self._clock.monotonic_s()

    def note_change(self) -> None:
        """A map is not what it was at the last look of the policy: it looks again soon."""
        if self.job is None:
            self._looks.arm_by(max(self._clock.monotonic_s(), self._next_look_s))

    def importing_turned(self, *, importing: bool) -> None:
        """Files began to come in, or all that came is stored."""
        self._importing = importing
        self.note_change()

    @property
    def needed(self) -> bool:
        """Whether items wait for a fit to be on the map at all, or a fit is being made."""
        return (
            self.job is not None
            or bool(self._asked)
            or any(
                len(model.unplaced) and not (self.problems.get(space) and _is_large(model))
                for space, model in self._models.items()
            )
        )

    def _look(self) -> None:
        """Start what is due, and see when the policy may say something else."""
        if self.job is not None:
            return  # it is looked when the job is done
        now = self._looked_s = self._clock.monotonic_s()
        self._next_look_s = now + _LOOK_S
        if self._gate.full_up:
            self._looks.arm(self._next_look_s)
            return
        try:
            self._start_what_is_due(now)
        except StoreFullError:
            self._looks.arm_by(self._next_look_s)
            raise
        self._looks.arm_by(self._next_moment_s())

    def _start_what_is_due(self, now: float) -> None:
        for space, schedule in self._schedules.items():
            if space in self.migrating and self._importing:
                continue
            land = self._staleness[space].land(schedule.arrived_s, importing=self._importing)
            wish = self._asked.get(space, _NOBODY_ASKED)
            if wish.jobs and land.items < FEWEST_ITEMS:
                self._asked.pop(space)
                self._answer(wish.jobs, self._small(space, "asked", land))
            elif wish.jobs:
                self._start(space, "asked", fresh=wish.fresh, engine=wish.engine)
                return
            elif wants_small(land):
                self._small(space, "arrivals", land)
            elif schedule.may_try(now) and (
                reason := reason_for_fit(
                    land, self._config.layout, self._staleness[space].recall_lost
                )
            ):
                self._start(space, reason, fresh=False)
                return

    def _next_moment_s(self) -> float:
        """When to look again though nothing happens.

        The policy goes by what is there and by the time: once it has looked, it needs to look
        again only at the moments from which it may say something else.
        """
        if self.job is not None:
            return NEVER
        if self._asked:
            return self._next_look_s
        now, layout = self._clock.monotonic_s(), self._config.layout
        moments = [
            moment
            for space, model in self._models.items()
            if len(model.unplaced) or len(model.provisional)
            for moment in self._schedules[space].moments(
                layout, now, self._staleness[space].fit_age_s
            )
            if moment > self._looked_s
        ]
        return max(min(moments), self._next_look_s) if moments else NEVER

    def stop(self) -> None:
        """Give up the job under way, and the worker that waits for another."""
        self._runner.cancel()

    # making

    def _start(
        self, space: Space, reason: str, *, fresh: bool, engine: LayoutEngine | None = None
    ) -> None:
        model = self._models[space]
        number = self._adoption.next_number(space)
        newcomers = len(model.unplaced) + len(model.provisional)
        grows = wants_growth(reason, newcomers, len(model.land))
        method: FitMethod = "full" if fresh else "growth" if grows else "warm"
        snapshot = fit_job.take(model, number, reason, self._config, method, engine)
        job = FitJob(snapshot)
        self.job = job
        self._schedules[space].begun(self._clock.monotonic_s())
        log.info(
            "fit starts",
            extra=fields(
                space=space,
                number=number,
                items=len(snapshot.slots),
                method=snapshot.settings.method,
                reason=reason,
            ),
        )
        self._runner.start(job)

    def abandon(self, space: Space) -> None:
        """The vectors of a space are no more: a fit of them must not be shown."""
        if self.job is not None and self.job.snapshot.space == space:
            self.job.abandoned = True
            self._runner.cancel()
        self.problems.pop(space, None)
        self.note_change()

    def fit_done(self, done: FitDone) -> None:
        """Adopt the fit that was made, or say why there is none."""
        self.job, space, outcome = None, done.job.snapshot.space, done.outcome
        self.note_change()
        if done.job.abandoned:
            log.info("a fit is dropped: the encoder was switched", extra=fields(space=space))
            return  # whoever asked for it gets one of the new vectors
        jobs = self._asked.pop(space, _NOBODY_ASKED).jobs
        error, fit = outcome, None
        if isinstance(outcome, Made):
            try:
                fit = self._take(outcome)
            except StoreFullError as full:
                error = full
        if isinstance(error, MuserError):
            wait_s = self._schedules[space].failed(self._clock.monotonic_s())
            self.problems[space] = str(error)
            log.error(
                "the fit failed; the map in use stays",
                extra=fields(space=space, error=error, again_in_s=wait_s),
            )
            for job in jobs:
                job.finish(refusal("fit", error.message, error.hint))
            return
        self._answer(jobs, fit)

    def _take(self, made: Made) -> FitRecord:
        """Adopt what a job made, or hold it."""
        fit = made.record(self._models[made.snapshot.space].encoder, self._clock.now_ms())
        failpoint("fit-made")
        if hold := made.result.hold:
            fit = replace(fit, state="held", reason=hold)
            self._hold(fit, made.fit_result)
        else:
            self._adopt(fit, made.fit_result, made.tree, "refit")
        return fit

    def _small(self, space: Space, reason: str, land: Land) -> FitRecord | None:
        """Lay out few items at once, without a worker."""
        model = self._models[space]
        if not land.items:
            return None
        fit = FitRecord(
            number=self._adoption.next_number(space),
            space=space,
            encoder=model.encoder.id if model.encoder else "",
            at_ms=self._clock.now_ms(),
            items=land.items,
            method="small",
            state="current",
            reason=reason,
            seconds=0.0,
            quality=None,
            drift=None,
            params={},
        )
        self._adopt(fit, self._adoption.arrange(space), None, "small")
        return fit

    # adopting

    def _adopt(self, fit: FitRecord, result: FitResult, tree: Lineage | None, why: str) -> None:
        self._adoption.adopt(fit, result, tree, why)
        self.migrating.discard(fit.space)
        self.problems.pop(fit.space, None)
        self._schedules[fit.space].adopted()
        self.note_change()

    def _hold(self, fit: FitRecord, result: FitResult) -> None:
        self._adoption.hold(fit, result)
        self.problems[fit.space] = f"fit {fit.number} is held: {fit.reason}"
        self._schedules[fit.space].held(self._clock.monotonic_s(), self._interval_s)

    @property
    def _interval_s(self) -> float:
        return max(self._config.layout.refit_interval_minutes, 1) * 60.0

    def show(self, space: Space, number: int | None) -> ShownFit | Refusal:
        """Show another fit: a past one by its number, or, without one, the one that is held."""
        found = self._adoption.find(space, number)
        if found is None:
            what = f"fit {number}" if number is not None else "fit that is held"
            return refusal("no-such-fit", f"the {space} space has no {what}", "see: muserctl fits")
        fit, result = found
        if fit.state == "current":
            return ShownFit(space=space, number=fit.number)
        model = self._models[space]
        if model.encoder is None or fit.encoder != model.encoder.id:
            return refusal("other-encoder", f"fit {fit.number} was made with {fit.encoder}", "")
        self._adopt(replace(fit, state="current"), result, None, "rollback")
        if number is not None:
            self._schedules[space].chosen(self._clock.monotonic_s(), self._interval_s)
        return ShownFit(space=space, number=fit.number)

    def rename(self, space: Space, region: Region) -> None:
        """Give a region another record, and show it."""
        self._adoption.rename(space, region)

    @staticmethod
    def _answer(jobs: tuple[Job, ...], fit: FitRecord | None) -> None:
        for job in jobs:
            job.finish(FitSummary.of(fit) if fit else NoFit())


def _is_large(model: SpaceModel) -> bool:
    """Whether a fit of the space takes a worker; a small one is never put off."""
    return int(model.slots.present.sum()) >= FEWEST_ITEMS
