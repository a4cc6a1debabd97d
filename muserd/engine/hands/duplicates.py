"""Duplicates of the maps as they are: groups from the stored neighbours, decisions remembered."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

import numpy as np

from muserd.engine.hands.answers import DuplicateGroup, DuplicateItem
from muserd.engine.hands.close_pairs import ClosePairs
from muserd.engine.maps.model import SpaceModel
from muserd.ground.errors import UsageError
from muserd.ground.gathered import Verdict
from muserd.ground.names import exact
from muserd.ground.records import ItemId, ItemRecord, Slot, Space
from muserd.hands.duplicates import (
    ALIKE_COSINE,
    KINDS,
    Candidate,
    DuplicateKind,
    groups_of,
    pairs_of,
)
from muserd.store.environment import Store
from muserd.store.reader import Reader
from muserd.store.writer import Writer

_SPACES: Mapping[DuplicateKind, Space] = {"same-shot": "image", "alike": "image", "draft": "text"}
_CAMERA = frozenset({"exif", "xmp", "container"})


class Duplicates:
    """Thread-safe: it only reads, but for decisions."""

    def __init__(self, store: Store, models: Mapping[Space, SpaceModel]) -> None:
        self._store = store
        self._models = models
        self._close = {
            kind: ClosePairs(store, models[space], kind) for kind, space in _SPACES.items()
        }

    def groups(self, kinds: tuple[DuplicateKind, ...] = KINDS) -> Iterator[DuplicateGroup]:
        """Every group of some kinds, the surest first; a picture is in at most one group."""
        grouped: set[ItemId] = set()
        for kind in kinds:
            model = self._models[_SPACES[kind]]
            near = self._near(kind)
            with self._store.read() as reader:
                records = {item: reader.item(item) for pair in near for item in pair[:2]}
                items = {
                    item: _candidate(reader, record)
                    for item, record in records.items()
                    if record is not None and item not in grouped
                }
                pairs = pairs_of(
                    kind,
                    near,
                    items,
                    ALIKE_COSINE[model.space],
                    partial(_decided, reader, records),
                )
                for group in groups_of(kind, pairs, items):
                    grouped.update(group.items)
                    yield DuplicateGroup(
                        kind=kind,
                        items=tuple(
                            _item(reader, item, best=i == 0) for i, item in enumerate(group.items)
                        ),
                        score=group.score,
                    )

    def decide(self, items: list[ItemId], verdict: Verdict, writer: Writer) -> int:
        """Remember for each pair of some items that they are no duplicates; how many pairs.

        Raises:
            UsageError: fewer than two items of one kind.
        """
        records = [record for item in items if (record := writer.item(item)) is not None]
        if len({record.kind for record in records}) != 1 or len(records) < 2:
            raise UsageError("a decision needs two items of one kind", "give their ids")
        count = 0
        for i, one in enumerate(records):
            for other in records[:i]:
                writer.put_verdict(one.kind, one.content, other.content, verdict)
                count += 1
        return count

    def note(self, space: Space, slots: Iterable[Slot]) -> None:
        """The items in these slots came, moved, went, or are called otherwise."""
        some = list(slots)
        for kind, of in _SPACES.items():
            if of == space:
                self._close[kind].note(some)

    def refresh(self, kind: DuplicateKind) -> int:
        """Look at what was noted, as the next list would; how many pairs there are."""
        return len(self._close[kind].pairs()[0])

    def _near(self, kind: DuplicateKind) -> list[tuple[ItemId, ItemId, float]]:
        """The pairs that may be duplicates, by items."""
        ones, others, cosines = self._close[kind].pairs()
        ids = self._models[_SPACES[kind]].columns.id.astype(np.int64)
        known = (ones < len(ids)) & (others < len(ids))
        columns = ids[ones[known]], ids[others[known]], cosines[known]
        triples = zip(*(one.tolist() for one in columns), strict=True)
        return [(ItemId(a), ItemId(b), cosine) for a, b, cosine in triples]


def _candidate(reader: Reader, record: ItemRecord) -> Candidate:
    facts = record.facts
    path = next(reader.each_path(record.id), b"")
    size = file.stat.size if (file := reader.file(path)) is not None else 0
    return Candidate(
        item=record.id,
        dhash=int(facts.dhash, 16) if facts.dhash else None,
        colours=frozenset(facts.colours),
        taken_ms=facts.time_ms if facts.time_source in _CAMERA else None,
        stem=exact(path.rsplit(b".", 1)[0]),
        quality=facts.width * facts.height or facts.length,
        size=size,
        kept=bool(facts.rating > 0 or facts.tags),
    )


def _decided(
    reader: Reader, records: Mapping[ItemId, ItemRecord | None], one: ItemId, other: ItemId
) -> bool:
    first, second = records[one], records[other]
    if first is None or second is None or first.kind != second.kind:
        return True
    return bool(reader.verdict(first.kind, first.content, second.content))


def _item(reader: Reader, item: ItemId, *, best: bool) -> DuplicateItem:
    record = reader.item(item)
    assert record is not None  # noqa: S101 - it was read in this transaction
    facts = record.facts
    why = ""
    if best:
        size = f"{facts.width} × {facts.height}" if facts.width else f"{facts.length} characters"
        why = "has tags or a rating" if facts.rating > 0 or facts.tags else size
    return DuplicateItem(
        id=record.id,
        kind=record.kind,
        title=facts.title,
        paths=tuple(map(exact, reader.paths(record.id))),
        best=best,
        why=why,
    )
