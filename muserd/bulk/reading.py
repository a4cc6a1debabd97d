"""The daemon's encode workers, for whoever waits: files in, an outcome for each."""

import dataclasses
import time
from collections.abc import Iterable, Sequence
from queue import Empty, SimpleQueue

from muserd.bulk.request import Work
from muserd.encode import compiled
from muserd.encode.catalogue import Runtime
from muserd.engine.ingest.ledger import Ledger
from muserd.engine.operations import Seen
from muserd.engine.worker_settings import encode_settings
from muserd.ground.clock import SystemClock
from muserd.ground.config import Config
from muserd.ground.errors import EncoderError, WorkerError
from muserd.ground.paths import Places, places
from muserd.ground.records import ContentHash, EncoderInfo, FileStat, Kind, Space
from muserd.workers.encode.host import EncodeSettings, EncodeWorker
from muserd.workers.encode.outcomes import Interrupted, Outcome

REFUSED_S = 20.0  # an encoder that cannot be opened for so long is no passing trouble
_LOOK_S = 0.5
_FOR_EVER_S = 30 * 86_400.0
_STOP_S = 5.0
_NOT_LOOKED_AT = FileStat(0, 0, 0, 0, 0)
_OPEN_S = 300.0


class Reader:
    """One space's worker. For one thread.

    Args:
        space: of the files.
        work: what the worker is told.
        refused_s: for how long the encoder may be refused.
    """

    def __init__(self, space: Space, work: Work, refused_s: float = REFUSED_S) -> None:
        self._space = space
        self._refused_s = refused_s
        self._said: SimpleQueue[Outcome | Interrupted] = SimpleQueue()
        self._ledger = Ledger()
        self._worker = EncodeWorker(
            _settings(space, work, places(), _kept(space, work)),
            known=_nothing_known,
            on_outcome=lambda _, outcome: self._said.put(outcome),
            on_interrupted=self._said.put,
            on_state=lambda _: None,
            clock=SystemClock(),
        )

    def read(self, paths: Sequence[bytes], kind: Kind) -> dict[bytes, Outcome]:
        """Read and encode files; each has an outcome.

        Raises:
            EncoderError: the encoder cannot be opened here.
        """
        # By force: which of two equal files would be known depends on who read the first.
        for path in paths:
            self._ledger.add(b"", Seen(path, kind, _NOT_LOOKED_AT), 0.0, force=True)
        found: dict[bytes, Outcome] = {}
        failed_s: float | None = None
        while len(self._ledger):
            self._feed()
            try:
                said = self._said.get(timeout=_LOOK_S)
            except Empty:
                failed_s = self._failed_since(failed_s)
                continue
            failed_s = None
            if isinstance(said, Interrupted):
                self._ledger.interrupted(said)
            elif self._ledger.found(said):
                found[said.task.path] = said
                for file in self._ledger.read(1):
                    self._ledger.remove(file)
        return found

    def _feed(self) -> None:
        ledger, space = self._ledger, self._space
        taken = ledger.take(space) or ledger.take_suspects(space)
        self._worker.submit([file.task for file in taken])

    @property
    def encoder(self) -> EncoderInfo | None:
        """The one in use; None before the first file was read."""
        return self._worker.state.encoder

    def opened(self) -> EncoderInfo | None:
        """The encoder, opened now for a question if no file needed it; None if it cannot be."""
        try:
            self._worker.query("a", _OPEN_S)
        except WorkerError:
            return None
        return self.encoder

    def close(self) -> None:
        """End the worker's processes. Waits."""
        self._worker.stop(_STOP_S)

    def _failed_since(self, before_s: float | None) -> float | None:
        """Since when the encoder has been refused; None when it is not."""
        state, now_s = self._worker.state, time.monotonic()
        if state.stage != "failed":
            return None
        since_s = now_s if before_s is None else before_s
        if now_s - since_s >= self._refused_s:
            raise EncoderError(
                f"the {self._space} encoder cannot be opened here: {state.message}",
                "see that its weights are on this machine: muserctl encoder fetch",
            )
        return since_s


def _nothing_known(_: Kind) -> Iterable[ContentHash]:
    return ()


def _kept(space: Space, work: Work) -> EncoderInfo | None:
    made_by = work.encoders.get(space)
    return None if made_by is None else made_by.info


def _settings(space: Space, work: Work, where: Places, kept: EncoderInfo | None) -> EncodeSettings:
    """As the daemon's, but for what makes vectors depend on when they are made.

    A daemon begins with the runtime that is there and changes to a better one. Here a worker has
    one from the beginning, so that all vectors are of one kind.
    """
    roots = work.root_paths
    settings = encode_settings(space, work.config, where, kept, lambda: roots)
    return dataclasses.replace(
        settings,
        device=_device(work),
        runtime=_runtime(work.config, gpus=work.gpus),
        threads=work.cores,
        idle_s=_FOR_EVER_S,
    )


def _device(work: Work) -> str:
    configured = work.config.encoders.device
    return configured if work.gpus or configured != "auto" else "cpu"


def _runtime(config: Config, *, gpus: bool) -> Runtime:
    if config.encoders.runtime != "auto":
        return config.encoders.runtime
    return "openvino" if compiled.runtime() and not gpus else "torch"
