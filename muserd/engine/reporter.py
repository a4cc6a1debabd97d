"""At the end of each round: the status is built, pages are told of it, and jobs are answered."""

from muserd.engine.answers import RegionInfo
from muserd.engine.job_results import JobResult
from muserd.engine.jobs import Job
from muserd.engine.status import Status, StatusNews
from muserd.engine.status_builder import Page, StatusBuilder
from muserd.engine.subscribers import Subscribers
from muserd.ground.clock import Clock
from muserd.ground.events import Event
from muserd.ground.json_bodies import BySpace

_STATUS_EVERY_S = 1.0


class Reporter:
    """`end_round` and `answer` run on the loop's thread; what is frozen may be read by any.

    Attributes:
        status: as it was at the end of the last round.
        regions: of both maps, then.
    """

    def __init__(self, builder: StatusBuilder, subscribers: Subscribers, clock: Clock) -> None:
        self._builder = builder
        self._subscribers = subscribers
        self._clock = clock
        self._page = Page()
        self._last_news: StatusNews | None = None
        self._last_news_s = 0.0
        self._answers: list[tuple[Job, JobResult]] = []
        self.status: Status = builder.build(self._page, loaded=False)
        self.regions: BySpace[tuple[RegionInfo, ...]] = builder.regions()

    @property
    def page(self) -> Page:
        """Where the page is."""
        return self._page

    def set_page(self, page: Page) -> None:
        """Say where the page is, or why it is off. Called before the loop starts."""
        self._page = page
        self.status = self._builder.build(page, loaded=False)

    def now(self, *, alive: bool) -> Status:
        """The status with what can be measured from any thread."""
        return self._builder.now(self.status, alive=alive)

    def answer(self, job: Job, answer: JobResult) -> None:
        """Finish a job at the end of this round: whoever waited sees the new status."""
        self._answers.append((job, answer))

    def end_round(self, *, loaded: bool) -> None:
        """Build the status of this round, tell it, then answer."""
        self.status = self._builder.build(self._page, loaded=loaded)
        self.regions = self._builder.regions()
        self._tell_status()
        answers, self._answers = self._answers, []
        for job, answer in answers:
            job.finish(answer)

    def _tell_status(self) -> None:
        """Tell open pages what muserd does, when that changed; numbers once a second at most."""
        if not self._subscribers:
            return
        now, news, last = self._clock.monotonic_s(), StatusNews.of(self.status), self._last_news
        turned = last is None or news.state != last.state
        if news == last or (not turned and now - self._last_news_s < _STATUS_EVERY_S):
            return
        self._last_news, self._last_news_s = news, now
        self._subscribers.tell(Event.of(self.status.revision, "status", news))
