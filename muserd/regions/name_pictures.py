"""Names for regions of pictures by CLIP's words for them.

A vocabulary that ships with the package is encoded by an ensemble of prompts (Radford et al. 2021,
arXiv:2103.00020). Both modalities are centred on their own mean, for they lie in two narrow cones
(Liang et al. 2022, arXiv:2203.02053).
"""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from muserd.regions.members import (
    Candidate,
    Group,
    Members,
    Proposal,
    Words,
    capital,
    centroid,
)
from muserd.regions.name_concepts import CANDIDATES, TERMS, Matrix

PROMPTS = ("a photo of {}.", "a picture of {}.", "{}.")
SHORTLIST = 24  # words per region that see all prompts
LEAST_COSINE = 0.05  # of centred vectors: below, a word says nothing about a region
ALIKE = 0.85  # cosine from which on two words say the same
LITTLE = 0.05  # length of a centred centre that is but noise: the region is the whole map

_ARTICLE = re.compile(r"^(?:an?|the) (?=\w)")  # prompts want it, maps do not


class VocabularyNamer:
    """Proposes words whose CLIP vectors lie where a region's pictures lie.

    Args:
        members: pictures with CLIP vectors.
        words: CLIP's text tower.
    """

    def __init__(self, members: Members, words: Words) -> None:
        self._members, self._words = members, words
        self._mean = members.vectors.mean(axis=0, dtype=np.float64)
        self._vocabulary = vocabulary()
        self._shown = tuple(_ARTICLE.sub("", word) for word in self._vocabulary)
        self._index = {word.casefold(): number for number, word in enumerate(self._shown)}
        plain = words([PROMPTS[0].format(word) for word in self._vocabulary]).astype(np.float64)
        self._middle = plain.mean(axis=0)
        self._plain = _unit(plain - self._middle)
        self._full: dict[int, Matrix] = {}

    def propose(self, siblings: Sequence[Group], others: NDArray[np.intp]) -> list[Proposal]:
        """See `Namer`."""
        centres = [self._centre(group.rows) for group in siblings]
        apart = [*centres, self._centre(others)] if len(others) else centres
        near = np.stack([self._plain @ centre for centre in apart], axis=1)
        proposals = []
        for number, group in enumerate(siblings):
            rest = [at for at in range(len(apart)) if at != number]
            contrast = near[:, number] - (near[:, rest].mean(axis=1) if rest else 0.0)
            order = np.lexsort((np.arange(len(contrast)), -contrast))[:SHORTLIST].tolist()
            old = self._index.get(group.was.casefold())
            if old is not None and old not in order:
                order.append(old)
            against = [apart[at] for at in rest]
            proposals.append(self._propose(order, centres[number], against, old))
        return proposals

    def _propose(
        self, words: list[int], centre: Matrix, against: list[Matrix], old: int | None
    ) -> Proposal:
        vectors = self._ensembled(words)
        near = vectors @ centre
        scores = near - (np.mean([vectors @ other for other in against], axis=0) if against else 0)
        telling = [at for at in np.argsort(-scores, kind="stable") if near[at] >= LEAST_COSINE]
        chosen: list[int] = []
        for at in telling:
            if all(vectors[at] @ vectors[other] < ALIKE for other in chosen):
                chosen.append(int(at))
        held = [float(scores[at]) for at in telling if words[at] == old]
        return Proposal(
            tuple(
                Candidate(capital(self._shown[words[at]]), float(scores[at]))
                for at in chosen[:CANDIDATES]
                if scores[at] > 0
            ),
            tuple(self._shown[words[at]] for at in chosen[:TERMS]),
            max(held[0], 0.0) if held else 0.0,
        )

    def _ensembled(self, words: Sequence[int]) -> Matrix:
        """float64[words, d]: centred vectors, each the mean over all prompts."""
        missing = [word for word in words if word not in self._full]
        if missing:
            prompts = [
                prompt.format(self._vocabulary[word]) for word in missing for prompt in PROMPTS
            ]
            vectors = self._words(prompts).astype(np.float64)
            means = vectors.reshape(len(missing), len(PROMPTS), -1).mean(axis=1)
            # Prompts shift all words alike: the first one's middle serves after normalising.
            self._full |= dict(zip(missing, _unit(_unit(means) - self._middle), strict=True))
        return np.stack([self._full[word] for word in words])

    def _centre(self, rows: NDArray[np.intp]) -> Matrix:
        centre = centroid(self._members.vectors[rows]).astype(np.float64)
        centred: Matrix = centre - self._mean
        return _unit(centred if np.linalg.norm(centred) > LITTLE else centre)


@cache
def vocabulary() -> tuple[str, ...]:
    """The words that CLIP may name pictures by: things, scenes, activities, kinds of picture."""
    text = files("muserd.regions").joinpath("data/vocabulary.txt").read_text("utf-8")
    entries = (
        entry.strip()
        for line in text.splitlines()
        if not line.startswith("#")
        for entry in line.split(",")
    )
    return tuple(dict.fromkeys(entry for entry in entries if entry))


def _unit(vectors: Matrix) -> Matrix:
    norms: Matrix = np.sqrt((vectors * vectors).sum(axis=-1, keepdims=True))
    return np.divide(vectors, np.maximum(norms, 1e-12))
