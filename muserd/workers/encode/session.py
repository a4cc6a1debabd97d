"""One life of an encode child: from its start to its end or its leave."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from muserd.encode.reach import needs_network, readable
from muserd.ground.beneath import open_below
from muserd.ground.clock import Clock
from muserd.ground.records import ContentHash, EncoderInfo
from muserd.workers.encode.outcomes import FileTask
from muserd.workers.encode.protocol import (
    FileRow,
    Files,
    FromChild,
    Load,
    Message,
    Opening,
    from_child,
)
from muserd.workers.encode.records import EncodeSettings
from muserd.workers.process.child import Child, ChildSettings, Ending
from muserd.workers.process.link import Frame

OPEN_DEADLINE_S = 300.0  # without a word while it starts, fetches or loads: a cold disk is slow
LEAVE_S = 3.0


class ChildSession:
    """A child with what it has said of itself. Belongs to the worker's thread.

    Args:
        module: what runs.
        settings: its space, encoder and limits.
        keep: id of the encoder that the vectors come from.
        known: contents that need no decoding.
        deliver: gets this session with everything that the child says, from the child's thread.
        clock: for deadlines.

    Attributes:
        running: it has said a word.
        loading: its model is being opened.
        encoder: what it said of its model; None before that.
        files: how many it got.
        heard_s: when it said its last word, on the monotonic clock.
    """

    def __init__(
        self,
        module: str,
        settings: EncodeSettings,
        keep: str,
        known: Iterable[ContentHash],
        deliver: "Callable[[ChildSession, Frame[FromChild] | Ending], None]",
        clock: Clock,
    ) -> None:
        self.running = self.loading = False
        self.encoder: EncoderInfo | None = None
        self.files = 0
        self.heard_s = clock.monotonic_s()
        self._clock = clock
        self._open_deadline_s: float | None = None
        fetches = needs_network(settings.space, settings.spec, keep, settings.cache)
        limits = ChildSettings(
            module=module,
            cache=settings.cache,
            memory_bytes=settings.memory_bytes,
            threads=settings.threads,
            nice=settings.nice,
            environment={"HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"},
            shut_in=settings.roots is not None,
            opening=None if settings.roots is None else partial(_open_below, settings.roots),
            readable=tuple(readable(settings.spec, settings.cache)),
            writable=("models", "names", *(["weights"] if fetches else [])),
        )
        opening = Opening(
            space=settings.space,
            spec=settings.spec,
            keep=keep,
            device=settings.device,
            runtime=settings.runtime,
            keep_note=settings.keep_note,
            cache=settings.cache,
            limits=settings.limits,
            threads=settings.threads,
        )
        self._child = Child(limits, lambda said: deliver(self, said), clock, from_child)
        self._child.send(opening, (b"".join(known),))
        self._give_time()

    @property
    def child(self) -> Child[FromChild]:
        """The process."""
        return self._child

    @property
    def ready(self) -> bool:
        """Whether its model is open."""
        return self.encoder is not None

    @property
    def opening(self) -> bool:
        """Whether it is coming up or opening its model."""
        return self._open_deadline_s is not None

    @property
    def died_of_itself(self) -> bool:
        """Whether its end, with nothing in hand, means that it cannot work at all."""
        return not self.running or (self.loading and not self.ready)

    def send(self, message: Message) -> None:
        """Send a frame."""
        self._child.send(*message)

    def give(self, files: Sequence[tuple[int, FileTask]]) -> None:
        """Have files read, each by its number."""
        self.files += len(files)
        rows = [FileRow(n, task.path, task.kind, task.force, task.reread) for n, task in files]
        self.send((Files(rows), ()))

    def load(self) -> None:
        """Have the model opened, once."""
        if not self.loading:
            self.loading = True
            self._child.send(Load())
            self._give_time()

    def expect(self, *deadlines_s: float | None) -> None:
        """Kill it for a hang when the first of these deadlines, or its own, has passed."""
        known = [one for one in (*deadlines_s, self._open_deadline_s) if one is not None]
        now = self._clock.monotonic_s()
        self._child.expect(max(min(known) - now, 0.0) if known else None)

    def heard_stage(self, stage: str) -> None:
        """It says where it stands: `starting` once it runs, then how its model comes along."""
        if stage == "starting":
            self.running = True
            self._open_deadline_s = None
        else:
            self.loading = True
            self._give_time()

    def heard_ready(self, encoder: EncoderInfo) -> None:
        """Its model is open."""
        self.encoder = encoder
        self._open_deadline_s = None

    def leave(self) -> None:
        """End it; blocks for as long as it takes, a few seconds at most."""
        self._child.stop(LEAVE_S)

    def _give_time(self) -> None:
        self._open_deadline_s = self._clock.monotonic_s() + OPEN_DEADLINE_S


def _open_below(roots: Callable[[], Iterable[bytes]], path: bytes, folder: bool) -> int:
    """Open what a child asks for, if it lies in a watched folder and no link leads to it."""
    return open_below(roots(), path, folder=folder)
