"""Names of regions: unique on the whole map, kept while they are true.

The namers (`name_notes`, `name_pictures`, `name_kinds`) propose; this module chooses. A region
whose items have nothing in common is called by two or three of its children, where these have
names; else it takes the title of the item at its heart, and says that this is an example: a mixed
region is better served by an example than by a lie.
"""

import logging
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from muserd.ground.errors import MuserError
from muserd.ground.records import NO_REGION, RegionId, Space
from muserd.regions.members import (
    Candidate,
    Family,
    Group,
    Members,
    Namer,
    Proposal,
    Words,
    capital,
)
from muserd.regions.name_kinds import KindNamer, Quiet, SpokenNamer
from muserd.regions.name_notes import NoteNamer
from muserd.regions.name_pictures import ConceptNamer, VocabularyNamer
from muserd.regions.name_titles import TitleNamer, Together
from muserd.regions.stems import stem

log = logging.getLogger(__name__)

MARGIN = 0.6  # a new name must beat the old one by this share of its own score
SEPARATOR = " · "  # between the two terms of a name
LONGEST_TITLE = 48  # characters of a title that serves as a name

CHILDREN = 3  # whose names may serve for a region without one
COVERED = 0.5  # of its items must be theirs
LARGER = 8  # doublings of a region's items that count as much as being twice as sure


class Named(NamedTuple):
    """What a region is called; `example`: by one of its items, since nothing holds all together."""

    name: str
    terms: tuple[str, ...]
    example: bool = False


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


def choose(
    groups: Sequence[Group], proposals: Sequence[Proposal], members: Members
) -> dict[RegionId, Named]:
    """Settle who gets which name: the user's first, then old names that hold, then the surest.

    Args:
        groups: all regions; coarse ones choose before fine ones.
        proposals: one for each.
        members: whose titles serve where a proposal has nothing to say.
    """
    chosen = {group.id: group.was for group in groups if group.pinned}
    examples: set[RegionId] = set()
    taken = {key(name) for name in chosen.values()}
    parents = {group.id: group.parent for group in groups}

    def heard(group: Group) -> set[str]:
        """What nobody else may be called, and what the names above say besides."""
        above = [chosen.get(region, "") for region in _ancestors(group, parents)]
        return taken | {key(part) for name in above for part in name.split(SEPARATOR) if name}

    entries = [entry for entry in zip(groups, proposals, strict=True) if not entry[0].pinned]
    wanted: dict[RegionId, str] = {}  # the only name that a region without one could have
    for group, proposal in sorted(entries, key=lambda entry: (entry[0].level, entry[0].id)):
        best = proposal.candidates[0].name if proposal.candidates else ""
        above = {wanted[region] for region in _ancestors(group, parents) if region in wanted}
        # Where that is a part's, the region around it takes it: it would have none.
        if key(group.was) not in above and _holds(group, proposal, heard(group), members):
            # `Face` and `Faces` are one name: it is written as it would be given today.
            kept = best if best and key(best) == key(group.was) and "·" not in group.was else ""
            chosen[group.id] = kept or group.was
            taken.add(key(group.was))
            if not proposal.candidates and _is_title(group, members):
                examples.add(group.id)
        elif len({key(candidate.name) for candidate in proposal.candidates}) == 1:
            wanted[group.id] = key(best)
    entries = [entry for entry in entries if entry[0].id not in chosen]
    for group, proposal in sorted(
        entries, key=lambda entry: (entry[0].level, -_claim(*entry), entry[0].id)
    ):
        name = _first_free(proposal.candidates, heard(group))
        if name:
            chosen[group.id] = name
            taken.add(key(name))
    # From below: children without a name of their own get one from theirs, and lend it.
    for group, _ in sorted(entries, key=lambda entry: (-entry[0].level, entry[0].id)):
        if group.id not in chosen and (name := _by_children(group, groups, chosen, taken)):
            chosen[group.id] = name
            taken.add(key(name))
    for group, _ in sorted(entries, key=lambda entry: (entry[0].level, entry[0].id)):
        if group.id not in chosen:
            chosen[group.id] = _example(group, heard(group), members)
            taken.add(key(chosen[group.id]))
            examples.add(group.id)
    return {
        group.id: Named(chosen[group.id], proposal.terms or group.terms, group.id in examples)
        for group, proposal in zip(groups, proposals, strict=True)
    }


def key(name: str) -> str:
    """What two names share when people would take one for the other.

    The leading term, without case, punctuation and English endings: `Cats · fur` and `cat` are the
    same.
    """
    lead = name.split(SEPARATOR, maxsplit=1)[0].casefold()
    return " ".join(stem(word) for word in re.findall(r"[\w+#]+", lead)) or lead.strip()


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


def _ancestors(group: Group, parents: Mapping[RegionId, RegionId]) -> Iterator[RegionId]:
    region = group.parent
    while region in parents:
        yield region
        region = parents[region]


def _holds(group: Group, proposal: Proposal, taken: set[str], members: Members) -> bool:
    """Whether the name that a region had still serves."""
    if not group.was or key(group.was) in taken:
        return False
    if not proposal.candidates:
        # Still mixed: the example stays as long as it is one.
        return _is_title(group, members)
    # It competes with the names that are to be had.
    rivals = [name.score for name in proposal.candidates if key(name.name) not in taken]
    return proposal.was > 0 and proposal.was >= max(rivals, default=0.0) / (1 + MARGIN)


def _is_title(group: Group, members: Members) -> bool:
    """Whether a region's old name is the title of one of its items."""
    return any(shorten(members.title(int(row))) == group.was for row in group.rows)


def _claim(group: Group, proposal: Proposal) -> float:
    """How much a region may have the first word: it is the surer, and rather the larger."""
    if not proposal.candidates:
        return 0.0
    return proposal.candidates[0].score * (1 + math.log2(1 + len(group.rows)) / LARGER)


def _first_free(candidates: Sequence[Candidate], taken: set[str]) -> str:
    """The best name that nobody has; empty when there is none."""
    for candidate in candidates:
        if key(candidate.name) not in taken:
            seconds = [term for term in candidate.seconds if key(term) not in taken]
            return SEPARATOR.join([candidate.name, *seconds[:1]])
    return ""


def _by_children(
    group: Group, groups: Sequence[Group], chosen: Mapping[RegionId, str], taken: set[str]
) -> str:
    """The names of its largest children, where these make up most of it; else nothing."""
    children = [one for one in groups if one.parent == group.id and one.id in chosen]
    children.sort(key=lambda one: (-len(one.rows), one.id))
    leads = [chosen[one.id].split(SEPARATOR)[0] for one in children]
    covered = sum(len(one.rows) for one in children)
    if (
        len(children) < 2
        or covered < COVERED * len(group.rows)
        or any("," in lead for lead in leads)
    ):
        return ""
    first, *rest = leads[:CHILDREN]
    name = ", ".join([first, *(lead[:1].lower() + lead[1:] for lead in rest)])
    return "" if key(name) in taken or len(name) > LONGEST_TITLE else name


def _example(group: Group, taken: set[str], members: Members) -> str:
    """A title from the region's heart; else its number."""
    titles = [shorten(members.title(row)) for row in group.heart]
    for title in titles:
        if title and key(title) not in taken:
            return title
    name = f"{next((title for title in titles if title), 'Region')} {group.id}"
    while key(name) in taken:
        name += "′"
    return name


def shorten(title: str) -> str:
    """A title that fits a map: with a large first letter, cut at a word, with an ellipsis."""
    title = capital(title)
    if len(title) <= LONGEST_TITLE:
        return title
    head = title[: LONGEST_TITLE - 1]
    at_word = head.rsplit(" ", 1)[0] if " " in head[LONGEST_TITLE // 2 :] else head
    return at_word.rstrip(" ,.;:–-") + "…"
