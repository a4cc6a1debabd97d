"""`muserctl sync` is answered when everything is in, or when waiting would not help."""

from pathlib import Path

import pytest

from muserd.engine.job_results import Refusal, Synced
from muserd.engine.jobs import Job
from tests.e2e import samples
from tests.property.world import World, fakes
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


@pytest.mark.parametrize("seed", range(4))
def test_after_a_sync_everything_is_listed_and_on_the_map(tmp_path: Path, seed: int) -> None:
    """Of a first import, too, whose map is yet to be made; and of what was saved just before."""
    with fakes():
        world = World(tmp_path)
        for number in range(120):
            (world.root / f"note {number}.md").write_text(f"note {number} of {seed}")
            samples.picture(world.root / f"picture {number}.png", 1000 * seed + number)
        world.start()
        try:
            for more in range(3):
                world.sync()
                assert world.engine is not None
                found = list(world.engine.items(None))
                assert len(found) == 240 + more
                assert [item.id for item in found if item.x is None] == []
                (world.root / f"late {more}.md").write_text(f"came late {more} {seed}")
        finally:
            world.stop()
