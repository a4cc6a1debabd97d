"""The doors by which a query reaches items: each gives a ranking of one space. See docs/find.md."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muserd.engine.find.captions import Captions
from muserd.engine.maps.model import SpaceModel
from muserd.find.cutoff import Background, Kind, Likeness, certain, is_spelt
from muserd.find.fusion import Door, Ranking
from muserd.find.probes import PROBES
from muserd.ground.errors import MuserError
from muserd.ground.records import NEIGHBOURS_USED, ItemId, Space
from muserd.store.environment import Store
from muserd.workers.encode.host import EncodeWorker, QueryAnswer

QUERY_TIMEOUT_S = 20.0  # a cold encoder
DEEP = 400  # items that one door ranks
_SAMPLE = 4_096  # items on which the background is measured
_GROWN = 1.2  # times the items; then it is measured anew
_LEAST_MEANT = 0.1  # of 1: most pictures have nothing to do with the classes that words mean
_SURELY_MEANT = 0.5
_PLAUSIBLE = 2.0  # deviations over the background: below, an item is not even offered
_NEIGHBOURS = 10  # of a picture, whose captions speak for it


@dataclass(frozen=True, slots=True)
class Scores:
    """Slots of one space with a score each."""

    slots: NDArray[np.intp]
    values: NDArray[np.float64]

    def only(self, allowed: NDArray[np.bool_] | None) -> "Scores":
        """Those that a filter lets through; `allowed` is bool[slots], None lets all through."""
        if allowed is None or not len(self.slots):
            return self
        keep = allowed[self.slots]
        return Scores(self.slots[keep], self.values[keep])

    def ranking(self, model: SpaceModel, sure: NDArray[np.bool_]) -> Ranking:
        """The best, with those that are sure, bool[n]."""
        count = min(DEEP, len(self.values))
        best = np.argpartition(-self.values, count - 1)[:count] if count else np.empty(0, np.intp)
        order = best[np.lexsort((self.slots[best], -self.values[best]))]
        ids = model.columns.id
        items = [ItemId(int(ids[self.slots[i]])) for i in order]
        return Ranking(items, frozenset(i for i, k in zip(items, order, strict=True) if sure[k]))

    def judged(
        self, model: SpaceModel, background: Background, kind: Kind, *, spelt: bool = False
    ) -> Ranking:
        """The best that are not mere chance, with those beyond doubt."""
        sure = certain(self.values, background, kind, spelt=spelt)
        far = self.values >= background.mean + _PLAUSIBLE * background.deviation
        return Scores(self.slots[far], self.values[far]).ranking(model, sure[far])


class Meaning:
    """The doors that need an encoder: texts, captions, likeness, classes, neighbours.

    Thread-safe; `rankings` waits for the encode workers.
    """

    def __init__(
        self,
        store: Store,
        models: Mapping[Space, SpaceModel],
        workers: Mapping[Space, EncodeWorker],
        captions: Captions,
    ) -> None:
        self._store = store
        self._models = models
        self._workers = workers
        self._captions = captions
        self._lock = threading.Lock()
        self._probes: dict[tuple[Space, str], NDArray[np.float32]] = {}
        self._backgrounds: dict[tuple[str, str], tuple[int, Background]] = {}

    def rankings(
        self, space: Space, words: str, allowed: NDArray[np.bool_] | None
    ) -> dict[Door, Ranking]:
        """What each door of a space says to some words.

        Raises:
            WorkerError: no encoder is there to answer.
        """
        if space == "text":
            return self._notes(words, allowed)
        return self._pictures(words, allowed)

    def by_vector(
        self, space: Space, vector: NDArray[np.float32], allowed: NDArray[np.bool_] | None
    ) -> Ranking:
        """The items that are like an example, by its vector in the space's own encoder.

        Those are beyond doubt that are as near to it as items here are to their neighbours. The
        nearest three are given in any case.
        """
        model = self._models[space]
        with self._store.read() as reader:
            scores = Scores(*model.scores(vector, None, reader)).only(allowed)
        if not len(scores.values):
            return Ranking([])
        with model.lock:
            slots = np.flatnonzero(model.slots.present)
            some = slots[:: max(1, len(slots) // _SAMPLE)]
            near = model.knn.cosines[some, :NEIGHBOURS_USED].copy()
            near[model.knn.neighbours[some, :NEIGHBOURS_USED] < 0] = np.nan
        likeness = Likeness.of(near)
        third = np.sort(scores.values)[-min(3, len(scores.values))]
        kept = scores.values >= min(likeness.plausible, third)
        few = Scores(scores.slots[kept], scores.values[kept])
        return few.ranking(model, few.values >= likeness.sure)

    def _notes(self, words: str, allowed: NDArray[np.bool_] | None) -> dict[Door, Ranking]:
        answer = self._workers["text"].query(words, QUERY_TIMEOUT_S)
        if answer.vector is None:
            return {}
        return {"meaning": self._by_vector("text", "text", answer.vector, allowed)}

    def _pictures(self, words: str, allowed: NDArray[np.bool_] | None) -> dict[Door, Ranking]:
        """By both encoders at once: each is a process of its own."""
        found: dict[Door, Ranking] = {}
        refused: MuserError | None = None
        with ThreadPoolExecutor(1, "muserd-find-looks") as other:
            looks = other.submit(self._workers["image"].query, words, QUERY_TIMEOUT_S)
            try:
                found |= self._called(words, allowed)
            except MuserError as error:
                refused = error
            try:
                found |= self._looks(looks.result(), allowed)
            except MuserError as error:
                if refused is not None:
                    raise error from refused
        return found

    def _looks(self, answer: QueryAnswer, allowed: NDArray[np.bool_] | None) -> dict[Door, Ranking]:
        """By the picture itself: an encoder of words and pictures, else the classes it knows."""
        if answer.vector is not None:
            return {"likeness": self._by_vector("image", "picture", answer.vector, allowed)}
        model = self._models["image"]
        with self._store.read() as reader:
            scores = Scores(*model.scores(None, answer.concepts, reader)).only(allowed)
        meant = scores.values >= _LEAST_MEANT
        some = Scores(scores.slots[meant], scores.values[meant])
        # Where people gave a name, it says more than a class of photographs.
        nameless = ~self._captions.known(some.slots)
        return {"class": some.ranking(model, nameless & (some.values >= _SURELY_MEANT))}

    def _called(self, words: str, allowed: NDArray[np.bool_] | None) -> dict[Door, Ranking]:
        """By what pictures are called, and by what most of their neighbours are called."""
        model = self._models["image"]
        answer = self._workers["text"].query(words, QUERY_TIMEOUT_S)
        if answer.vector is None:
            return {}
        with model.lock:
            present = np.flatnonzero(model.slots.present)
        slots, values = self._captions.scores(answer.vector, present)
        if not len(slots):
            return {}
        background = self._background(
            "text", "caption", lambda: self._captions.sample(_SAMPLE), len(slots)
        )
        scores = Scores(slots, values)
        found: dict[Door, Ranking] = {
            "caption": scores.only(allowed).judged(
                model, background, "caption", spelt=is_spelt(words, answer.pieces)
            )
        }
        if len(slots) < len(present):
            found["neighbours"] = self._near(model, scores, present, background, allowed)
        return found

    def _near(
        self,
        model: SpaceModel,
        scores: Scores,
        present: NDArray[np.intp],
        background: Background,
        allowed: NDArray[np.bool_] | None,
    ) -> Ranking:
        """Pictures that nobody called anything, by the captions of the most alike."""
        of_slot = np.full(len(model.slots.present), np.nan)
        of_slot[scores.slots] = scores.values
        nameless = present[np.isnan(of_slot[present])]
        near = model.knn.neighbours[nameless, :_NEIGHBOURS]
        known = np.where(near >= 0, of_slot[near], np.nan)
        count = np.isfinite(known).sum(axis=1)
        sums = np.nansum(known, axis=1) / np.maximum(count, 1)
        agreed = (count >= _NEIGHBOURS // 3) & (
            sums >= background.limit(len(scores.slots), "caption")
        )
        some = Scores(nameless[agreed], sums[agreed]).only(allowed)
        return some.ranking(model, np.zeros(len(some.values), np.bool_))

    def _by_vector(
        self,
        space: Space,
        kind: Kind,
        vector: NDArray[np.float32],
        allowed: NDArray[np.bool_] | None,
    ) -> Ranking:
        model = self._models[space]
        with self._store.read() as reader:
            every = Scores(*model.scores(vector, None, reader))
        if not len(every.slots):
            return Ranking([])
        step = max(1, len(every.slots) // _SAMPLE)
        some = every.slots[::step][:_SAMPLE]
        background = self._background(space, kind, lambda: model.decoded(some), len(every.slots))
        return every.only(allowed).judged(model, background, kind)

    def _background(
        self, space: Space, kind: Kind, sample: Callable[[], NDArray[np.float32]], count: int
    ) -> Background:
        """How alike words and items are by chance, measured again when the items have grown."""
        encoder = self._workers[space].state.encoder
        name = (kind, encoder.id if encoder else "")
        with self._lock:
            known = self._backgrounds.get(name)
            if known is not None and count / _GROWN <= known[0] <= count * _GROWN:
                return known[1]
            probes = self._probes.get((space, name[1]))
        if probes is None:
            probes = self._workers[space].texts(PROBES, QUERY_TIMEOUT_S, queries=True)
        background = Background.of(probes, sample())
        with self._lock:
            self._probes[space, name[1]] = probes
            self._backgrounds[name] = (count, background)
        return background
