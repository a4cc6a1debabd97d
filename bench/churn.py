"""Memory over an hour of churn: people create, edit, rename and delete, gently and without end.

`python -m bench.churn [MINUTES [KNOWN [STATE]]]`: a real daemon with its real encoders over a
known library; each act is followed by a pause. Memory is sampled every few seconds; after a
warm-up the last quarter is compared with the first.
"""

import json
import random
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

from bench import _world
from tests.e2e import samples
from tests.e2e.daemon import Daemon

MINUTES, KNOWN = 10.0, 2_000
PAUSE_S = 2.0  # between two acts: half a file a second would be a busy person
SAMPLE_S = 5.0
WARM_UP = 0.15  # of the time: models are loaded, the first pages are touched
KINDS = ("picture", "note")
KEPT = (100, 300)  # files of each kind that the person keeps
MOST_GROWTH = 0.05
CONFIG = "[layout]\nrefit_quiet_s = 0\nrefit_interval_minutes = 10\n"


@dataclass
class Person:
    """Does one thing at a time to pictures and notes, the same for the same seed."""

    pictures: Path
    notes: Path
    dice: random.Random
    made: int = 0
    files: dict[str, list[Path]] = field(default_factory=lambda: defaultdict(list))
    acts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def settle_in(self) -> None:
        """Create a few files to begin with."""
        for kind in KINDS * KEPT[0]:
            self.create(kind)

    def act(self) -> None:
        """Create, edit, rename or delete a picture or a note."""
        kind = self.dice.choice(KINDS)
        have = len(self.files[kind])
        doing = self.dice.choices(("create", "edit", "rename", "delete"), (5, 5, 3, 5))[0]
        if have < KEPT[0]:
            doing = "create"
        elif have >= KEPT[1]:
            doing = "delete"
        self.acts[doing] += 1
        getattr(self, doing)(kind)

    def create(self, kind: str) -> None:
        """A new content under a new name."""
        folder, suffix = (self.pictures, "jpg") if kind == "picture" else (self.notes, "md")
        path = folder / f"{kind}-{self.made:06}.{suffix}"
        self._fill(kind, path)
        self.files[kind].append(path)

    def edit(self, kind: str) -> None:
        """A new content under a known name."""
        self._fill(kind, self.dice.choice(self.files[kind]))

    def rename(self, kind: str) -> None:
        """A known content under a new name."""
        number = self.dice.randrange(len(self.files[kind]))
        path = self.files[kind][number]
        to = path.with_name(f"{kind}-{self.made:06}-renamed{path.suffix}")
        self.made += 1
        self.files[kind][number] = path.rename(to)

    def delete(self, kind: str) -> None:
        """One file less."""
        number = self.dice.randrange(len(self.files[kind]))
        self.files[kind].pop(number).unlink()

    def _fill(self, kind: str, path: Path) -> None:
        number = 1_000_000 + self.made
        self.made += 1
        if kind == "picture":
            samples.picture(path, number)
        else:
            samples.note(path, number)


def main(
    minutes: float = MINUTES, known: int = KNOWN, state: str | None = None
) -> dict[str, object]:
    """Run the churn over a temporary state directory, or over a named one that is kept."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(state or folder)
        _world.build(base, known, files=True)
        daemon = Daemon(base, config=CONFIG)
        samples.notes(daemon.notes / "kept", min(known, 300))
        person = Person(daemon.pictures / "churn", daemon.notes / "churn", random.Random(1))
        person.settle_in()
        daemon.start()
        try:
            daemon.sync()
            series = _live(daemon, person, 60 * minutes)
            daemon.sync()
            verified = daemon.ctl("verify", timeout_s=300).returncode == 0
            shown = {path for item in daemon.json("items") for path in item["paths"]}
            there = {
                str(path)
                for top in (daemon.pictures, daemon.notes)
                for path in top.rglob("*")
                if path.is_file()
            }
        finally:
            status = daemon.stop()
    return {
        "minutes": minutes,
        "acts": dict(person.acts),
        "known_pictures": known,
        "lost": len(there - shown),
        "verified": verified and status == 0,
        **{name: _trend(points) for name, points in series.items()},
        "growth_of_limit": _world.ratio(
            max(0.0, _trend(series["muserd_rss"])["growth"]), MOST_GROWTH
        ),
    }


def _live(daemon: Daemon, person: Person, seconds: float) -> dict[str, list[tuple[float, float]]]:
    """Act and sample; megabytes over seconds, by what was measured."""
    series: dict[str, list[tuple[float, float]]] = defaultdict(list)
    started = next_sample = time.monotonic()
    assert daemon.process is not None
    process = psutil.Process(daemon.process.pid)
    while (now := time.monotonic()) - started < seconds:
        assert daemon.process.poll() is None, daemon.log()[-4_000:]
        person.act()
        if now >= next_sample:
            next_sample += SAMPLE_S
            for name, size in memory(process).items():
                series[name].append((now - started, size / 1e6))
        time.sleep(PAUSE_S)
    return series


def memory(process: psutil.Process) -> dict[str, int]:
    """Bytes of muserd, resident and its own alone, and of each child by the name of its module."""
    found = {"muserd_rss": process.memory_info().rss, "muserd_private": private(process.pid)}
    for child in process.children():
        try:
            words, size = child.cmdline(), child.memory_info().rss
        except psutil.NoSuchProcess:
            continue
        name = f"{words[-1].rpartition('.')[2] if words else 'child'}_rss"
        found[name] = found.get(name, 0) + size
    return found


def private(pid: int) -> int:
    """Bytes of anonymous memory: what a leak would be in, without the pages of the store."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("RssAnon"))
    return 1024 * int(line.split()[1])


def _trend(points: list[tuple[float, float]]) -> dict[str, float]:
    """Medians of the first and the last quarter after the warm-up, and the slope over all of it."""
    times, sizes = np.array(points).T
    warm = times >= WARM_UP * times[-1]
    times, sizes = times[warm], sizes[warm]
    quarter = max(len(sizes) // 4, 1)
    first, last = float(np.median(sizes[:quarter])), float(np.median(sizes[-quarter:]))
    return {
        "first_quarter_mb": round(first, 1),
        "last_quarter_mb": round(last, 1),
        "most_mb": round(float(sizes.max()), 1),
        "growth": round(last / first - 1, 4),
        "mb_an_hour": round(float(np.polyfit(times, sizes, 1)[0]) * 3_600, 2),
    }


if __name__ == "__main__":
    words = sys.argv[1:4]
    print(json.dumps(main(*(to(word) for to, word in zip((float, int, str), words, strict=False)))))
