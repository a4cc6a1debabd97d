"""Names for regions of pictures from the words that their titles share.

A camera numbers its files, people name theirs. Where many of a region's titles hold the same word,
and few of its siblings' do, that word is no guess.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from muserd.regions.corpus import gather
from muserd.regions.members import STILL, Candidate, Group, Members, Namer, Proposal, capital

SHARE = 0.35  # of a region's titles that must hold its name
SHARPER = 2.0  # times as common as among the siblings
FLOOR = 0.02  # share taken for granted elsewhere: a rare word is not infinitely telling
CANDIDATES = 6
TERMS = 2  # of a region's terms that may come from titles

# What cameras, telephones and programs write.
_MACHINES = """
    img image images dsc dscn dscf pxl mvi vid mvimg pano photo photos picture pictures pic foto
    fotos bild scan whatsapp signal received telegram facebook fb snapchat instagram copy kopie
    edited edit final export untitled unnamed download burst hdr portrait cover file thumbnail
    version original resized
"""
MACHINE_WORDS = frozenset(_MACHINES.split())

Matrix = NDArray[np.float64]


class TitleNamer:
    """Proposes words that titles share.

    Args:
        members: whose titles are read.
    """

    def __init__(self, members: Members) -> None:
        titles = [members.title(row).replace("_", " ") for row in range(len(members.ids))]
        corpus = gather([("", title, "en") for title in titles])
        self._holds = corpus.counts > 0
        self._shown, self._words, self._index = corpus.shown, corpus.words, corpus.index
        self._usable = np.array(
            [not MACHINE_WORDS & set(words) for words in corpus.words], dtype=bool
        )

    def propose(self, siblings: Sequence[Group], others: NDArray[np.intp]) -> list[Proposal]:
        """See `Namer`."""
        if not self._words:
            return [Proposal() for _ in siblings]
        classes = [*(group.rows for group in siblings), others]
        counts = np.stack([np.asarray(self._holds[rows].sum(axis=0)) for rows in classes])
        sizes = np.array([len(rows) for rows in classes], dtype=np.float64)
        proposals = []
        for number, group in enumerate(siblings):
            share = counts[number] / sizes[number]
            left = max(float(sizes.sum() - sizes[number]), 1.0)
            rest = (counts.sum(axis=0) - counts[number]) / left
            proposals.append(self._propose(group, share, rest))
        return proposals

    def share(self, group: Group, name: str) -> float:
        """The share of a region's titles that hold a word or phrase."""
        term = self._index.get(tuple(name.casefold().split()))
        if term is None:
            return 0.0
        return float(self._holds[group.rows][:, [term]].sum()) / max(len(group.rows), 1)

    def _propose(self, group: Group, share: Matrix, rest: Matrix) -> Proposal:
        scores = share * np.log((share + FLOOR) / (rest + FLOOR))
        shows = np.minimum(share / SHARE, share / np.maximum(rest, 1e-9) / SHARPER) * self._usable
        length = np.array([len(words) for words in self._words])
        # Of phrases in the same titles the longest says the most.
        order = np.lexsort((np.arange(len(scores)), -length, -scores.round(6)))
        best = [int(term) for term in order if shows[term] >= 1][:CANDIDATES]
        old = self._index.get(tuple(group.was.casefold().split()))
        was = float(scores[old]) if old is not None and shows[old] >= STILL else 0.0
        candidates = tuple(
            Candidate(capital(self._shown[term]), float(scores[term])) for term in best
        )
        return Proposal(candidates, tuple(self._shown[term] for term in best[:TERMS]), was)


class Together:
    """Proposes what two namers propose.

    Their scores do not compare: where both have something to say, the first is heard first.

    Args:
        first: its candidates and terms lead.
        second: the other.
    """

    def __init__(self, first: Namer, second: Namer) -> None:
        self._first, self._second = first, second

    def propose(self, siblings: Sequence[Group], others: NDArray[np.intp]) -> list[Proposal]:
        """See `Namer`."""
        pairs = zip(
            self._first.propose(siblings, others),
            self._second.propose(siblings, others),
            strict=True,
        )
        return [_join(one, other) for one, other in pairs]


def _join(one: Proposal, other: Proposal) -> Proposal:
    terms = tuple(dict.fromkeys((*one.terms, *other.terms)))[:5]
    was = one.was if one.candidates else other.was
    return Proposal((*one.candidates, *other.candidates), terms, was)
