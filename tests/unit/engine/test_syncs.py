"""`muserctl sync` is answered when everything is in, or when waiting would not help."""

from muserd.engine.job_results import Refusal, Synced
from muserd.engine.jobs import Job
from tests.unit.engine.bench import Bench


def asked(bench: Bench) -> Job:
    """A sync of a folder with one note that nobody has seen yet."""
    bench.write("a.txt")
    bench.parts.roots.add(bench.config)
    job = Job("sync")
    bench.parts.syncs.add(job)
    return job


def test_it_waits_for_the_scan_the_files_and_the_site(bench: Bench) -> None:
    syncs, job = bench.parts.syncs, asked(bench)
    syncs.answer()
    assert not job.done  # the scan is to come
    bench.rest()
    syncs.answer()
    assert not job.done  # the file is queued
    bench.finish()
    syncs.answer()
    assert not job.done  # it has no place on the map yet
    bench.publish()
    syncs.answer()
    assert job.result == Synced(revision=bench.parts.publisher.revision)


def test_a_pause_is_told_when_files_wait(bench: Bench) -> None:
    syncs, job = bench.parts.syncs, asked(bench)
    bench.parts.gate.user(rests=True)
    bench.rest()
    syncs.answer()
    assert isinstance(job.result, Refusal)
    assert job.result.error.code == "paused"
