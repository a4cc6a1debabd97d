"""`kill -9` while shards are adopted: no item twice, none lost, nothing to clean up."""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.crash.victim import Victim
from tests.press import Press

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("victim")]

NOTES = 24


@pytest.mark.parametrize("point", ["adopted:1", "adopted:3"])
def test_killed_while_it_adopts(tmp_path: Path, point: str) -> None:
    it = Victim(tmp_path)
    it.spawn(MUSER_FAILPOINT=point)
    it.wait_for((it.base / "run" / "control.sock").exists, 60)
    it.wait_for(lambda: it.ctl("sync").returncode == 0, 60)
    it.ctl("pause")
    folder = it.notes / "later"
    folder.mkdir()
    for number in range(NOTES):
        (folder / f"{number:02}.md").write_text(f"a later note, number {number}")
    paths = [os.fsencode(one) for one in sorted(folder.iterdir())]
    press = Press(tmp_path / "shards", os.fsencode(it.notes))
    press.shards(paths, each=4)
    assert it.ctl("adopt", str(press.to)).returncode != 0
    assert it.process is not None
    assert it.process.wait(30) == -signal.SIGKILL
    it.process = None
    held = it.left()
    assert sum(path in held.files for path in paths) >= 4 * int(point[-1])
    it.spawn()
    it.wait_for(lambda: it.ctl("status").returncode == 0, 60)
    done = it.ctl("adopt", str(press.to), "--json")
    assert done.returncode == 0, done.stdout
    said = json.loads(done.stdout)
    assert said["refused"] == []
    assert said["known"] + said["items"] + said["changed"] == NOTES
    assert it.ctl("sync").returncode == 0
    assert it.ctl("verify").returncode == 0
    it.stop()
    now = it.left()
    items = [now.files[path] for path in paths]
    assert None not in items
    assert len(set(items)) == NOTES
    assert all(now.files[path] == item for path, item in held.files.items() if item is not None)
