"""Whoever asked "is everything in?" is answered when it is, or when waiting would not help."""

from collections.abc import Mapping

from muserd.engine.gate import Gate
from muserd.engine.ingest.pipeline import Pipeline
from muserd.engine.job_results import JobResult, Refusal, Synced, refusal
from muserd.engine.jobs import Job
from muserd.engine.maps.refit.refits import Refits
from muserd.engine.publishing.publisher import Publisher
from muserd.engine.sync.reconcile import Reconciler
from muserd.engine.sync.roots import Roots
from muserd.ground.paths import display
from muserd.ground.records import SPACES, Space
from muserd.workers.encode.host import EncodeWorker


class Syncs:
    """For the loop's thread."""

    def __init__(
        self,
        roots: Roots,
        reconciler: Reconciler,
        pipeline: Pipeline,
        gate: Gate,
        workers: Mapping[Space, EncodeWorker],
        refits: Refits,
        publisher: Publisher,
    ) -> None:
        self._roots = roots
        self._reconciler = reconciler
        self._pipeline = pipeline
        self._gate = gate
        self._workers = workers
        self._refits = refits
        self._publisher = publisher
        self._waiting: list[Job] = []

    def add(self, job: Job) -> None:
        """Scan everything; finish the job when all of it is on the maps."""
        self._roots.want_scan(None, "sync")
        self._waiting.append(job)

    def answer(self) -> None:
        """Answer all that wait, if there is an answer."""
        if not self._waiting or self._gate.adopting:
            return
        if self._reconciler.busy or self._pipeline.pending:
            return
        answer: JobResult | None = self._obstacle()
        if answer is None:
            on_the_way = self._pipeline.count() or self._refits.needed or self._publisher.pending
            if on_the_way:
                return
            answer = Synced(revision=self._publisher.revision)
        for job in self._waiting:
            job.finish(answer)
        self._waiting.clear()

    def _obstacle(self) -> Refusal | None:
        """Why what waits will not come onto the maps by waiting."""
        for root in self._roots:
            if root.problem:
                return refusal("scan", f"{display(root.raw)}: {root.problem}", "see: muserctl logs")
        waits = self._pipeline.count() or (self._gate.full_up and self._refits.needed)
        if self._gate and waits:
            reasons = ", ".join(sorted(self._gate.reasons))
            return refusal("paused", f"no new files are read ({reasons})", "see: muserctl status")
        for space in SPACES:
            state = self._workers[space].state
            if state.stage == "failed" and self._pipeline.count(space):
                return refusal("encoder", state.message, "see: muserctl status")
        return None
