"""Who gets which name: proposals are made for one region at a time, names are given to all."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from muserd.ground.records import RegionId
from muserd.regions.members import Candidate, Group, Members, Proposal, capital
from muserd.regions.stems import stem

MARGIN = 0.6  # a new name must beat the old one by this share of its own score
SEPARATOR = " · "  # between the two terms of a name
LONGEST_TITLE = 48  # characters of a title that serves as a name

WORDS = 3  # of its parts' names may serve for a region without one
COVERED = 0.5  # of its items must be theirs
LARGER = 8  # doublings of a region's items that count as much as being twice as sure

Entry = tuple[Group, Proposal]


class Named(NamedTuple):
    """What a region is called; `example`: by one of its items, since nothing holds all together."""

    name: str
    terms: tuple[str, ...]
    example: bool = False


def choose(
    groups: Sequence[Group], proposals: Sequence[Proposal], members: Members
) -> dict[RegionId, Named]:
    """Settle who gets which name: the user's first, then old names that hold, then the surest.

    Args:
        groups: all regions; coarse ones choose before fine ones.
        proposals: one for each.
        members: whose titles serve where a proposal has nothing to say.
    """
    entries = list(zip(groups, proposals, strict=True))
    choice = _Choice(groups, members)
    choice.keep_old([entry for entry in entries if not entry[0].pinned])
    nameless = [entry for entry in entries if entry[0].id not in choice.chosen]
    choice.give_proposed(nameless)
    choice.give_by_children(nameless)
    choice.give_examples(nameless)
    return {
        group.id: Named(
            choice.chosen[group.id], proposal.terms or group.terms, group.id in choice.examples
        )
        for group, proposal in entries
    }


class _Choice:
    """Names as they are given, one rule after another.

    Attributes:
        chosen: what each region is called so far; at first, what the user called it.
        examples: the regions that are called by one of their items.
    """

    def __init__(self, groups: Sequence[Group], members: Members) -> None:
        self.chosen = {group.id: group.was for group in groups if group.pinned}
        self.examples: set[RegionId] = set()
        self._groups = groups
        self._members = members
        self._taken = {key(name) for name in self.chosen.values()}
        self._parents = {group.id: group.parent for group in groups}

    def keep_old(self, entries: Sequence[Entry]) -> None:
        """Let regions keep the names that still hold."""
        wanted: dict[RegionId, str] = {}  # the only name that a region without one could have
        for group, proposal in sorted(entries, key=_from_above):
            best = proposal.candidates[0].name if proposal.candidates else ""
            above = {wanted[region] for region in self._ancestors(group) if region in wanted}
            # Where that is a part's, the region around it takes it: it would have none.
            if key(group.was) not in above and self._holds(group, proposal):
                # `Face` and `Faces` are one name: it is written as it would be given today.
                same = best and key(best) == key(group.was) and "·" not in group.was
                self._give(group, best if same else group.was)
            elif len({key(candidate.name) for candidate in proposal.candidates}) == 1:
                wanted[group.id] = key(best)

    def give_proposed(self, entries: Sequence[Entry]) -> None:
        """Give each region its best name that is free; the surest of a level chooses first."""

        def claim(entry: Entry) -> tuple[int, float, RegionId]:
            return entry[0].level, -_claim(*entry), entry[0].id

        for group, proposal in sorted(entries, key=claim):
            name = _first_free(proposal.candidates, self._heard(group))
            if name:
                self._give(group, name)

    def give_by_children(self, entries: Sequence[Entry]) -> None:
        """Name what has no name after its children: from below, so that these may lend it on."""
        for group, _ in sorted(entries, key=lambda entry: (-entry[0].level, entry[0].id)):
            if group.id not in self.chosen:
                name = _by_words(group, self._words(group), self._taken)
                if name:
                    self._give(group, name)

    def give_examples(self, entries: Sequence[Entry]) -> None:
        """Name the rest after one of their items."""
        for group, _ in sorted(entries, key=_from_above):
            if group.id not in self.chosen:
                taken = self._heard(group)
                # Still mixed: the example stays as long as it is one.
                still = group.was and _is_title(group, self._members)
                stays = still and key(group.was) not in taken
                name = group.was if stays else _example(group, taken, self._members)
                self._give(group, name)
                self.examples.add(group.id)

    def _words(self, group: Group) -> Counter[str]:
        """How many of a region's items each word of its parts' names stands for.

        A part that is called by an example, or not at all, is heard by its own parts.
        """
        words: Counter[str] = Counter()
        for child in self._groups:
            if child.parent != group.id:
                continue
            name = self.chosen.get(child.id)
            if name is None or child.id in self.examples:
                words += self._words(child)
            else:
                parts = name.split(SEPARATOR)[0].split(", ")
                for part in parts:
                    words[capital(part)] += math.ceil(len(child.rows) / len(parts))
        return words

    def _give(self, group: Group, name: str) -> None:
        self.chosen[group.id] = name
        self._taken.add(key(name))

    def _heard(self, group: Group) -> set[str]:
        """What nobody else may be called, and what the names above say besides."""
        above = [self.chosen.get(region, "") for region in self._ancestors(group)]
        return self._taken | {key(part) for name in above for part in name.split(SEPARATOR) if name}

    def _ancestors(self, group: Group) -> Iterator[RegionId]:
        region = group.parent
        while region in self._parents:
            yield region
            region = self._parents[region]

    def _holds(self, group: Group, proposal: Proposal) -> bool:
        """Whether the name that a region had still serves."""
        taken = self._heard(group)
        if not group.was or key(group.was) in taken or not proposal.candidates:
            return False
        # It competes with the names that are to be had.
        rivals = [name.score for name in proposal.candidates if key(name.name) not in taken]
        return proposal.was > 0 and proposal.was >= max(rivals, default=0.0) / (1 + MARGIN)


def _from_above(entry: Entry) -> tuple[int, RegionId]:
    return entry[0].level, entry[0].id


def key(name: str) -> str:
    """What two names share when people would take one for the other.

    The leading term, without case, punctuation and English endings: `Cats · fur` and `cat` are the
    same.
    """
    lead = name.split(SEPARATOR, maxsplit=1)[0].casefold()
    return " ".join(stem(word) for word in re.findall(r"[\w+#]+", lead)) or lead.strip()


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


def _by_words(group: Group, words: Counter[str], taken: set[str]) -> str:
    """The words of its parts that stand for most of its items, if these make up half; else nothing.

    Where a part is called by the same ones, another takes the place of the last.
    """
    if words.total() < COVERED * len(group.rows):
        return ""
    ranked = sorted(words, key=lambda word: (-words[word], word))
    for count in range(min(WORDS, len(ranked)), 1, -1):
        for last in ranked[count - 1 :]:
            first, *rest = (*ranked[: count - 1], last)
            name = ", ".join([first, *(word[:1].lower() + word[1:] for word in rest)])
            if key(name) not in taken and len(name) <= LONGEST_TITLE:
                return name
    return ""


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
