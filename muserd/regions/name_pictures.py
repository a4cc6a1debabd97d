"""Names for regions of pictures: by the classes they show, or by CLIP's words for them.

With the built-in encoder each picture carries its ten likeliest ImageNet classes. A region is
named by the class, or by the kind above it, that adds most to the divergence between the region
and its siblings (a term of Kullback and Leibler 1951, doi:10.1214/aoms/1177729694): where the
leaves scatter, only what they have in common gathers enough mass; where they agree, the leaf is
rarer elsewhere and wins.

With CLIP a vocabulary that ships with the package is encoded by an ensemble of prompts (Radford
et al. 2021, arXiv:2103.00020). Both modalities are centred on their own mean, for they lie in two
narrow cones (Liang et al. 2022, arXiv:2203.02053).
"""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from muserd.ground import imagenet
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

TERMS = 5  # that a region carries
CANDIDATES = 12
FULL = 65_535  # a probability of 1 in `Members.concepts`
PRIOR = 0.3  # how much of the reference is what a random picture shows
LEAST_MASS = 0.4  # of a region's probability that its name must hold
LEAST_TERM = 0.10  # the same, of a term
SHARPER = 1.5  # times as probable as among the siblings
SHOWN_BY = 0.4  # of the pictures must show it with `VISIBLE` at least
VISIBLE, CLEAR = 0.3, 0.4
SURELY = 0.8  # of those that show it, with `CLEAR`: asked about what it never saw, it wavers
PROMPTS = ("a photo of {}.", "a picture of {}.", "{}.")
SHORTLIST = 24  # words per region that see all prompts
LEAST_COSINE = 0.05  # of centred vectors: below, a word says nothing about a region
ALIKE = 0.85  # cosine from which on two words say the same
LITTLE = 0.05  # length of a centred centre that is but noise: the region is the whole map

_ARTICLE = re.compile(r"^(?:an?|the) (?=\w)")  # prompts want it, maps do not

Matrix = NDArray[np.float64]


class ConceptNamer:
    """Proposes ImageNet classes and the kinds above them.

    Args:
        members: pictures with their concepts.
    """

    def __init__(self, members: Members) -> None:
        self._nodes, self._lines, sizes = _tree()
        self._index = {node.casefold(): number for number, node in enumerate(self._nodes)}
        self._prior = sizes / imagenet.CLASSES
        self._mass = self._gather(members)

    def propose(self, siblings: Sequence[Group], others: NDArray[np.intp]) -> list[Proposal]:
        """See `Namer`."""
        means = np.stack([self._mean(group.rows) for group in siblings])
        weights = np.array([len(group.rows) for group in siblings], dtype=np.float64)
        between = self._mean(others)
        proposals = []
        for number, group in enumerate(siblings):
            total = weights.sum() - weights[number] + len(others)
            rest = (
                weights @ means - weights[number] * means[number] + len(others) * between
            ) / max(total, 1.0)
            rest = rest if total else self._prior
            proposals.append(self._propose(group, means[number], np.maximum(rest, 0.0)))
        return proposals

    def _propose(self, group: Group, mean: Matrix, rest: Matrix) -> Proposal:
        reference = (1 - PRIOR) * rest + PRIOR * self._prior
        scores = mean * np.log((mean + 1e-4) / (reference + 1e-4))
        mass = self._mass[group.rows]
        visible, clear = ((mass > least).sum(axis=0) for least in (VISIBLE, CLEAR))
        shows = np.minimum(mean / LEAST_MASS, mean / np.maximum(rest, 1e-9) / SHARPER)
        surely = clear / np.maximum(SURELY * visible, 1)
        shows = np.minimum(shows, visible / (SHOWN_BY * len(group.rows)))
        shows = np.minimum(shows, surely)
        order = np.lexsort((np.arange(len(scores)), -scores))
        best = [int(node) for node in order if scores[node] > 0][: 4 * CANDIDATES]
        candidates = [
            Candidate(capital(self._nodes[node]), float(scores[node]))
            for node in best
            if shows[node] >= 1
        ]
        old = self._index.get(group.was.casefold())
        was = float(scores[old]) if old is not None and shows[old] >= STILL else 0.0
        common = [node for node in best if mean[node] >= LEAST_TERM and surely[node] >= 1]
        terms = tuple(self._nodes[node] for node in self._apart(common))
        return Proposal(tuple(candidates[:CANDIDATES]), terms, max(was, 0.0))

    def _apart(self, best: Sequence[int]) -> list[int]:
        """The best nodes none of which lies above another."""
        chosen: list[int] = []
        for node in best:
            line = self._lines[node]
            if all(other not in line and node not in self._lines[other] for other in chosen):
                chosen.append(node)
            if len(chosen) == TERMS:
                break
        return chosen

    def _mean(self, rows: NDArray[np.intp]) -> Matrix:
        if not len(rows):
            return np.zeros(len(self._nodes))
        return np.asarray(self._mass[rows].mean(axis=0), dtype=np.float64)

    def _gather(self, members: Members) -> "csr_array":
        """float64[n, nodes]: the probability of each class and of all kinds above it."""
        rows: list[int] = []
        columns: list[int] = []
        values: list[float] = []
        for row, concepts in enumerate(members.concepts):
            for label, share in concepts:
                if not 0 <= label < imagenet.CLASSES:
                    continue
                for node in self._lines[label]:
                    rows.append(row)
                    columns.append(node)
                    values.append(share / FULL)
        shape = (len(members.ids), len(self._nodes))
        return csr_array((np.array(values, dtype=np.float64), (rows, columns)), shape=shape)


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


@cache
def _tree() -> tuple[tuple[str, ...], tuple[tuple[int, ...], ...], NDArray[np.float64]]:
    """Nodes (the classes first), each node's line up to the root with itself, classes below."""
    nodes = list(imagenet.labels())
    number = {}
    parents: dict[int, int] = {}
    for label, path in enumerate(imagenet.kinds()):
        above = -1
        for kind in path:
            if kind not in number:
                number[kind] = len(nodes)
                nodes.append(kind)
                if above >= 0:
                    parents[number[kind]] = above
            above = number[kind]
        if above >= 0:
            parents[label] = above
    lines = []
    for node in range(len(nodes)):
        line = [node]
        while line[-1] in parents:
            line.append(parents[line[-1]])
        lines.append(tuple(line))
    sizes = np.zeros(len(nodes))
    for label in range(imagenet.CLASSES):
        sizes[list(lines[label])] += 1
    return tuple(nodes), tuple(lines), sizes


def _unit(vectors: Matrix) -> Matrix:
    norms: Matrix = np.sqrt((vectors * vectors).sum(axis=-1, keepdims=True))
    return np.divide(vectors, np.maximum(norms, 1e-12))
