"""Names for regions of notes: the words that set a region apart from its siblings.

Terms are weighed by c-TF-IDF (Grootendorst 2022, arXiv:2203.05794): how much of the region's
words, times log(1 + A/f), where f counts the term in all siblings and A is the words of an average
one. A shortlist is weighed again by the text encoder (how near a term lies to the region's centre
and how far from its siblings'), and thinned by maximal marginal relevance (Carbonell and Goldstein
1998, doi:10.1145/290941.291025), so that the terms of a region differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muserd.regions.corpus import Corpus, gather
from muserd.regions.members import (
    STILL,
    Candidate,
    Group,
    Members,
    Proposal,
    Words,
    capital,
    centroid,
)

SHORTLIST = 24  # terms that the encoder weighs again
TERMS = 5  # that a region carries
MOST_TEXTS = 4_000  # that are read: a sample names a large map as well as the whole
LEAST_TEXTS = 24  # of every region all the same
MEANING = 0.4  # the encoder's share of a score
DIVERSITY = 0.3  # of marginal relevance
SPREAD = 0.5  # power of the share of a region's notes that hold a term
COMMON = 0.12  # share of a region's notes that must contain its name
SHARPER = 1.25  # times as common as among the siblings
ABSORBED = 0.6  # a phrase this common stands for the word inside it
PAIR = 0.45  # a second term this good, against the first, joins the name
ALIKE = 0.85  # cosine from which on two terms say the same
PHRASE_BONUS = 0.25  # per further word: a phrase says more than a word and is rarer

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Short:
    """The shortlist of one region: columns, their scores, and the vectors of the terms."""

    columns: NDArray[np.intp]
    scores: Matrix
    vectors: NDArray[np.float32] | None


class NoteNamer:
    """Proposes names from the words of notes.

    Args:
        members: the notes.
        words: encodes terms; None weighs them by frequency only.
        groups: all regions, which the texts to read are drawn from.
        separator: between the two terms of a name.
    """

    def __init__(
        self, members: Members, words: Words | None, groups: Sequence[Group], separator: str
    ) -> None:
        self._members, self._words, self._separator = members, words, separator
        self._vectors: dict[int, NDArray[np.float32]] = {}
        self._read = sample(members.ids, groups)
        self._row = np.full(len(members.ids), -1, dtype=np.intp)
        self._row[self._read] = np.arange(len(self._read))
        self._corpus: Corpus = gather(
            [
                (members.title(row), _at(members.texts, row), _at(members.languages, row))
                for row in self._read.tolist()
            ]
        )
        length = np.array([len(words) for words in self._corpus.words])
        self._bonus = 1 + PHRASE_BONUS * (length - 1)

    def propose(self, siblings: Sequence[Group], others: NDArray[np.intp]) -> list[Proposal]:
        """See `Namer`."""
        if not self._corpus.words:
            return [Proposal() for _ in siblings]
        classes = [self._texts(rows) for rows in (*(group.rows for group in siblings), others)]
        weights, shares = self._weigh(classes)
        centres = [centroid(self._members.vectors[group.rows]) for group in siblings]
        proposals = []
        sizes = np.array([len(texts) for texts in classes], dtype=np.float64)
        for number, group in enumerate(siblings):
            rest = np.delete(shares, number, axis=0)
            among = np.delete(sizes, number)
            elsewhere = among @ rest / max(float(among.sum()), 1.0)
            short = self._shorten(group, weights[number], shares[number], elsewhere)
            apart = [centre for other, centre in enumerate(centres) if other != number]
            short = self._rerank(short, centres[number], apart)
            proposals.append(self._propose(group, short, shares[number], elsewhere))
        return proposals

    def _texts(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        found = self._row[rows]
        return found[found >= 0]

    def _weigh(self, classes: Sequence[NDArray[np.intp]]) -> tuple[Matrix, Matrix]:
        """c-TF-IDF, and the share of a class's texts that hold a term: float64[classes, terms]."""
        counts = self._corpus.counts
        nothing = np.zeros(counts.shape[1])
        sums = np.stack([counts[rows].sum(axis=0) if len(rows) else nothing for rows in classes])
        holding = np.stack(
            [(counts[rows] > 0).mean(axis=0) if len(rows) else nothing for rows in classes]
        )
        totals = sums.sum(axis=1, keepdims=True)
        filled = totals[:, 0] > 0
        average = float(totals[filled].mean()) if filled.any() else 1.0
        everywhere = sums.sum(axis=0)
        idf = np.log1p(average / np.maximum(everywhere, 1e-9))
        return sums / np.maximum(totals, 1e-9) * idf, holding

    def _shorten(self, group: Group, weights: Matrix, shares: Matrix, elsewhere: Matrix) -> _Short:
        """The best terms of a region, without words that a phrase says better."""
        # A word that half of the siblings' notes hold too is no name, however frequent.
        contrast = np.clip(1 - elsewhere / np.maximum(shares, 1e-9), 0.0, 1.0)
        scores = weights * self._bonus * shares**SPREAD * contrast
        best = np.lexsort((np.arange(len(scores)), -scores))[: 2 * SHORTLIST]
        best = best[scores[best] > 0]
        kept = [int(column) for column in best if not self._absorbed(int(column), best, shares)]
        columns = kept[:SHORTLIST]
        lead = self._lead(group.was)
        if lead is not None and lead not in columns and scores[lead] > 0:
            columns.append(lead)
        chosen = np.array(columns, dtype=np.intp)
        top = float(scores[chosen].max()) if len(chosen) else 1.0
        return _Short(chosen, scores[chosen] / top, None)

    def _absorbed(self, column: int, among: NDArray[np.intp], shares: Matrix) -> bool:
        words = self._corpus.words[column]
        for other in among:
            longer = self._corpus.words[int(other)]
            inside = len(longer) > len(words) and any(
                longer[at : at + len(words)] == words for at in range(len(longer) - len(words) + 1)
            )
            if inside and shares[int(other)] >= ABSORBED * shares[column]:
                return True
        return False

    def _lead(self, name: str) -> int | None:
        """The column of a name's leading term."""
        lead, index = name.split(self._separator, maxsplit=1)[0].casefold(), self._corpus.index
        return index.get(tuple(lead.split()), index.get(tuple(lead)))  # of words, or of ideographs

    def _rerank(
        self, short: _Short, centre: NDArray[np.float32], apart: Sequence[NDArray[np.float32]]
    ) -> _Short:
        """The scores with the encoder's opinion."""
        if self._words is None or not len(short.columns):
            return short
        vectors = self._encode(short.columns)
        meaning = vectors @ centre
        if apart:
            meaning = meaning - 0.5 * np.mean(vectors @ np.stack(apart, axis=1), axis=1)
        meaning = np.maximum(meaning, 0.0)
        top = float(meaning.max())
        if top <= 0:
            return _Short(short.columns, short.scores, vectors)
        scores = (1 - MEANING) * short.scores + MEANING * meaning / top
        return _Short(short.columns, scores, vectors)

    def _encode(self, columns: NDArray[np.intp]) -> NDArray[np.float32]:
        """The vectors of terms; parents and children share many."""
        terms = [int(column) for column in columns]
        new = [column for column in terms if column not in self._vectors]
        if new and self._words is not None:
            vectors = self._words([self._corpus.shown[column] for column in new])
            self._vectors |= dict(zip(new, vectors, strict=True))
        return np.stack([self._vectors[column] for column in terms])

    def _propose(self, group: Group, short: _Short, shares: Matrix, rest: Matrix) -> Proposal:
        order = self._diverse(short)
        if not order:
            return Proposal()
        columns, scores = short.columns, short.scores
        terms = tuple(self._corpus.shown[int(columns[at])] for at in order[:TERMS])
        sharper = shares[columns] / np.maximum(rest[columns], 1e-9) / SHARPER
        shows = np.minimum(shares[columns] / COMMON, sharper)
        telling = [at for at in np.lexsort((columns, -scores)) if shows[at] >= 1]
        candidates = tuple(self._candidate(short, int(at), order) for at in telling)
        held = scores[(columns == self._lead(group.was)) & (shows >= STILL)]
        return Proposal(candidates, terms, float(held.max(initial=0.0)))

    def _diverse(self, short: _Short) -> list[int]:
        """Positions in the shortlist by maximal marginal relevance, best first."""
        left = list(range(len(short.columns)))
        order: list[int] = []
        while left and len(order) < TERMS:
            best = max(left, key=lambda at: (self._relevance(short, at, order), -at))
            if not order or self._likeness(short, best, order) < ALIKE:
                order.append(best)
            left.remove(best)
        return order

    def _relevance(self, short: _Short, at: int, order: Sequence[int]) -> float:
        alike = self._likeness(short, at, order)
        return (1 - DIVERSITY) * float(short.scores[at]) - DIVERSITY * alike

    def _likeness(self, short: _Short, at: int, order: Sequence[int]) -> float:
        """How much a term says what those before it say: cosine, 1 where they share a word."""
        words = set(self._corpus.words[int(short.columns[at])])
        most = 0.0
        for other in order:
            if words & set(self._corpus.words[int(short.columns[other])]):
                return 1.0
            if short.vectors is not None:
                most = max(most, float(short.vectors[at] @ short.vectors[other]))
        return most

    def _candidate(self, short: _Short, at: int, order: Sequence[int]) -> Candidate:
        """A phrase alone, or a word with second terms that are nearly as good."""
        words, shown = self._corpus.words, self._corpus.shown
        seconds = [
            shown[int(short.columns[other])]
            for other in order
            if other != at
            and short.scores[other] >= PAIR * short.scores[at]
            and self._likeness(short, other, [at]) < ALIKE
        ]
        column = int(short.columns[at])
        alone = len(words[column]) > 1
        score = float(short.scores[at])
        return Candidate(capital(shown[column]), score, () if alone else tuple(seconds))


def sample(ids: NDArray[np.int64], groups: Sequence[Group]) -> NDArray[np.intp]:
    """Rows to read: all, or as many of each region, and of those between, by a hash of the id.

    An item that was read stays among those that are, so names do not change by the draw.
    """
    if len(ids) <= MOST_TEXTS:
        return np.arange(len(ids))
    drawn = (ids.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)
    outside = np.ones(len(ids), dtype=bool)
    for group in groups:
        outside[group.rows] = False
    parts = [*(group.rows for group in groups), np.flatnonzero(outside)]
    quota = max(LEAST_TEXTS, MOST_TEXTS // len(parts))
    chosen = [rows[np.argsort(drawn[rows], kind="stable")[:quota]] for rows in parts]
    return np.unique(np.concatenate(chosen))


def _at(column: Sequence[str], row: int) -> str:
    return column[row] if row < len(column) else ""
