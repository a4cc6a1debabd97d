"""The engine's parts on a bench: real LMDB, site, folders; fake workers; a clock moved by hand.

No loop runs: a test hands messages on itself, so that it sees each step by itself.
"""

import time
from pathlib import Path

from muserd.engine import assembly
from muserd.engine.ingest.pipeline import Committed, FileOutcome
from muserd.engine.operations import Seen
from muserd.ground.clock import ManualClock
from muserd.ground.config import Config, Root
from muserd.ground.kinds import kind_of
from muserd.ground.paths import Places
from muserd.ground.records import FileRecord, ItemRecord
from muserd.watch.scan import look
from tests.property.world import QUICK

WAIT_S = 60.0  # for a fake worker, on a machine that is busy


class Bench:
    """Parts made by `assembly.build`, with empty models loaded, and one folder."""

    def __init__(self, base: Path, config: Config = QUICK) -> None:
        self.root = base / "root"
        self.root.mkdir(exist_ok=True)
        self.raw = bytes(self.root)
        self.config = Root(str(self.root))
        # Ahead of the files: what was written just now may still change, and is read again.
        self.clock = ManualClock(now_ms=time.time_ns() // 1_000_000 + 60_000)
        where = Places(base / "config.toml", base / "state", base / "cache", base / "run")
        self.parts = assembly.build(config, where, self.clock, lambda: None)
        self.load()
        self.parts.publisher.start()

    def load(self) -> None:
        """Make the models what the store says."""
        with self.parts.store.read() as reader:
            for model in self.parts.models.values():
                model.load(reader)

    def close(self) -> None:
        self.parts.roots.stop()
        for worker in self.parts.workers.values():
            worker.stop(5)
        self.parts.store.close()

    def write(self, name: str, text: str = "") -> Seen:
        """A file as the tree shows it."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text or name)
        return self.look(name)

    def look(self, name: str) -> Seen:
        raw = bytes(self.root / name)
        kind, stat = kind_of(raw), look(raw)
        assert kind is not None
        assert stat is not None
        return Seen(raw, kind, stat)

    def hear(self) -> None:
        """Take the next outcome of a worker to the pipeline, and whatever else was posted."""
        for message in self.parts.mailbox.take(WAIT_S):
            if isinstance(message, FileOutcome):
                self.parts.pipeline.heard(message.outcome)

    def ingest(self, *names: str) -> Committed:
        """Write files, have them read, and commit what was found."""
        self.parts.pipeline.add(self.raw, [self.write(name) for name in names])
        return self.finish()

    def finish(self) -> Committed:
        """Have everything that is queued read and committed."""
        pipeline, done = self.parts.pipeline, Committed()
        while pipeline.count():
            pipeline.feed()
            self.hear()
            self.clock.advance(1)
            some = pipeline.commit()
            done.failed += some.failed
            done.look_again += some.look_again
        return done

    def wait(self, seconds: float = 0.0) -> None:
        """Let so much time pass, and call what is due."""
        self.clock.advance(seconds)
        self.parts.loop._timers.run(self.clock.monotonic_s())

    def rest(self) -> None:
        """Let scans end and paths settle: what the folder holds is planned, and queued."""
        while True:
            self.wait(1.0)
            messages = self.parts.mailbox.take(0.1)
            for message in messages:
                self.parts.loop._handle(message)
            if not messages and not self.parts.reconciler.busy:
                return

    def publish(self) -> None:
        """Have fits made and everything published."""
        while self.parts.refits.needed or self.parts.publisher.pending:
            self.wait(5.0)
            for message in self.parts.mailbox.take(0.02):
                self.parts.loop._handle(message)

    def file(self, name: str) -> FileRecord | None:
        with self.parts.store.read() as reader:
            return reader.file(bytes(self.root / name))

    def item(self, name: str) -> ItemRecord:
        with self.parts.store.read() as reader:
            record = reader.file(bytes(self.root / name))
            assert record is not None
            assert record.item is not None
            item = reader.item(record.item)
        assert item is not None
        return item
