"""A desk at which an encode worker is given files."""

import contextlib
import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import psutil

from muserd.engine.ingest.ledger import Ledger
from muserd.engine.operations import Seen
from muserd.extract.limits import Limits
from muserd.ground.clock import SystemClock
from muserd.ground.records import ContentHash, FileStat, Space
from muserd.workers.encode.host import EncodeSettings, EncodeWorker, WorkerState
from muserd.workers.encode.outcomes import FileTask, Interrupted, Outcome

PATIENCE_S = 60
STAT = FileStat(1, 1, 1, 1, 1)


class Desk:
    """A worker with the toy model, its folder, and what came of the files.

    What is submitted by `read` goes through a ledger, as in muserd: it comes back as outcomes.
    """

    def __init__(self, folder: Path, child: str = "encode_puppet", **settings: object) -> None:
        self.folder = folder
        self.child = child
        self.space: Space = settings.get("space", "text")  # type: ignore[assignment]
        self.contents: set[bytes] = set()
        self.outcomes: list[Outcome] = []
        self.deaths: list[Interrupted] = []
        self.states: list[WorkerState] = []
        self._ledger = Ledger()
        self._changed = threading.Condition()
        given = EncodeSettings(
            space="text",
            spec="toy",
            keep="",
            device="cpu",
            cache=folder / "cache",
            memory_bytes=400 << 20,
            threads=2,
            nice=0,
            idle_s=300.0,
            file_deadline_s=30.0,
            limits=Limits(),
        )
        self.worker = EncodeWorker(
            replace(given, **settings),  # type: ignore[arg-type]
            known=lambda _: [ContentHash(one) for one in self.contents],
            on_outcome=self._outcome,
            on_interrupted=self._interrupted,
            on_state=self._state,
            clock=SystemClock(),
            child=child,
        )

    def write(self, name: str, text: str) -> FileTask:
        path = self.folder / name
        path.write_text(text)
        return FileTask(os.fsencode(path), "note")

    def many(self, count: int) -> list[FileTask]:
        return [self.write(f"{n}.txt", f"This is the note number {n}.") for n in range(count)]

    def read(self, tasks: list[FileTask]) -> None:
        """Have files read, suspects after all others, whatever children die over them."""
        with self._changed:
            for task in tasks:
                seen = Seen(task.path, task.kind, STAT)
                self._ledger.add(b"/", seen, 0.0, force=task.force, suspect=task.suspect)
        self._feed()

    @property
    def suspects(self) -> int:
        """How many of these files wait as suspects, or are tried as such."""
        with self._changed:
            return sum(file.group > 0 for file in self._ledger)

    def _feed(self) -> None:
        with self._changed:
            ledger = self._ledger
            taken = ledger.take(self.space) or ledger.take_suspects(self.space)
        self.worker.submit([file.task for file in taken])

    def wait(self, count: int) -> dict[str, Outcome]:
        """The outcomes by file name, once there are `count`; and no more than that."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.outcomes) >= count, PATIENCE_S)
        names = [os.fsdecode(os.path.basename(one.task.path)) for one in self.outcomes]
        assert len(names) == count
        return dict(zip(names, self.outcomes, strict=True))

    def wait_for(self, stage: str) -> WorkerState:
        with self._changed:
            assert self._changed.wait_for(lambda: self.worker.state.stage == stage, PATIENCE_S), (
                self.states
            )
        return self.worker.state

    def wait_restarts(self, count: int) -> None:
        """The news of a death may come after the last outcome."""
        with self._changed:
            assert self._changed.wait_for(
                lambda: self.worker.state.restarts == count, PATIENCE_S
            ), self.states

    def wait_children(self, count: int) -> None:
        """Until so many processes work for this desk."""
        until_s = time.monotonic() + PATIENCE_S
        while len(self._children()) != count:
            assert time.monotonic() < until_s, self._children()
            time.sleep(0.02)

    def _children(self) -> list[list[str]]:
        found = []
        for child in psutil.Process().children():
            with contextlib.suppress(psutil.Error):
                found.append(child.cmdline())
        return [words for words in found if self.child in words]

    def _outcome(self, space: Space, outcome: Outcome) -> None:
        assert space == self.space
        with self._changed:
            self.outcomes.append(outcome)
            if self._ledger.found(outcome):
                for file in self._ledger.read(1):
                    self._ledger.remove(file)
            self._changed.notify_all()
        self._feed()

    def _interrupted(self, death: Interrupted) -> None:
        with self._changed:
            self.deaths.append(death)
            self._ledger.interrupted(death)
        self._feed()

    def _state(self, space: Space) -> None:
        assert space == self.space
        with self._changed:
            self.states.append(self.worker.state)
            self._changed.notify_all()
