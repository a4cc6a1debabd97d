"""Answers queries: words, meaning and examples, in one space or both. See docs/find.md."""

import logging
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from muserd.engine.find.answers import DoorState, Found, FoundHit, Section
from muserd.engine.find.doors import DEEP, Meaning
from muserd.engine.find.index_keeper import IndexKeeper
from muserd.engine.maps.model import SpaceModel
from muserd.find.fulltext import PARTS, TextHit
from muserd.find.fusion import Door, Fused, Ranking, fuse
from muserd.find.query import Filter, Query, parse
from muserd.find.sections import best_section
from muserd.find.snippet import Snippet, snippet_of
from muserd.find.texts import folded, is_title, spelt, title_begins, title_share
from muserd.ground.clock import Clock
from muserd.ground.errors import MuserError
from muserd.ground.facts import SECTION_GAP
from muserd.ground.logs import fields
from muserd.ground.names import exact
from muserd.ground.records import SPACE_OF, SPACES, ItemId, ItemRecord, Space
from muserd.store.environment import Store
from muserd.store.reader import Reader

log = logging.getLogger(__name__)

_CATCH_UP_S = 0.3  # what was saved a moment ago should be found
_UNLIKE = 0.5  # of the examples' weight: how much an unwanted example counts
_NAMES = 0.5  # of a title's words that the query must say to name the item
_NAMED: dict[bool, Door] = {True: "title", False: "in-title"}
_DOOR_OF_TIER: tuple[Door, ...] = ("words", "apart", "begun", "some")  # see `TextHit`
_ALL_WORDS = (0, 1)  # tiers
_PARTS_SCANNED = 200  # notes read to verify a part of a word


@dataclass(frozen=True, slots=True)
class Ask:
    """What is looked for.

    Attributes:
        text: in the query language; may be empty when there are examples or filters.
        spaces: where.
        limit: hits for each space.
        words: whether the full-text index is asked.
        meaning: whether the encoders are asked, too; without, the answer comes at once.
        like, unlike: items that serve as examples.
        vectors, unlike_vectors: examples from elsewhere, unit vectors of the spaces' encoders.
    """

    text: str
    spaces: tuple[Space, ...] = SPACES
    limit: int = 50
    meaning: bool = True
    words: bool = True
    like: tuple[ItemId, ...] = ()
    unlike: tuple[ItemId, ...] = ()
    vectors: Mapping[Space, Sequence[NDArray[np.float32]]] = field(default_factory=dict)
    unlike_vectors: Mapping[Space, Sequence[NDArray[np.float32]]] = field(default_factory=dict)


class Finder:
    """Thread-safe: every method may be called from any thread; some wait for a worker."""

    def __init__(
        self,
        store: Store,
        models: Mapping[Space, SpaceModel],
        keeper: IndexKeeper,
        meaning: Meaning,
        clock: Clock,
    ) -> None:
        self._store = store
        self._models = models
        self._keeper = keeper
        self._meaning = meaning
        self._clock = clock

    def find(self, ask: Ask) -> Found:
        """The items that are meant, best first in each space. Never fails for what is asked."""
        query = parse(ask.text)
        self._keeper.wait(_CATCH_UP_S)
        doors: dict[str, DoorState] = {}
        hits: list[FoundHit] = []
        counts: dict[Space, int] = dict.fromkeys(SPACES, 0)
        sure: dict[Space, int] = dict.fromkeys(SPACES, 0)
        barred = self._barred(query)
        for space in ask.spaces:
            allowed = self._allowed(query, space, barred)
            rankings = self._rankings(ask, query, space, allowed, doors)
            fused = self._fused(rankings, query, space, allowed)
            counts[space] = len(fused)
            sure[space] = sum(one.certain for one in fused)
            hits += self._hits(space, fused[: ask.limit], query)
        hits.sort(key=lambda hit: (not hit.certain, -hit.score, hit.id))
        return Found(
            query=query.text,
            hits=tuple(hits),
            counts=counts,
            certain=sure,
            doors=doors,
            problems=query.problems,
            terms=query.terms,
        )

    def complete(self, key: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        """Values for a filter that begin so, with the number of items; regions by name."""
        if key == "region":
            names = (
                (region.name, region.count)
                for model in self._models.values()
                for region in model.living()
            )
            low = folded(prefix)
            fitting = [one for one in names if folded(one[0]).startswith(low)]
            return sorted(fitting, key=lambda one: (-one[1], one[0]))[:limit]
        try:
            return self._keeper.index.values(key, prefix, limit)
        except sqlite3.Error:
            return []

    def groups(self, key: str, space: Space, most: int) -> list[tuple[str, list[ItemId]]]:
        """The items of a space by the values of a label; none while the words are made anew."""
        try:
            return self._keeper.index.groups(key, space, most)
        except sqlite3.Error:
            return []

    # the doors

    def _rankings(
        self,
        ask: Ask,
        query: Query,
        space: Space,
        allowed: NDArray[np.bool_] | None,
        doors: dict[str, DoorState],
    ) -> dict[Door, Ranking]:
        found: dict[Door, Ranking] = {}
        if query.terms:
            if ask.words:
                found |= self._by_words(query, space, doors)
            if ask.meaning:
                try:
                    found |= self._meaning.rankings(space, query.meaning, allowed)
                    doors.setdefault("meaning", DoorState(state="done"))
                except MuserError as error:
                    doors["meaning"] = DoorState(state="failed", message=str(error))
            else:
                doors["meaning"] = DoorState(state="not-asked")
        examples = self._examples(ask, space)
        if examples is not None:
            ranking = self._meaning.by_vector(space, examples, allowed)
            own = set(ask.like) | set(ask.unlike)
            items = [item for item in ranking.items if item not in own]
            found["likeness"] = Ranking(items, ranking.certain)
        return found

    def _by_words(
        self, query: Query, space: Space, doors: dict[str, DoorState]
    ) -> dict[Door, Ranking]:
        try:
            hits = self._keeper.index.search(query, space, DEEP)
        except sqlite3.Error as error:
            log.warning("the full-text cache cannot be read", extra=fields(why=error))
            self._keeper.rebuild()
            doors["words"] = DoorState(
                state="failed", message="the index of words is being rebuilt; try again in a moment"
            )
            return {}
        doors.setdefault("words", DoorState(state="behind" if self._keeper.behind else "done"))
        with self._store.read() as reader:
            return _sorted_out(reader, hits, query)

    def _examples(self, ask: Ask, space: Space) -> NDArray[np.float32] | None:
        """The mean of the examples, less what is not meant, float32[d], unit length."""
        with self._store.read() as reader:
            wanted = _vectors(reader, ask.like, space)
            unwanted = _vectors(reader, ask.unlike, space)
        wanted += ask.vectors.get(space, ())
        unwanted += ask.unlike_vectors.get(space, ())
        if not wanted:
            return None
        mean = np.mean(wanted, axis=0)
        if unwanted:
            mean = mean - _UNLIKE * np.mean(unwanted, axis=0)
        length = float(np.linalg.norm(mean))
        return np.asarray(mean / length, np.float32) if length > 0 else None

    # filters

    def _barred(self, query: Query) -> set[ItemId]:
        """The items in which an excluded word stands."""
        if not query.excluded:
            return set()
        try:
            return self._keeper.index.matching(query.excluded)
        except sqlite3.Error:
            self._keeper.rebuild()
            return set()

    def _allowed(
        self, query: Query, space: Space, barred: Collection[ItemId]
    ) -> NDArray[np.bool_] | None:
        """bool[slots]: what the filters let through; None without filters."""
        model = self._models[space]
        if not query.filters and not barred:
            return None
        with model.lock:
            allowed = model.slots.present.copy()
            ids = model.columns.id[: len(allowed)].astype(np.int64)
            for one in query.filters:
                mask = _of_the_map(model, one)
                if mask is not None:
                    allowed &= ~mask if one.negated else mask
        try:
            chosen = self._keeper.index.allowed(query.filters, self._clock.now_ms())
        except sqlite3.Error:
            self._keeper.rebuild()
            chosen = set()
        if chosen is not None:
            allowed &= np.isin(ids, np.fromiter(chosen, np.int64, len(chosen)))
        if barred:
            allowed &= ~np.isin(ids, np.fromiter(barred, np.int64, len(barred)))
        return allowed

    def _fused(
        self,
        rankings: dict[Door, Ranking],
        query: Query,
        space: Space,
        allowed: NDArray[np.bool_] | None,
    ) -> list[Fused]:
        model = self._models[space]
        with model.lock:
            ids = model.columns.id
            mask = model.slots.present if allowed is None else allowed
            slots = np.flatnonzero(mask)
            shown = ids[slots].astype(np.int64)
        if not rankings and query.filters and not query.terms:  # filters alone: the newest first
            order = slots[np.argsort(-model.slots.times_ms[slots], kind="stable")]
            items = [ItemId(int(ids[slot])) for slot in order]
            return [Fused(item, 1.0 / (1 + i), certain=True) for i, item in enumerate(items)]
        fused = fuse(rankings)
        here = np.isin(np.array([one.item for one in fused], np.int64), shown)
        return [one for one, is_here in zip(fused, here.tolist(), strict=True) if is_here]

    # hits

    def _hits(self, space: Space, fused: Sequence[Fused], query: Query) -> list[FoundHit]:
        columns = self._models[space].columns
        hits = []
        with self._store.read() as reader:
            for one in fused:
                record = reader.item(one.item)
                if record is None or record.gone_at_ms is not None:
                    continue
                paths = tuple(map(exact, reader.paths(record.id)))
                passage = _passage(reader, record, query.terms)
                hits.append(FoundHit.of(record, one, columns, passage, paths))
        return hits


def _passage(
    reader: Reader, record: ItemRecord, terms: Sequence[str]
) -> tuple[Section | None, Snippet | None]:
    """Where the words of a query stand in a note: in which of a file's notes, and the passage."""
    if record.kind != "note" or not terms:
        return None, None
    text = reader.text(record.id)
    if not record.facts.sections:
        return None, snippet_of(text, terms)
    pieces = text.split(SECTION_GAP)
    number = best_section([title for title, _ in record.facts.sections], pieces, terms)
    if number is None:
        return None, None
    title, when = record.facts.sections[number]
    return Section(number=number, title=title, when=when), snippet_of(pieces[number], terms)


def _vectors(reader: Reader, items: Iterable[ItemId], space: Space) -> list[NDArray[np.float32]]:
    """The vectors of those items that are of a space."""
    found = []
    for item in items:
        record = reader.item(item)
        if record is not None and SPACE_OF[record.kind] == space:
            vector = reader.vector(space, record.slot)
            if vector is not None:
                found.append(vector)
    return found


def _sorted_out(reader: Reader, hits: Sequence[TextHit], query: Query) -> dict[Door, Ranking]:
    """The hits of the index by door: named so, in the title, elsewhere, as a part of a word."""
    found: dict[Door, list[ItemId]] = {}
    sure: set[ItemId] = set()
    terms, said = [folded(term) for term in query.terms], spelt(query.terms)
    scanned = 0
    for hit in hits:
        record = reader.item(hit.item)
        if record is None:
            continue
        if hit.tier == PARTS:
            scanned += 1
            if scanned > _PARTS_SCANNED or not _holds(reader, record, terms):
                continue
            door: Door = "part"
        else:
            named = title_share(record.facts.title, said)
            door = _DOOR_OF_TIER[hit.tier]
            if named:
                door = _NAMED[named >= _NAMES]
                if is_title(record.facts.title, query.terms):
                    door = "exact"
            # What somebody is still typing is as sure as it is literal.
            if named or hit.tier in _ALL_WORDS or title_begins(record.facts.title, said):
                sure.add(hit.item)
        found.setdefault(door, []).append(hit.item)
    return {
        door: Ranking(items, frozenset(sure.intersection(items))) for door, items in found.items()
    }


def _holds(reader: Reader, record: ItemRecord, terms: Sequence[str]) -> bool:
    """Whether every term really is a part of an item's words."""
    said = " ".join((record.facts.title, record.name, *record.facts.tags))
    text = folded(said + "\n" + reader.text(record.id))
    return all(term in text for term in terms)


def _of_the_map(model: SpaceModel, one: Filter) -> NDArray[np.bool_] | None:
    """bool[slots] of a filter that the map knows the answer to; None for others."""
    slots = model.slots
    if one.key == "region":
        wanted = folded(one.value)
        ids = [region.id for region in model.living() if folded(region.name) == wanted] or [
            region.id for region in model.living() if wanted in folded(region.name)
        ]
        labels = model.columns.regions[: len(slots.present)]
        return np.asarray(np.isin(labels, ids).any(axis=1))
    if one.key == "is" and one.value.lower() == "offline":
        return np.asarray(slots.offline)
    if one.key == "is" and one.value.lower() == "provisional":
        return np.asarray(slots.placed & ~slots.settled)
    return None
