"""Jobs are handed out, finished once, and remembered for a while."""

from muserd.engine.job_results import Files, Started
from muserd.engine.jobs import _KEPT, Job, Jobs


def test_a_job_is_finished_once() -> None:
    """Whoever waits gets the first result; a later one changes nothing."""
    job = Job("sync")
    assert (job.done, job.result, job.wait(0.0)) == (False, None, None)
    job.finish(Started())
    job.finish(Files(files=3))
    assert (job.done, job.result, job.wait(None)) == (True, Started(), Started())


def test_ids_say_what_they_are_of_and_are_never_used_twice() -> None:
    first, second = Job("sync"), Job("sync")
    assert first.id.startswith("sync-")
    assert first.id != second.id


def test_as_many_jobs_are_found_again_as_are_kept() -> None:
    """The oldest is forgotten when one more is made."""
    jobs = Jobs()
    made = [jobs.new("refit") for _ in range(_KEPT)]
    assert [jobs.find(one.id) for one in made] == made
    last = jobs.new("refit")
    assert jobs.find(made[0].id) is None
    assert [jobs.find(one.id) for one in (made[1], last)] == [made[1], last]
    assert jobs.find("refit-unknown") is None
