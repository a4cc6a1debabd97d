"""The encode worker's lanes: threads that run one model side by side, each a batch at a time.

On a processor, every lane computes with one core. Operations that are split over cores wait at
the end of each for the slowest part; beside other busy processes (the other space's worker, a
fit) these waits, hundreds in a batch, take longer than the work. Batches wait for nobody. A lane
that is alone with its batch takes all the cores: then a single new file is there sooner.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from muserd.encode.batches import fitting
from muserd.encode.catalogue import OtherEncoderError
from muserd.encode.progress import Progress
from muserd.ground.errors import EncoderError, FileError
from muserd.ground.failpoints import failpoint
from muserd.workers.encode.child.jobs import AHEAD, Jobs
from muserd.workers.encode.child.model import Model, Prepared
from muserd.workers.encode.child.reading import Input, read_example, refusal
from muserd.workers.encode.protocol import (
    Answer,
    Asked,
    Begin,
    Example,
    Opening,
    Query,
    Ready,
    Refused,
    Stage,
    Texts,
)
from muserd.workers.encode.protocol import (
    Batch as Begun,
)
from muserd.workers.encode.readings import Draft
from muserd.workers.process.link import Buffer, Link

_LONG_CHARACTERS = 20_000  # of a note: some twenty windows of the encoder
MOST_WORK = 2  # a batch, in short notes, may be so many times its usual size
FIRST_NOTES = AHEAD  # whose languages decide between encoders
FIRST_NOTES_S = 5.0
GATHER_S = 0.05  # an idle lane waits this long for a batch to fill while more is being read

Batch = list[tuple[Draft, Prepared]]


class Batches:
    """Opens the model when it is first needed; then all lanes run it, queries first.

    Args:
        opening: which encoder.
        known: gets the hash of every content that was encoded.
        link: to muserd.
        jobs: is told of drafts that the model begins with.
        open_model: from opening, progress and the languages of the first notes to a model; raises
            EncoderError.
        cores: how many there are to compute with.
    """

    def __init__(
        self,
        opening: Opening,
        known: set[bytes],
        link: Link,
        jobs: Jobs,
        open_model: Callable[[Opening, Progress, Sequence[str]], Model],
        cores: int,
    ) -> None:
        self._opening = opening
        self._known = known
        self._link = link
        self._jobs = jobs
        self._open_model = open_model
        self._cores = cores
        self._first = threading.Lock()  # held while the model is opened
        self._changed = threading.Condition()  # guards what follows
        self._queries: deque[Asked] = deque()
        self._drafts: deque[tuple[Draft, Input | Prepared]] = deque()
        self._computing = 0
        self._wanted = self._refused = self._loaded = False
        self._encoded = 0  # files
        self._model: Model | None = None

    def load(self) -> None:
        """Open the encoder, though there is nothing to encode yet. Any thread."""
        with self._changed:
            self._wanted = True
            self._changed.notify()

    def ask(self, query: Asked) -> None:
        """Queue a query: it comes before the next batch. Any thread."""
        with self._changed:
            self._queries.append(query)
            self._changed.notify()

    def add(self, draft: Draft, what: Input) -> None:
        """Queue a draft. Any thread: a reader prepares it here, so that the model need not."""
        model = self._model
        ready = what if model is None else model.prepare(what)
        with self._changed:
            self._drafts.insert(self._place_of(ready), (draft, ready))
            self._changed.notify()

    def _place_of(self, what: "Input | Prepared") -> int:
        """Where a draft is queued: what is long waits behind everything that is not."""
        if _is_long(what):
            return len(self._drafts)
        places = enumerate(self._drafts)
        return next((at for at, (_, one) in places if _is_long(one)), len(self._drafts))

    def work(self, lane: int) -> None:
        """Run a lane for ever; until the model is there, and off a processor, there is only one."""
        while (model := self._awaited()) is not None:
            if self._loaded and lane >= model.lanes:
                return
            query, batch = self._next(model)
            if query is not None:
                self._answer(model, query)
            elif batch:
                self._encode(model, batch)
            model.improve(self._encoded, self._tell_ready)

    def _awaited(self) -> Model | None:
        """The model, once there is something to do; None when it cannot be opened."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._wanted or self._queries or self._drafts or self._refused
            )
        with self._first:
            if not self._refused:
                self._open()
            self._wanted = False
        return None if self._refused else self._model

    def _open(self) -> None:
        """What is needed now: the encoder, and, unless only words wait, its network for files."""
        before = (self._model, self._loaded)
        try:
            if self._model is None:
                self._model = self._open_model(self._opening, self._tell, self._languages())
            if not self._loaded and (self._wanted or self._drafts):
                self._model.load()
                self._loaded = True
        except EncoderError as error:
            lasting = isinstance(error, OtherEncoderError)
            self._link.send(Refused(error.message, error.hint, lasting))
            self._refused = True
        if before == (self._model, self._loaded) and not self._refused:
            return
        if not self._refused:
            self._tell_ready()
        with self._changed:
            self._changed.notify_all()  # what came meanwhile woke only one lane

    def _languages(self) -> list[str]:
        """Of the first notes, once there are enough: an encoder that is to be chosen fits them."""
        opening = self._opening
        if (opening.space, opening.spec, opening.keep) != ("text", "auto", ""):
            return []
        until_s = time.monotonic() + FIRST_NOTES_S
        with self._changed:
            while len(self._drafts) < FIRST_NOTES and time.monotonic() < until_s:
                self._changed.wait(GATHER_S)
                if not self._jobs.more_to_come():
                    break
            return [draft.facts.language for draft, _ in self._drafts]

    def _tell_ready(self) -> None:
        if self._model is not None:
            self._link.send(Ready(self._model.info))

    def _tell(
        self, stage: Literal["fetching", "loading"], message: str, share: float | None
    ) -> None:
        self._link.send(Stage(stage, message, share))

    def _next(self, model: Model) -> tuple[Asked | None, Batch]:
        """A query, or a batch; neither when other lanes were quicker."""
        with self._changed:
            if not self._queries and self._drafts and self._loaded:
                self._changed.wait_for(
                    lambda: (
                        self._queries
                        or len(self._drafts) >= model.batch_size
                        or not self._jobs.more_to_come()
                    ),
                    GATHER_S,
                )
            if self._queries:
                return self._queries.popleft(), []
            if not self._drafts or not self._loaded:  # a file came while words were answered
                return None, []
            size = fitting(len(self._drafts), model.batch_size)
            taken = [self._drafts.popleft() for _ in range(size)]
        batch = [
            # What came before the model was ready is prepared only now.
            (draft, what if isinstance(what, np.ndarray | str) else model.prepare(what))
            for draft, what in taken
        ]
        return None, self._bounded(batch, model)

    def _bounded(self, batch: Batch, model: Model) -> Batch:
        """The first of a batch that are not too much work; the rest waits on, first in line.

        Sixteen books in one batch would keep a query waiting for a minute.
        """
        work = np.cumsum([model.weigh(what) for _, what in batch])
        count = max(1, int(np.searchsorted(work, MOST_WORK * model.batch_size, side="right")))
        with self._changed:
            self._drafts.extendleft(reversed(batch[count:]))
            self._changed.notify()
        return batch[:count]

    def _encode(self, model: Model, batch: Batch) -> None:
        self._jobs.taken(len(batch))
        self._link.send(Begun([draft.n for draft, _ in batch]))
        failpoint("encode.forward")
        with self._changed:
            self._computing += 1
            alone = self._computing == 1 and not self._drafts and not self._jobs.more_to_come()
        model.use_cores(self._cores if alone else 1)
        try:
            vectors, concepts = model.vectors([what for _, what in batch])
        except RuntimeError as error:
            if "memory" in str(error).lower():  # torch has no error of its own for it on a CPU
                raise MemoryError(str(error)) from error
            raise
        with self._changed:
            self._computing -= 1
            self._encoded += len(batch)
        for (draft, _), vector, some in zip(batch, vectors, concepts, strict=True):
            self._link.send(*draft.message(vector, some))
            if np.isfinite(vector).all():
                self._known.add(draft.content)

    def _answer(self, model: Model, query: Asked) -> None:
        n = query.question.n
        self._link.send(Begin(n))
        try:
            answer = _answer(model, query, self._opening)
        except (EncoderError, FileError) as error:
            self._link.send(refusal(n, error))
        else:
            self._link.send(Answer(n), answer)


def _answer(model: Model, request: Asked, opening: Opening) -> tuple[Buffer, ...]:
    match request.question:
        case Texts(texts=texts, queries=queries):
            return (model.texts(texts, queries=queries),)
        case Example(name=name):
            what = read_example(name, request.buffers[0], opening)
            vectors, _ = model.vectors([model.prepare(what)])
            return (np.ascontiguousarray(vectors[0], "<f4").tobytes(),)
        case Query(words=words):
            return model.query(words)
        case other:
            raise EncoderError(f"{type(other).__name__} is not for the model")


def _is_long(what: object) -> bool:
    return isinstance(what, str) and len(what) > _LONG_CHARACTERS
