"""Joins the rankings of several doors into one.

Reciprocal rank fusion: Cormack, Clarke and Büttcher 2009, doi:10.1145/1571941.1572114. It needs
only ranks, so a BM25 score and a cosine need no common scale.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from muserd.ground.records import ItemId

Door = Literal[
    "exact", "title", "in-title", "words", "apart", "begun", "some", "part",
    "meaning", "caption", "likeness", "class", "neighbours",
]  # fmt: skip

# How little the first ranks differ. The paper has 60 for a thousand documents of each of many
# systems; for a person's first ten the first one counts more.
RRF_K = 3.0
# Chosen on half of the queries of `python -m bench.find`. What has the query for its title comes
# first, then what the words name, or where they stand together; then what means the same; last are
# titles that say much more, and words far apart.
WEIGHTS: dict[Door, float] = {
    "exact": 10.0,
    "title": 2.0,
    "in-title": 0.3,
    "words": 3.0,
    "apart": 0.3,
    "begun": 0.05,
    "some": 0.3,
    "part": 0.2,
    "meaning": 1.0,
    "caption": 1.0,
    "likeness": 1.0,
    "class": 0.3,
    "neighbours": 0.25,
}


@dataclass(frozen=True, slots=True)
class Ranking:
    """What one door says.

    Attributes:
        items: best first.
        certain: those of them beyond doubt.
    """

    items: Sequence[ItemId]
    certain: frozenset[ItemId] = frozenset()


@dataclass(slots=True)
class Fused:
    """An item with its joint score and the doors through which it came, best rank first."""

    item: ItemId
    score: float = 0.0
    certain: bool = False
    why: list[Door] = field(default_factory=list)


def fuse(rankings: Mapping[Door, Ranking]) -> list[Fused]:
    """One ranking of all: certain ones first, then by the weighted sum of 1 / (k + rank).

    Guarantee: deterministic; equal scores go by item id.
    """
    found: dict[ItemId, Fused] = {}
    ranks: dict[tuple[ItemId, Door], int] = {}
    for door, ranking in rankings.items():
        for rank, item in enumerate(ranking.items):
            one = found.setdefault(item, Fused(item))
            one.score += WEIGHTS[door] / (RRF_K + rank)
            one.certain = one.certain or item in ranking.certain
            one.why.append(door)
            ranks[item, door] = rank
    for one in found.values():
        one.why.sort(key=lambda door, item=one.item: ranks[item, door])  # type: ignore[misc]
    return sorted(found.values(), key=lambda one: (not one.certain, -one.score, one.item))
