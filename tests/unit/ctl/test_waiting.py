"""Commands that wait tell what they wait for."""

import threading

import msgspec
import pytest

from muserd.ctl import waiting
from muserd.ground.json_bodies import BySpace


@pytest.fixture
def slow(up, monkeypatch):
    """A daemon that has a problem, is paused, and whose jobs stay open."""
    monkeypatch.setattr(waiting, "_STEP_S", 0.05)
    up.engine.slow = True
    up.engine.ok = False
    whole = msgspec.structs.replace(up.engine.status(), pauses=("battery",))
    loading = msgspec.structs.replace(
        whole.progress["text"], stage="loading", message="torch", pending=3
    )
    whole = msgspec.structs.replace(whole, progress=BySpace(whole.progress["image"], loading))
    monkeypatch.setattr(up.engine, "status", lambda: whole)
    return up.engine


TROUBLE = [
    "the disk is full",
    "paused until the machine is on mains power; see resources.pause_on_battery",
    "the text encoder is loading: torch",
]


@pytest.mark.parametrize("words", ["sync --wait", "rescan --wait", "refit --wait"])
def test_what_is_in_the_way_is_told(slow, ctl, words):
    """Once on stderr while it waits, and in the message when the time is up."""
    if words.startswith("rescan"):
        slow.slow = False  # the first job
        rescan, slow_again = slow.rescan, slow.sync

        def sync():
            slow.slow = True
            return slow_again()

        slow.rescan, slow.sync = rescan, sync
    status, out, err = ctl(*words.split(), "--timeout", "0.3")
    assert (status, out) == (1, "")
    notes = [line for line in err.splitlines() if line.startswith("still waiting: ")]
    assert notes == [f"still waiting: {trouble}" for trouble in TROUBLE]
    assert f"not done within 0.3 s, but the daemon continues: {'; '.join(TROUBLE)}" in err


def test_with_json_nothing_but_json_is_written(slow, ctl):
    """Scripts find the same in the error."""
    _, out, err = ctl("sync", "--wait", "--timeout", "0.2", "--json")
    assert err == ""
    assert "the disk is full" in out


def test_what_is_done_in_time_is_an_answer(slow, ctl):
    """Trouble that goes away is no failure."""
    timer = threading.Timer(0.2, lambda: [one.finish({"revision": 9}) for one in jobs()])

    def jobs():
        return list(slow.jobs.values())

    timer.start()
    status, out, _ = ctl("sync", "--wait", "--timeout", "5")
    assert (status, out) == (0, "up to date at revision 9\n")


def test_without_trouble_the_rest_of_the_work_is_told(up):
    """Files to read, fits under way, folders to scan."""
    assert waiting.pending(
        {
            "progress": {
                "image": {"stage": "encoding", "pending": 1200},
                "text": {"stage": "fitting", "pending": 0},
            },
            "roots": [{"last_scan_at": None}, {"last_scan_at": 5}],
        }
    ) == ["image: 1,200 files to read", "text: a fit is being computed", "1 folder to scan"]
