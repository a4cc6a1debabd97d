"""The encode worker's model: one thread that opens the encoder and runs it, queries first."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from muserd.encode.batches import fitting
from muserd.encode.progress import Progress
from muserd.ground.errors import EncoderError
from muserd.ground.failpoints import failpoint
from muserd.ground.records import EncoderInfo
from muserd.workers.encode_reading import Input, Jobs
from muserd.workers.encode_wire import Draft, Opening, error_message
from muserd.workers.link import Buffer, Frame, Link

MOST_WORK = 2  # a batch, in short notes, may be so many times its usual size
GATHER_S = 0.05  # an idle model waits this long for a batch to fill while more is being read

WINDOW_CHARACTERS = 1_000  # about 256 tokens

Concepts = tuple[tuple[int, int], ...]
Prepared = NDArray[np.uint8] | str


class Model(Protocol):
    """An opened encoder of either space."""

    info: EncoderInfo
    batch_size: int

    def weigh(self, what: Prepared) -> int:
        """How much work it is, in pictures or short notes; at least 1."""
        ...

    def prepare(self, what: Input) -> Prepared:
        """The small thing that is kept until its batch is full. May run in any thread."""
        ...

    def vectors(self, batch: list[Prepared]) -> tuple[NDArray[np.float32], list[Concepts]]:
        """float32[n, dim], L2-normalised, and the classes where the encoder knows some."""
        ...

    def query(self, words: str) -> tuple[Buffer, Buffer]:
        """A vector float32[dim] or nothing, and weights of classes float32[1000] or nothing."""
        ...


class PictureModel:
    """The encoder of pictures. Raises EncoderError when it cannot be opened."""

    def __init__(self, opening: Opening, progress: Progress) -> None:
        from muserd.encode.choice import open_image_encoder

        self._encoder = open_image_encoder(
            opening.spec, opening.keep, opening.device, opening.cache, progress
        )
        self.info = self._encoder.info
        self.batch_size = self._encoder.batch_size
        self._cache = opening.cache
        self._names: Any = None
        side = self._encoder.recipe.size_px
        _check(self.info, self._encoder.forward(np.zeros((1, side, side, 3), np.uint8)).vectors)

    def weigh(self, what: Prepared) -> int:  # noqa: ARG002 - see `Model`
        """All pictures are the same work."""
        return 1

    def prepare(self, what: Input) -> Prepared:
        """uint8[s, s, 3]."""
        if not isinstance(what, Image.Image):
            raise TypeError("a picture is needed")
        return self._encoder.prepare(what)

    def vectors(self, batch: list[Prepared]) -> tuple[NDArray[np.float32], list[Concepts]]:
        """See `Model`."""
        result = self._encoder.forward(np.stack([np.asarray(one) for one in batch]))
        return result.vectors, result.concepts or [()] * len(batch)

    def query(self, words: str) -> tuple[Buffer, Buffer]:
        """By the encoder's own words, else by the names of its classes."""
        if self._encoder.words is not None:
            return _bytes(self._encoder.words([words])[0]), b""
        if self._names is None:
            from muserd.encode.choice import open_text_encoder
            from muserd.encode.conse import ClassNames

            texts = open_text_encoder("builtin", "", "cpu", self._cache)
            self._names = ClassNames(texts, self._cache / "names")
        return b"", _bytes(self._names.weights(words))


class NoteModel:
    """The encoder of notes. Raises EncoderError when it cannot be opened."""

    def __init__(self, opening: Opening, progress: Progress) -> None:
        from muserd.encode.choice import open_text_encoder

        self._encoder = open_text_encoder(
            opening.spec, opening.keep, opening.device, opening.cache, progress
        )
        self.info = self._encoder.info
        self.batch_size = self._encoder.batch_size
        _check(self.info, self._encoder.encode(["a red apple"]))

    def weigh(self, what: Prepared) -> int:
        """By length, about one a window."""
        return 1 + len(what) // WINDOW_CHARACTERS

    def prepare(self, what: Input) -> Prepared:
        """The text itself."""
        return str(what)

    def vectors(self, batch: list[Prepared]) -> tuple[NDArray[np.float32], list[Concepts]]:
        """See `Model`."""
        return self._encoder.encode([str(one) for one in batch]), [()] * len(batch)

    def query(self, words: str) -> tuple[Buffer, Buffer]:
        """The vector of the words."""
        return _bytes(self._encoder.encode_queries([words])[0]), b""


class ModelThread:
    """Opens the model when it is first needed and runs it.

    Args:
        opening: which encoder.
        known: gets the hash of every content that was encoded.
        link: to muserd.
        jobs: is told of drafts that are done.
        open_model: from opening and progress to a model; raises EncoderError.
    """

    def __init__(
        self,
        opening: Opening,
        known: set[bytes],
        link: Link,
        jobs: Jobs,
        open_model: Callable[[Opening, Progress], Model],
    ) -> None:
        self._opening = opening
        self._known = known
        self._link = link
        self._jobs = jobs
        self._open_model = open_model
        self._changed = threading.Condition()
        self._queries: deque[Frame] = deque()
        self._drafts: deque[tuple[Draft, Input | Prepared]] = deque()
        self._wanted = False
        self._model: Model | None = None

    def load(self) -> None:
        """Open the encoder, though there is nothing to encode yet. Any thread."""
        with self._changed:
            self._wanted = True
            self._changed.notify()

    def ask(self, query: Frame) -> None:
        """Queue a query: it comes before the next batch. Any thread."""
        with self._changed:
            self._queries.append(query)
            self._changed.notify()

    def add(self, draft: Draft, what: Input) -> None:
        """Queue a draft. Any thread: a reader prepares it here, so that the model need not."""
        model = self._model
        ready = what if model is None else model.prepare(what)
        with self._changed:
            self._drafts.append((draft, ready))
            self._changed.notify()

    def work(self) -> None:
        """Run the model for ever; if it cannot be opened, say so and end."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._wanted or self._queries or self._drafts)
            if self._model is None and not self._opened():
                return
            self._wanted = False
            while self._queries:
                self._answer(self._queries.popleft())
            self._encode(self._batch())

    def _opened(self) -> bool:
        try:
            model = self._open_model(self._opening, self._tell)
        except EncoderError as error:
            from muserd.encode.catalogue import OtherEncoderError

            lasting = isinstance(error, OtherEncoderError)
            header = {"type": "refused", "message": error.message, "hint": error.hint}
            self._link.send({**header, "lasting": lasting})
            return False
        self._model = model
        self._link.send({"type": "ready", "encoder": asdict(model.info)})
        return True

    def _tell(self, stage: str, message: str, share: float | None) -> None:
        self._link.send({"type": "stage", "stage": stage, "message": message, "share": share})

    def _batch(self) -> list[tuple[Draft, Prepared]]:
        model = self._model
        if model is None or not self._drafts:
            return []
        with self._changed:
            self._changed.wait_for(
                lambda: (
                    self._queries
                    or len(self._drafts) >= model.batch_size
                    or not self._jobs.more_to_come()
                ),
                GATHER_S,
            )
            size = 0 if self._queries else fitting(len(self._drafts), model.batch_size)
            taken = [self._drafts.popleft() for _ in range(size)]
        batch = [
            # What came before the model was ready is prepared only now.
            (draft, model.prepare(what) if isinstance(what, Image.Image) else what)
            for draft, what in taken
        ]
        return self._bounded(batch, model)

    def _bounded(
        self, batch: list[tuple[Draft, Prepared]], model: Model
    ) -> list[tuple[Draft, Prepared]]:
        """The first of a batch that are not too much work; the rest waits on, first in line.

        Sixteen books in one batch would keep a query waiting for a minute.
        """
        work = np.cumsum([model.weigh(what) for _, what in batch])
        count = max(1, int(np.searchsorted(work, MOST_WORK * model.batch_size, side="right")))
        with self._changed:
            self._drafts.extendleft(reversed(batch[count:]))
        return batch[:count]

    def _encode(self, batch: list[tuple[Draft, Prepared]]) -> None:
        if self._model is None or not batch:
            return
        self._link.send({"type": "batch", "n": [draft.n for draft, _ in batch]})
        failpoint("encode.forward")
        try:
            vectors, concepts = self._model.vectors([what for _, what in batch])
        except RuntimeError as error:
            if "memory" in str(error).lower():  # torch has no error of its own for it on a CPU
                raise MemoryError(str(error)) from error
            raise
        self._jobs.encoded(len(batch))
        for (draft, _), vector, some in zip(batch, vectors, concepts, strict=True):
            self._link.send(*draft.message(vector, some))
            if np.isfinite(vector).all():
                self._known.add(draft.content)

    def _answer(self, query: Frame) -> None:
        n = query.header["n"]
        self._link.send({"type": "begin", "n": n})
        if self._model is None:
            return
        try:
            answer = self._model.query(query.header["words"])
        except EncoderError as error:
            self._link.send(*error_message(n, error))
        else:
            self._link.send({"type": "answer", "n": n}, answer)


def _check(info: EncoderInfo, vectors: NDArray[np.float32]) -> None:
    """A first run, so that an encoder which cannot work is found before a file is blamed."""
    if vectors.shape[1:] != (info.dim,) or not np.isfinite(vectors).all():
        raise EncoderError(
            f"{info.label} gives unusable vectors on {info.device}",
            'try encoders.device = "cpu"',
        )


def _bytes(vector: NDArray[np.float32]) -> bytes:
    return np.ascontiguousarray(vector, "<f4").tobytes()
