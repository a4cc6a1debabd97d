"""What muserd reports about itself. Frozen: built by the loop once a round, read by any thread.

`status_builder` makes these; `muserctl status --json`, the `status` events of the page, the
health check, the metrics and the service manager's status line are all made from them.
"""

from typing import Literal

from muserd.ground.json_bodies import Body, BySpace, Record
from muserd.ground.records import FitRecord, RegionEvent, Space

State = Literal["starting", "idle", "working", "paused", "degraded"]

_NO_ANSWER = "the main loop of the daemon does not respond; see `muserctl logs`"


class QueueStatus(Record, frozen=True, kw_only=True):
    """Files that wait to be read.

    Attributes:
        pending: their number.
        oldest_s: seconds since the first of them was queued; 0 when there is none.
    """

    pending: int
    oldest_s: float


class EncoderStatus(Record, frozen=True, kw_only=True):
    """The encoder of a space; see `EncoderInfo`."""

    id: str
    label: str
    device: str
    note: str


class FitSummary(Record, frozen=True, kw_only=True):
    """One fit, as status and the list of fits show it.

    Attributes:
        at: Unix milliseconds.
        engine: of the layout; see the configuration's `layout.engine`.
        trustworthiness, recall: 0 to 1, measured on a sample; None when not measured.
        drift_p50, drift_p95: displacement of common items ÷ RMS radius of the old map.
        kept_regions: share of common items that kept their region.
        events: what became of the regions: split, merged, retired, revived.
    """

    space: Space
    number: int
    at: int
    items: int
    method: str
    engine: str
    state: str
    reason: str
    seconds: float
    trustworthiness: float | None = None
    recall: float | None = None
    drift_p50: float | None = None
    drift_p95: float | None = None
    kept_regions: float | None = None
    events: tuple[RegionEvent, ...] = ()

    @classmethod
    def of(cls, fit: FitRecord) -> "FitSummary":
        """The summary of a stored fit."""
        quality, drift = fit.quality, fit.drift
        return cls(
            space=fit.space,
            number=fit.number,
            at=fit.at_ms,
            items=fit.items,
            method=fit.method,
            engine=fit.engine,
            state=fit.state,
            reason=fit.reason,
            seconds=round(fit.seconds, 3),
            trustworthiness=quality.trustworthiness if quality else None,
            recall=quality.recall if quality else None,
            drift_p50=drift.p50 if drift else None,
            drift_p95=drift.p95 if drift else None,
            kept_regions=drift.kept_regions if drift else None,
            events=fit.events,
        )


class SpaceStatus(Record, frozen=True, kw_only=True):
    """What one map holds.

    Attributes:
        items: items with a file and a vector, placed or not.
        settled, provisional: items on the map that the current fit contains, or does not.
        offline: items on the map whose files are all out of reach.
        incomplete: items on the map whose file lacks its end.
        outliers: items on the map that belong to no region.
    """

    items: int
    settled: int
    provisional: int
    offline: int
    incomplete: int = 0
    regions: int
    outliers: int
    encoder: EncoderStatus | None
    fit: FitSummary | None


class Progress(Record, frozen=True, kw_only=True):
    """What is being done for one space.

    Attributes:
        stage: `idle`, `encoding`, `fitting`, or what the encoder does first: `starting`,
            `fetching`, `loading`, `failed`.
        share: of the stage, 0 to 1; None when not known.
        step: of a fit; empty otherwise.
        pending: files of this space that wait to be read.
        items: items on the map.
        rate_per_s: files read per second, lately.
    """

    stage: str
    message: str
    share: float | None
    step: str
    pending: int
    items: int
    rate_per_s: float


class WorkerStatus(Record, frozen=True, kw_only=True):
    """The encode worker of one space. `rss_bytes` is 0 while there is no process."""

    stage: str
    message: str
    pid: int | None
    rss_bytes: int
    restarts: int


class PassedOverKind(Record, frozen=True, kw_only=True):
    """Files, or folders with all that is in them, that were left out.

    Attributes:
        what: their suffix, or the name of a folder with `/` behind it.
        example: the path of one of them.
    """

    what: str
    reason: str
    remedy: str
    count: int
    example: str


class RootStatus(Record, frozen=True, kw_only=True):
    """One watched folder.

    Attributes:
        state: `watching`, `polling`, `offline`, `denied`, …
        mode: how changes are noticed.
        last_scan_at: Unix milliseconds; None before the first scan.
        overflows: times that events were lost and a scan made up for them.
        passed_over: what the last scan left out, by kind.
        held: files of a mass deletion that waits for `muserctl roots confirm`.
    """

    path: str
    state: str
    reason: str
    mode: str
    files: int
    directories: int
    watches: int
    last_scan_at: int | None
    overflows: int
    held: int
    passed_over: tuple[PassedOverKind, ...] = ()


class StoreStatus(Record, frozen=True, kw_only=True):
    """Room in the store and on its disk."""

    map_used_bytes: int
    map_size_bytes: int
    disk_free_bytes: int


class Adopting(Record, frozen=True, kw_only=True):
    """An adoption under way: `shards` of `of` are done, `items` are new on the maps."""

    folder: str
    shards: int
    of: int
    items: int


class Status(Body, frozen=True, kw_only=True):
    """The object of `muserctl status --json`.

    Attributes:
        problems: what does not work as it should, in words; empty when all is well.
        url: of the page; empty when it is off.
        published_at: Unix milliseconds; None before the first publish.
        pauses: why no new files are read: `user`, `battery`, `disk`, `map`, `adopting`.
        failures: files with a record of a failure.
        adopting: shards that are being taken onto the maps; None when there are none.
    """

    state: State
    problems: tuple[str, ...]
    pid: int
    version: str
    uptime_s: float
    rss_bytes: int
    url: str
    revision: int
    published_at: int | None
    queue: QueueStatus
    pauses: tuple[str, ...]
    failures: int
    spaces: BySpace[SpaceStatus]
    progress: BySpace[Progress]
    workers: BySpace[WorkerStatus]
    roots: tuple[RootStatus, ...]
    store: StoreStatus
    adopting: Adopting | None = None

    @property
    def health(self) -> "Health":
        """The same for monitors."""
        return Health(ok=not self.problems, problems=self.problems)

    @property
    def headline(self) -> str:
        """One line for the service manager."""
        items = ", ".join(f"{one.items} {space}" for space, one in self.progress.items())
        pending = sum(one.pending for _, one in self.progress.items())
        return f"{items} items on the maps" + (f", {pending} files to go" if pending else "")


class Health(Body, frozen=True, kw_only=True):
    """The object of `muserctl health --json`."""

    ok: bool
    problems: tuple[str, ...]


class SpaceNews(Record, frozen=True, kw_only=True):
    """One space in a `status` event: see docs/formats.md."""

    items: int
    pending: int
    encoder: str
    stage: str
    message: str
    progress: float | None


class StatusNews(Record, frozen=True, kw_only=True):
    """The data of a `status` event."""

    state: State
    spaces: BySpace[SpaceNews]
    failures: int

    @classmethod
    def of(cls, status: Status) -> "StatusNews":
        """What a page is told of a status."""

        def news(space: Space) -> SpaceNews:
            one, encoder = status.progress[space], status.spaces[space].encoder
            return SpaceNews(
                items=one.items,
                pending=one.pending,
                encoder=encoder.label if encoder else "",
                stage=one.stage,
                message=one.message,
                progress=one.share,
            )

        spaces = BySpace(image=news("image"), text=news("text"))
        return cls(state=status.state, spaces=spaces, failures=status.failures)


def unresponsive(problems: tuple[str, ...]) -> tuple[str, ...]:
    """The problems of a daemon whose loop has stopped making rounds."""
    return (_NO_ANSWER, *problems)
