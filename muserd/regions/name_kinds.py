"""Names for regions of pictures by what their titles, tags and folders mean.

People rarely write what a group of pictures has in common into every title: no flag of 248 says
"country". A text encoder tells. Every title goes to the entry of a small taxonomy
(`data/kinds.txt`) whose meaning is nearest; a region is called by the kind to which most of its
titles went, by two or three kinds where no single one holds, and by none where they scatter.
Titles and entries are centred on their own means, for both lie in a narrow cone (Ethayarajh 2019,
arXiv:1909.00512).
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from muserd.regions.members import (
    STILL,
    Candidate,
    Group,
    Members,
    Namer,
    Proposal,
    Words,
    capital,
)
from muserd.regions.name_titles import MACHINE_WORDS, TitleNamer
from muserd.regions.stems import stem

NEAR = 0.3  # cosine of centred vectors: below, a title says nothing of the kind
LEAST = 0.4  # of a region's items: that many must be of what it is called
OF_KIND = 0.55  # of a kind's items: so many are of one entry, or the kind is the better name
TOGETHER = 1 / 3  # of a region's items: that many must be of two or three kinds together
EACH, LEADING = 0.07, 0.1  # of them each, and the first one
BESIDE = 0.3  # of the first one's items: fewer are not worth a word
FEWEST = 3  # items, likewise
SEVERAL = 3
SURER = 0.6  # two kinds say less than one: what their share is worth
SPEAKING = 0.5  # of a region's items have titles that say something: no guess from pixels then
TERMS = 5
CLEARER = 1.2  # times as many items as share a word must be of a kind that goes before the word
WORN = 0.8  # what an old name that is a shared word is worth beside a kind
MOST_READ = 6_000  # items whose titles are encoded; of more, a sample by their ids

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """What titles may be about.

    Attributes:
        kinds: names of the kinds.
        entries: what is compared with titles; the kinds themselves are among them.
        kind_of: intp[entries], their kinds.
        names: whether an entry may name a region.
    """

    kinds: tuple[str, ...]
    entries: tuple[str, ...]
    kind_of: NDArray[np.intp]
    names: NDArray[np.bool_]


@cache
def taxonomy() -> Taxonomy:
    """The one that ships with the package."""
    kinds: list[str] = []
    entries: list[tuple[str, int, bool]] = []
    text = files("muserd.regions").joinpath("data/kinds.txt").read_text("utf-8")
    for line in text.splitlines():
        kind, colon, rest = line.partition(":")
        if line.startswith("#") or not colon:
            continue
        number = len(kinds)
        kinds.append(kind)
        entries.append((kind, number, False))
        parts = [part.strip() for part in rest.split(",")]
        entries += [(part.strip("()"), number, not part.startswith("(")) for part in parts]
    words, kind_of, names = zip(*entries, strict=True)
    return Taxonomy(tuple(kinds), words, np.array(kind_of), np.array(names))


class KindNamer:
    """Proposes kinds of things that titles are about.

    Args:
        members: whose titles, tags and folders are read.
        plain: encodes everyday English; the space does not matter.
    """

    def __init__(self, members: Members, plain: Words) -> None:
        self._taxonomy = taxonomy()
        self._index = {name.casefold(): k for k, name in enumerate(self._taxonomy.kinds)}
        self._entry_of, self._read, self._speaks = _votes(members, plain, self._taxonomy)

    def speaks(self, rows: NDArray[np.intp]) -> bool:
        """Whether these items' titles say what they are, so that pixels need not be asked."""
        read = rows[self._read[rows]]
        return bool(len(read)) and float(self._speaks[read].mean()) >= SPEAKING

    def plural(self, word: str, kinds: Sequence[str]) -> str:
        """How the taxonomy writes a word of one of these kinds; of others, the word as it is.

        An orange circle is no fruit: `Orange` stays what it is where no title is about food.
        """
        tree = self._taxonomy
        wanted = _stems(word)
        for entry, kind, name in zip(tree.entries, tree.kind_of, tree.names, strict=True):
            mine = tree.kinds[kind]
            if (name or entry == mine) and mine in kinds and _stems(entry) == wanted:
                return capital(entry)
        return word

    def propose(self, siblings: Sequence[Group], _others: NDArray[np.intp]) -> list[Proposal]:
        """See `Namer`; what a region is does not depend on what others are."""
        return [self._propose(group) for group in siblings]

    def _propose(self, group: Group) -> Proposal:
        kinds, entries = self._shares(group.rows)
        count = int(self._read[group.rows].sum())
        candidates = [*self._single(kinds, entries), *self._several(kinds, count)]
        candidates.sort(key=lambda candidate: -candidate.score)
        order = np.lexsort((np.arange(len(kinds)), -kinds))
        terms = [self._taxonomy.kinds[k] for k in order[:TERMS] if kinds[k] >= EACH]
        return Proposal(tuple(candidates), tuple(terms), self._worth(group.was, kinds, entries))

    def _shares(self, rows: NDArray[np.intp]) -> tuple[Matrix, Matrix]:
        """Of the items that were read: float64[kinds] and float64[entries]."""
        tree = self._taxonomy
        read = rows[self._read[rows]]
        voted = self._entry_of[read]
        count = max(len(read), 1)
        entries = np.bincount(voted[voted >= 0], minlength=len(tree.entries)) / count
        kinds = np.bincount(tree.kind_of, entries, minlength=len(tree.kinds))
        return np.asarray(kinds, dtype=np.float64), np.asarray(entries, dtype=np.float64)

    def _single(self, kinds: Matrix, entries: Matrix) -> list[Candidate]:
        tree = self._taxonomy
        found = [
            Candidate(capital(tree.kinds[k]), float(kinds[k]))
            for k in np.flatnonzero(kinds >= LEAST)
        ]
        # An entry that holds for most of its kind says more than the kind.
        for entry in np.flatnonzero((entries >= LEAST) & tree.names):
            kind = kinds[tree.kind_of[entry]]
            if entries[entry] >= OF_KIND * kind:
                found.append(Candidate(capital(tree.entries[entry]), float(kind) + 1e-3))
        return found

    def _several(self, kinds: Matrix, count: int) -> list[Candidate]:
        least = max(EACH, BESIDE * float(kinds.max()), FEWEST / max(count, 1))
        order = [int(k) for k in np.lexsort((np.arange(len(kinds)), -kinds)) if kinds[k] >= least]
        if len(order) < 2 or kinds[order[0]] < LEADING:
            return []
        chosen = order[:SEVERAL]
        share = float(kinds[chosen].sum())
        if share < TOGETHER:
            return []
        name = ", ".join(self._taxonomy.kinds[k] for k in chosen)
        return [Candidate(capital(name), share * SURER)]

    def _worth(self, was: str, kinds: Matrix, entries: Matrix) -> float:
        """The score of the name that a region had; 0 when it no longer holds."""
        parts = [part.strip().casefold() for part in was.split(",")]
        if not all(part in self._index for part in parts):
            words = [entry.casefold() for entry in self._taxonomy.entries]
            if len(parts) > 1 or parts[0] not in words:
                return 0.0
            share = float(entries[words.index(parts[0])])
            return share if share >= STILL * LEAST else 0.0
        share = float(sum(kinds[self._index[part]] for part in parts))
        if len(parts) > 1:
            return share * SURER if share >= STILL * TOGETHER else 0.0
        return share if share >= STILL * LEAST else 0.0


class SpokenNamer:
    """Proposes words that titles share, and kinds of things that they are about, by their shares.

    Args:
        titles: finds the words.
        kinds: finds the kinds.
    """

    def __init__(self, titles: TitleNamer, kinds: KindNamer) -> None:
        self._titles, self._kinds = titles, kinds

    def propose(self, siblings: Sequence[Group], others: NDArray[np.intp]) -> list[Proposal]:
        """See `Namer`."""
        said = self._titles.propose(siblings, others)
        meant = self._kinds.propose(siblings, others)
        return [self._join(*three) for three in zip(siblings, said, meant, strict=True)]

    def _join(self, group: Group, said: Proposal, meant: Proposal) -> Proposal:
        kinds = {
            _stems(candidate.name): Candidate(candidate.name, candidate.score / CLEARER)
            for candidate in reversed(meant.candidates)
        }
        words = []
        for candidate in said.candidates:
            share = self._titles.share(group, candidate.name)
            kind = kinds.pop(_stems(candidate.name), None)
            # `Face` and `Faces` are one name: in the plural, as a table of contents has it.
            name = kind.name if kind else self._kinds.plural(candidate.name, meant.terms)
            words.append(Candidate(name, max(share, kind.score if kind else 0.0)))
        found = sorted([*words, *kinds.values()], key=lambda one: (-one.score, one.name))
        was = max(
            WORN * self._titles.share(group, group.was) if said.was > 0 else 0.0,
            meant.was / CLEARER,
        )
        terms = tuple(dict.fromkeys((*meant.terms, *said.terms)))[:TERMS]
        return Proposal(tuple(found), terms, was)


class Quiet:
    """Proposes what another namer does, but for regions whose titles say what they are.

    A classifier that is asked about what it never saw answers all the same: drawings of people at
    work were `Household things`. What people wrote is better, even where it names nothing.

    Args:
        namer: the other one.
        kinds: knows which titles speak.
    """

    def __init__(self, namer: Namer, kinds: KindNamer) -> None:
        self._namer, self._kinds = namer, kinds

    def propose(self, siblings: Sequence[Group], others: NDArray[np.intp]) -> list[Proposal]:
        """See `Namer`."""
        proposals = self._namer.propose(siblings, others)
        return [
            Proposal() if self._kinds.speaks(group.rows) else proposal
            for group, proposal in zip(siblings, proposals, strict=True)
        ]


def _stems(name: str) -> str:
    return " ".join(stem(word) for word in re.findall(r"[^\W\d_]+", name.casefold()))


def _votes(
    members: Members, plain: Words, tree: Taxonomy
) -> tuple[NDArray[np.intp], NDArray[np.bool_], NDArray[np.bool_]]:
    """Per item: the entry it goes to (−1: none), whether it was read, and whether it has words."""
    count = len(members.ids)
    read = np.array([_drawn(int(item), count) for item in members.ids], dtype=bool)
    texts = [_texts(members, row) if read[row] else [] for row in range(count)]
    unique = list(dict.fromkeys(text for some in texts for text in some))
    entry_of = np.full(count, -1, dtype=np.intp)
    speaks = np.array([bool(some) for some in texts], dtype=bool)
    if not unique:
        return entry_of, read, speaks
    near = _centred(plain(unique)) @ _centred(plain(list(tree.entries))).T
    best, score = near.argmax(axis=1), near.max(axis=1)
    row_of = {text: row for row, text in enumerate(unique)}
    for item, some in enumerate(texts):
        rows = [row_of[text] for text in some]
        top = max(rows, key=lambda row: score[row], default=-1)
        if top >= 0 and score[top] >= NEAR:
            entry_of[item] = best[top]
    return entry_of, read, speaks


def _drawn(item: int, count: int) -> bool:
    """Whether an item is in the sample; always the same ones, as a map grows little by little."""
    if count <= MOST_READ:
        return True
    return zlib.crc32(item.to_bytes(8, "little")) < 2**32 * MOST_READ / count


def _texts(members: Members, row: int) -> list[str]:
    """What people wrote of an item that an English encoder can read."""
    said = [members.title(row), *(members.labels[row] if row < len(members.labels) else ())]
    return [text for text in map(_plain, said) if text]


def _plain(text: str) -> str:
    """The words of a title; empty where a machine wrote it, or in another script."""
    words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", text.replace("_", " "))
    words = [word for word in words if word.casefold() not in MACHINE_WORDS]
    letters = "".join(words)
    latin = sum(letter.isascii() for letter in letters)
    if not any(len(word) >= 3 for word in words) or latin < 0.8 * len(letters):
        return ""
    return " ".join(words)


def _centred(vectors: NDArray[np.float32]) -> Matrix:
    """float64, unit length; one alone stays as it is."""
    wide = np.asarray(vectors, dtype=np.float64)
    if len(wide) > 1:
        wide = wide - wide.mean(axis=0)
    norms = np.sqrt((wide * wide).sum(axis=1, keepdims=True))
    return np.asarray(wide / np.maximum(norms, 1e-12))
