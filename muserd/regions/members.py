"""What the naming of regions works on: the items of a map and the regions that group them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from muserd.ground.records import RegionId

# Encodes words into the space of the items' vectors: float32[m, d], L2-normalised.
Words = Callable[[Sequence[str]], NDArray[np.float32]]

STILL = 0.7  # of what a new name must show: an old one holds with it, or it would come and go
HEART = 20  # items nearest a region's centre that may lend it their title


@dataclass(frozen=True, slots=True)
class Members:
    """The items of a map, one row each.

    Attributes:
        ids: int64[n], item ids.
        vectors: float32[n, d], unit length.
        times_ms: int64[n], Unix milliseconds.
        titles, names: of the item and of its file.
        texts: of notes; empty strings for pictures.
        languages: of notes, two letters; empty where not known.
        concepts: (ImageNet class, probability in 1/65535) per picture; empty without them.
        labels: what people wrote besides: tags, and the name of the folder; may be empty.
    """

    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]
    times_ms: NDArray[np.int64]
    titles: list[str]
    names: list[str]
    texts: list[str]
    languages: list[str]
    concepts: list[tuple[tuple[int, int], ...]]
    labels: list[tuple[str, ...]] = field(default_factory=list)

    def title(self, row: int) -> str:
        """What people call the item; may be empty."""
        for column in (self.titles, self.names):
            if row < len(column) and column[row].strip():
                return " ".join(column[row].split())
        return ""


@dataclass(frozen=True, slots=True)
class Group:
    """A region that wants a name.

    Attributes:
        id, parent, level: as in its Region.
        rows: intp[m], its items.
        heart: the rows nearest its centre, nearest first; the medoid leads.
        was: the name it had; empty for a new region.
        pinned: whether the user gave that name.
        terms: the terms that it had.
    """

    id: RegionId
    parent: RegionId
    level: int
    rows: NDArray[np.intp]
    heart: tuple[int, ...]
    was: str = ""
    pinned: bool = False
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name that a region could have.

    Attributes:
        name: as people read it.
        score: above 0; comparable within one region only.
        seconds: terms any of which makes the name say more, best first.
    """

    name: str
    score: float
    seconds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a region could be called.

    Attributes:
        candidates: best first; empty when nothing holds its items together.
        terms: what its items have in common, best first.
        was: the score of the name that it had; 0 when that no longer says anything about it.
    """

    candidates: tuple[Candidate, ...] = ()
    terms: tuple[str, ...] = ()
    was: float = 0.0


class Namer(Protocol):
    """Proposes names for the children of one region."""

    def propose(self, siblings: Sequence[Group], others: NDArray[np.intp]) -> list[Proposal]:
        """One proposal per sibling.

        Args:
            siblings: regions with the same parent.
            others: rows to tell them from besides one another.
        """
        ...


@dataclass(frozen=True, slots=True)
class Family:
    """Regions with the same parent, and the rows to tell them from besides one another."""

    siblings: list[Group]
    others: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, dtype=np.intp))


def centroid(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32[d]: the mean direction; zeros for no vectors."""
    if not len(vectors):
        return np.zeros(vectors.shape[1], dtype=np.float32)
    mean = vectors.mean(axis=0, dtype=np.float64)
    norm = float(np.linalg.norm(mean))
    return np.asarray(mean / norm if norm > 0 else mean, dtype=np.float32)


def heart(vectors: NDArray[np.float32], rows: NDArray[np.intp]) -> tuple[int, ...]:
    """The rows nearest the centre of a region, nearest first; at most `HEART`."""
    closeness = vectors[rows] @ centroid(vectors[rows])
    nearest = np.lexsort((rows, -closeness))[:HEART]
    return tuple(int(row) for row in rows[nearest])


def capital(text: str) -> str:
    """The text with a large first letter, but for words like iPhone."""
    return text if text[1:2].isupper() else text[:1].upper() + text[1:]
