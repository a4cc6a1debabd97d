"""Names of regions: unique on the whole map, kept while they are true.

The namers (`name_notes`, `name_pictures`, `name_concepts`, `name_kinds`) propose, `name_choice`
chooses. A region whose items have nothing in common is called by two or three of its children,
where these have names; else it takes the title of the item at its heart, and says that this is an
example: a mixed region is better served by an example than by a lie.
"""

import logging
from collections.abc import Sequence

import numpy as np

from muserd.ground.errors import MuserError
from muserd.ground.records import NO_REGION, RegionId, Space
from muserd.regions.members import (
    Family,
    Group,
    Members,
    Namer,
    Proposal,
    Words,
)
from muserd.regions.name_choice import SEPARATOR, Named, choose
from muserd.regions.name_concepts import ConceptNamer
from muserd.regions.name_kinds import KindNamer, Quiet, SpokenNamer
from muserd.regions.name_notes import NoteNamer
from muserd.regions.name_pictures import VocabularyNamer
from muserd.regions.name_titles import TitleNamer, Together

log = logging.getLogger(__name__)


def names(
    space: Space,
    groups: Sequence[Group],
    members: Members,
    words: Words | None,
    plain: Words | None = None,
) -> dict[RegionId, Named]:
    """A name and up to five terms for every region.

    Args:
        space: notes are named by their words, pictures by what they show.
        groups: all regions of the map, parents before their children.
        members: the items.
        words: encodes words into the space of the vectors; None where nothing does.
        plain: encodes everyday English, for pictures' titles; None where nothing does.

    Guarantee: deterministic. Two regions never have names that differ only in case or number,
    unless the user gave both.
    """
    try:
        return _names(groups, members, _namer(space, groups, members, words, plain))
    except (MuserError, OSError, RuntimeError, ValueError) as error:
        if words is None and plain is None:
            raise
        # An encoder that fails costs the second opinion, not the map.
        log.warning("regions are named without the encoder's words: %s", error)
        return _names(groups, members, _namer(space, groups, members, None, None))


def _names(groups: Sequence[Group], members: Members, namer: Namer) -> dict[RegionId, Named]:
    proposals: dict[RegionId, Proposal] = {}
    for family in families(groups, len(members.ids)):
        proposed = namer.propose(family.siblings, family.others)
        proposals |= {group.id: said for group, said in zip(family.siblings, proposed, strict=True)}
    return choose(groups, [proposals[group.id] for group in groups], members)


def families(groups: Sequence[Group], items: int) -> list[Family]:
    """The regions by parent, coarse levels first."""
    siblings: dict[tuple[int, RegionId], list[Group]] = {}
    rows_of = {group.id: group.rows for group in groups}
    for group in groups:
        parent = group.parent if group.parent in rows_of else NO_REGION
        siblings.setdefault((group.level, parent), []).append(group)
    result = []
    for (_, parent), children in sorted(siblings.items()):
        # An only child differs from nobody in its family: what sets it apart lies outside.
        everything = np.arange(items)
        within = rows_of.get(parent, everything) if len(children) > 1 else everything
        covered = np.concatenate([child.rows for child in children])
        result.append(Family(children, np.setdiff1d(within, covered)))
    return result


def _namer(
    space: Space,
    groups: Sequence[Group],
    members: Members,
    words: Words | None,
    plain: Words | None,
) -> Namer:
    if space == "text":
        return NoteNamer(members, words, groups, SEPARATOR)
    titles = TitleNamer(members)
    if plain is None:
        if words is None:
            return Together(titles, ConceptNamer(members))
        return Together(VocabularyNamer(members, words), titles)
    kinds = KindNamer(members, plain)
    spoken = SpokenNamer(titles, kinds)
    if words is None:
        return Together(spoken, Quiet(ConceptNamer(members), kinds))
    return Together(VocabularyNamer(members, words), spoken)
