"""A daemon that is killed, and what must be true of what it leaves."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from muserd.ground.clock import SystemClock
from muserd.ground.records import SPACES
from muserd.publish.site import Site
from muserd.store.environment import Store
from tests.e2e import samples
from tests.e2e.daemon import Daemon

REPOSITORY = Path(__file__).resolve().parents[2]
CONFIG = """
[watch]
settle_ms = 20
delete_delay_ms = 50
[layout]
refit_quiet_s = 0
refit_interval_minutes = 0
max_drift_p95 = 100
max_quality_loss = 1
"""
# The last two: notes without a meaning make maps that may well be held, and never adopted.
DEATH_S = 120.0


@dataclass(frozen=True)
class Left:
    """What the store held when the daemon died."""

    contents: dict[tuple[str, bytes], int]  # item by kind and hash
    files: dict[bytes, int | None]
    places: dict[tuple[str, int], tuple[int, float, float]]  # by space and slot: fit, x, y


class Victim(Daemon):
    """A daemon with fake workers, or with those it really has."""

    def __init__(self, base: Path, *, real: bool = False) -> None:
        super().__init__(base, config=CONFIG)
        self.real = real
        self.made = len(list(base.glob("notes/*")))
        self.dice = random.Random(f"{base.name} {self.made}")
        # as other daemons are: without the coverage or the plug-ins of the tests
        self.environment["PYTHONPATH"] = str(REPOSITORY)
        if not self.made:
            for _ in range(20):
                self.add_note()
            samples.pictures(self.pictures, 4)

    def spawn(self, **environment: str) -> None:
        if self.real:
            super().spawn(**environment)
            return
        with (self.base / "daemon.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.crash.fake_muserd", "run"],
                env={**self.environment, **environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def dead(self) -> bool:
        assert self.process is not None
        return self.process.poll() is not None

    def add_note(self) -> None:
        samples.note(self.notes / f"n{self.made:04}.md", self.made)
        self.made += 1

    def busy(self) -> None:
        """A little of everything: arrivals, an edit, a rename, a copy, a delete."""
        for _ in range(3):
            self.add_note()
        notes = sorted(self.notes.glob("*.md"))
        self.dice.choice(notes).write_text(f"# An edit\n\nnumber {self.made}\n")
        one = self.dice.choice(notes)
        one.rename(one.with_name(f"r{self.made:04}.md"))
        notes = sorted(self.notes.glob("*.md"))
        self.dice.choice(notes[1:]).unlink()
        source = notes[0]
        (self.notes / f"c{self.made:04}.md").write_bytes(source.read_bytes())
        samples.picture(self.pictures / f"q{self.made:04}.jpg", self.made)

    def ask_refit(self) -> None:
        """A fit of both maps; nobody waits for it."""
        subprocess.Popen(
            [sys.executable, "-m", "muserd.ctl", "refit"],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ).wait(60)

    def die_at(self, point: str, trigger: Callable[[], None]) -> None:
        """Run until the failpoint kills it; `trigger` is called until then."""
        self.spawn(MUSER_FAILPOINT=point)
        assert self.process is not None
        deadline, next_s = time.monotonic() + DEATH_S, 0.0
        up = self.base / "run" / "control.sock"
        while not self.dead:
            assert time.monotonic() < deadline, f"{point} was never passed:\n{self.log()[-4000:]}"
            if up.exists() and time.monotonic() >= next_s:
                trigger()
                next_s = time.monotonic() + 1.0
            time.sleep(0.02)
        assert self.process.returncode == -signal.SIGKILL, self.log()
        self.process = None  # its workers end by themselves

    def die_after(self, seconds: float, trigger: Callable[[], None]) -> None:
        """Kill it so long after it was given work."""
        self.spawn()
        up = self.base / "run" / "control.sock"
        self.wait_for(up.exists, 60)
        trigger()
        time.sleep(seconds)
        self.kill()

    def left(self) -> Left:
        """The store as the dead daemon left it, read by nobody else."""
        store = Store(self.base / "state" / "store", map_size_bytes=64 * 2**30, read_only=True)
        try:
            with store.read() as reader:
                return Left(
                    {(item.kind, item.content): int(item.id) for item in reader.items()},
                    {file.path: file.item for file in reader.files()},
                    {
                        (space, int(slot)): (int(place.fit), place.x, place.y)
                        for space in SPACES
                        for slot, place in reader.places(space)
                    },
                )
        finally:
            store.close()

    def check_site(self) -> None:
        """The site of a dead daemon is whole: what the manifest names is there."""
        site = self.base / "state" / "site"
        if (site / "manifest.json").exists():  # else it died before its first publish
            assert Site(site, SystemClock()).manifest() is not None

    def revive(self) -> None:
        """Start again: nothing that was committed is lost, every invariant holds."""
        self.check_site()
        before = self.left()
        self.start()
        self.sync()
        answer = self.ctl("verify", "--json", timeout_s=120)
        assert answer.returncode == 0, answer.stdout + answer.stderr + self.log()
        items = self.json("items")
        shown = {path for item in items for path in item["paths"]}
        there = {str(path) for folder in (self.notes, self.pictures) for path in folder.iterdir()}
        assert shown == there
        assert self.stop() == 0, self.log()
        after = self.left()
        for content, item in before.contents.items():
            assert after.contents.get(content) == item, "a committed item is lost"
        for slot, place in before.places.items():
            now = after.places[slot]
            assert now[0] != place[0] or now == place, "a place changed without a fit"
