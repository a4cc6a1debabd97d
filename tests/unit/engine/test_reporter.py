"""At the end of a round the status is frozen, open pages are told of it, and jobs are answered."""

from muserd.engine.job_results import Started
from muserd.engine.jobs import Job
from muserd.engine.status_builder import Page
from muserd.ground.events import Event
from tests.unit.engine.bench import Bench


def test_a_job_is_answered_at_the_end_of_the_round(bench: Bench) -> None:
    """Whoever waited sees the status with what was done."""
    reporter, job = bench.parts.reporter, Job("test")
    before = reporter.status
    reporter.answer(job, Started())
    assert not job.done
    reporter.end_round(loaded=True)
    assert job.result == Started()
    assert reporter.status is not before


def test_the_status_knows_the_page(bench: Bench) -> None:
    bench.parts.reporter.set_page(Page(url="http://127.0.0.1:1/"))
    assert bench.parts.reporter.status.url == "http://127.0.0.1:1/"


def test_pages_are_told_when_something_changed_and_numbers_once_a_second(bench: Bench) -> None:
    reporter, told = bench.parts.reporter, list[Event]()
    end = bench.parts.subscribers.add(told.append)
    reporter.end_round(loaded=True)
    reporter.end_round(loaded=True)
    assert len(told) == 1  # the second round has nothing new
    bench.parts.workers["text"].gate.clear()  # type: ignore[attr-defined]
    bench.parts.pipeline.add(bench.raw, [bench.write("a.txt")])
    reporter.end_round(loaded=True)
    first = len(told)
    bench.parts.pipeline.add(bench.raw, [bench.write("b.txt")])
    reporter.end_round(loaded=True)
    assert len(told) == first  # one number more, within the second
    bench.clock.advance(1.0)
    reporter.end_round(loaded=True)
    assert len(told) == first + 1
    end()
    bench.parts.gate.user(rests=True)
    reporter.end_round(loaded=True)
    assert len(told) == first + 1
