"""Names for regions of pictures by the classes that they show.

With the built-in encoder each picture carries its ten likeliest ImageNet classes. A region is
named by the class, or by the kind above it, that adds most to the divergence between the region
and its siblings (a term of Kullback and Leibler 1951, doi:10.1214/aoms/1177729694): where the
leaves scatter, only what they have in common gathers enough mass; where they agree, the leaf is
rarer elsewhere and wins.
"""

from collections.abc import Sequence
from functools import cache

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
    capital,
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
