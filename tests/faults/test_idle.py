"""A daemon with nothing to do sleeps: it wakes for its heartbeat, and for nothing else."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from muserd.engine.sync.rereads import FIRST_S
from tests.crash.victim import Victim
from tests.e2e.page import Page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc"),
    pytest.mark.timeout(300),
]

WATCHED_S = 25.0
# a heartbeat each 20 s; once a minute a look at the roots, and at battery and disk: the loop
# may wake three times, and now and then a thread waits for another one's lock
MOST_WAKE_UPS = 6


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Victim]:
    it = Victim(tmp_path)
    yield it
    if it.process is not None:
        it.kill()


def wake_ups(pid: int) -> int:
    """How often all threads of a process have been woken so far."""
    found = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        match = re.search(r"\nvoluntary_ctxt_switches:\s+(\d+)", (task / "status").read_text())
        assert match
        found += int(match[1])
    return found


def rest(victim: Victim) -> int:
    """How often it wakes while nothing happens."""
    assert victim.process is not None
    process = psutil.Process(victim.process.pid)
    victim.wait_for(lambda: not process.children(), 120)
    # what follows a start: published anew, memory given back, files of earlier readers looked for
    age_s = time.time() - process.create_time()
    time.sleep(max(10.0, FIRST_S + 5.0 - age_s))
    before = wake_ups(victim.process.pid)
    time.sleep(WATCHED_S)
    return wake_ups(victim.process.pid) - before


def test_an_idle_daemon_sleeps(victim: Victim) -> None:
    """Both doors are open, both folders are watched, and two notes wait for a refit."""
    victim.start()
    victim.sync()
    for _ in range(2):
        victim.add_note()
    victim.sync()
    assert victim.json("status")["spaces"]["text"]["provisional"] == 2
    assert rest(victim) <= MOST_WAKE_UPS
    answered = Page(victim).get("manifest.json")
    assert answered.status == 200
    assert answered.headers["date"]
    victim.add_note()
    victim.sync()
    assert victim.stop() == 0
