"""What a door may wait for: finished once, found again for a while."""

from muserd.engine.jobs import Job, Jobs


def test_a_job_is_finished_once() -> None:
    """Whoever is later changes nothing."""
    job = Job("sync")
    assert not job.done
    assert job.wait(0.0) is None
    job.finish({"revision": 3})
    job.finish({"revision": 4})
    assert job.wait(0.0) == {"revision": 3}


def test_a_job_is_found_by_its_id() -> None:
    jobs = Jobs()
    job = jobs.new("scan")
    assert job.id.startswith("scan-")
    assert jobs.find(job.id) is job
    assert jobs.find("scan-0") is None


def test_old_jobs_are_forgotten() -> None:
    """A client that asks long after is told that nobody knows."""
    jobs = Jobs()
    first = jobs.new("scan")
    for _ in range(64):
        last = jobs.new("scan")
    assert jobs.find(first.id) is None
    assert jobs.find(last.id) is last
