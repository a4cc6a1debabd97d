"""Relations between the items of a map that is given away, as far as they may be told."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from muserd.engine.links import REASONS_IN, REASONS_OUT, EdgeKind, outward_of, same_day_of
from muserd.ground.records import SPACE_OF, ItemId, ItemRecord, Space
from muserd.hands.redaction import Redaction
from muserd.publish.bodies import LinkEntry
from muserd.store.reader import Reader

_SAME_DAY = "same folder, same day"
Places = Mapping[ItemId, tuple[Space, int]]


def links_among(
    reader: Reader, items: Mapping[Space, Sequence[ItemId]], say: Redaction
) -> dict[Space, list[LinkEntry]]:
    """By space the relations of its items, in both directions, in the order of slots.

    What a note links to, shows or names is a part of its text, and withheld with it. That two items
    are of one day and one folder is withheld with dates and with paths. Relations to items that are
    not on the map are never told.

    Args:
        reader: of the store.
        items: those on the map, by new slot.
        say: what may be told.
    """
    places = {
        item: (space, slot) for space, some in items.items() for slot, item in enumerate(some)
    }
    found: defaultdict[Space, list[LinkEntry]] = defaultdict(list)
    for one, other, kind in _pairs(reader, items["text"], say):
        if other.id not in places:
            continue
        for source, target, outward in ((one, other, True), (other, one, False)):
            space, slot = places[source.id]
            at, there = places[target.id]
            title = "" if say.hides("titles") else say.words(target.facts.title)
            reason = (REASONS_OUT if outward else REASONS_IN).get(kind, _SAME_DAY)
            found[space].append(
                LinkEntry(
                    of=slot, space=at, slot=there, kind=kind, outward=outward or kind == "day",
                    title=title, reason=reason,
                )
            )  # fmt: skip
    return {space: sorted(some, key=lambda one: one.of) for space, some in found.items()}


def _pairs(
    reader: Reader, notes: Sequence[ItemId], say: Redaction
) -> Iterator[tuple[ItemRecord, ItemRecord, EdgeKind]]:
    """A note, what it has to do with, and how; each pair once."""
    for item in notes:
        record = reader.item(item)
        if record is None:
            continue
        roots = frozenset(file.root for path in reader.paths(item) if (file := reader.file(path)))
        known = {item}
        if record.facts.links and not say.hides("text"):
            for kind, other in outward_of(reader, record, roots):
                if other.id not in known:
                    known.add(other.id)
                    yield record, other, kind
        if not (say.hides("dates") or say.hides("paths")):
            for other, _ in same_day_of(reader, record, roots):
                if other.id not in known and SPACE_OF[other.kind] == "image":
                    known.add(other.id)
                    yield record, other, "day"
