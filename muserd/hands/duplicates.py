"""Groups of items that are nearly the same: the same shot, alike, drafts of one note.

Candidates are the stored nearest neighbours, so the work grows with the items, not with their
pairs. Two pictures are the same shot when their difference hashes hardly differ, or differ a little
and were taken within seconds; they are alike when their vectors nearly coincide. Groups are the
connected parts of these pairs.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from muserd.ground.records import ItemId
from muserd.ground.swatches import NAMES

DuplicateKind = Literal["same-shot", "alike", "draft"]
KINDS: tuple[DuplicateKind, ...] = ("same-shot", "alike", "draft")

SAME_BITS = 14  # of 128 that may differ in two versions of one picture
BURST_BITS = 34  # in two pictures of one moment
BURST_MS = 2_000
_GROUNDS = frozenset(NAMES.index(name) for name in ("white", "black", "grey"))  # of anything
_MIRROR_BITS = 3  # by which the mirrored picture must be nearer at least
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
ALIKE_COSINE = {"image": 0.97, "text": 0.95}  # see `alike_cosine`


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is compared of an item.

    Attributes:
        dhash: as an integer; None for notes and for pictures without one.
        colours: of the picture; empty when not known.
        taken_ms: by a camera's clock; None when the time has another source.
        stem: of its file and folder: RAW and JPEG, or a live photo's parts, are no duplicates.
        quality: pixels, or characters: of two versions the larger is better.
        size: of the file in bytes.
        kept: whether the person gave it tags, a rating or a title: such an item is better.
    """

    item: ItemId
    dhash: int | None
    colours: frozenset[int]
    taken_ms: int | None
    stem: str
    quality: int
    size: int
    kept: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Items that belong together, the best first. `score` is that of its weakest join, 0 to 1."""

    kind: DuplicateKind
    items: tuple[ItemId, ...]
    score: float


Pair = tuple[ItemId, ItemId, float]  # two items and how alike they are, 0 to 1
Neighbours = Iterable[tuple[ItemId, ItemId, float]]  # two items and their cosine


def pairs_of(
    kind: DuplicateKind,
    neighbours: Neighbours,
    items: Mapping[ItemId, Candidate],
    least_cosine: float,
    decided: Callable[[ItemId, ItemId], bool],
) -> Iterator[Pair]:
    """The pairs of a kind.

    Args:
        kind: of the groups.
        neighbours: pairs of neighbours, in any order, maybe twice.
        items: what is known of each.
        least_cosine: for `alike` and `draft`.
        decided: whether somebody said that two items are no duplicates.
    """
    seen: set[tuple[ItemId, ItemId]] = set()
    for one, other, cosine in neighbours:
        pair = (min(one, other), max(one, other))
        if pair in seen or one == other or one not in items or other not in items:
            continue
        seen.add(pair)
        score = _score(kind, items[one], items[other], cosine, least_cosine)
        if score is not None and not decided(one, other):
            yield *pair, score


def groups_of(
    kind: DuplicateKind, pairs: Iterable[Pair], items: Mapping[ItemId, Candidate]
) -> list[Group]:
    """The connected parts of pairs, the surest group first."""
    above: dict[ItemId, ItemId] = {}

    def root(item: ItemId) -> ItemId:
        while above.setdefault(item, item) != item:
            above[item] = above[above[item]]
            item = above[item]
        return item

    weakest: dict[ItemId, float] = {}
    for one, other, score in sorted(pairs, key=lambda pair: -pair[2]):
        a, b = root(one), root(other)
        if a != b:
            above[max(a, b)] = min(a, b)
            top = min(a, b)
            weakest[top] = min(score, weakest.get(a, 1.0), weakest.get(b, 1.0))
    members: dict[ItemId, list[ItemId]] = {}
    for item in above:
        members.setdefault(root(item), []).append(item)
    groups = [
        Group(kind, tuple(ordered(found, items)), round(weakest[top], 4))
        for top, found in members.items()
        if len(found) > 1
    ]
    return sorted(groups, key=lambda group: (-group.score, group.items))


def ordered(found: Sequence[ItemId], items: Mapping[ItemId, Candidate]) -> list[ItemId]:
    """The best first: what the person cared for, then more pixels, then more bytes, then older."""
    return sorted(
        found,
        key=lambda item: (
            not items[item].kept,
            -items[item].quality,
            -items[item].size,
            item,
        ),
    )


def _score(
    kind: DuplicateKind, one: Candidate, other: Candidate, cosine: float, least_cosine: float
) -> float | None:
    """How surely two items are duplicates of a kind, 0 to 1; None when they are not."""
    if one.stem and one.stem == other.stem:
        return None
    if kind != "same-shot":
        return min(cosine, 1.0) if cosine >= least_cosine else None
    if one.dhash is None or other.dhash is None:
        return None
    hues, others = one.colours - _GROUNDS, other.colours - _GROUNDS
    if hues and others and not hues & others:
        return None  # the hash knows brightness only
    bits = (one.dhash ^ other.dhash).bit_count()
    burst = (
        one.taken_ms is not None
        and other.taken_ms is not None
        and abs(one.taken_ms - other.taken_ms) <= BURST_MS
    )
    if bits > (BURST_BITS if burst else SAME_BITS) or _is_turned(one.dhash, other.dhash, bits):
        return None
    return 1.0 - bits / 128


def _is_turned(one: int, other: int, bits: int) -> bool:
    """Whether a hash is rather that of the mirrored picture: who turned it round meant it."""
    return 2 * mirrored_bits(one, other) + _MIRROR_BITS < bits


def mirrored_bits(one: int, other: int) -> int:
    """How many bits speak against one picture being the mirrored other: see `extract.looks`.

    Along columns only the places change. Along rows nothing rises in both that lies at mirrored
    places; what rises in neither may be flat, and says nothing.
    """
    first, second = one.to_bytes(16, "big"), other.to_bytes(16, "big")
    along = (a & _REVERSED[b] for a, b in zip(first[:8], second[:8], strict=True))
    down = (a ^ _REVERSED[b] for a, b in zip(first[8:], second[8:], strict=True))
    return sum(byte.bit_count() for byte in (*along, *down))
