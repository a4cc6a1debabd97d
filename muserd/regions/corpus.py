"""Which phrases stand in which texts: counts for a few thousand texts in little memory."""

import zlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from muserd.regions.terms import Phrase, clean, phrases

TITLE_WEIGHT = 4  # a word of the title counts so often: it says what the note is about
BUCKETS = 1 << 22  # of the first pass: two phrases in one bucket cost memory, not truth

Text = tuple[str, str, str]  # title, text, language


@dataclass(frozen=True, slots=True)
class Corpus:
    """Which phrases stand in which texts.

    Attributes:
        counts: float32[texts, terms], log1p of how often.
        words: the phrases, singular and plural under the commoner form.
        shown: the phrases as they are mostly written.
        index: the column of each phrase, also under its other form.
    """

    counts: "csr_array"
    words: tuple[Phrase, ...]
    shown: tuple[str, ...]
    index: dict[Phrase, int]


def gather(texts: Sequence[Text]) -> Corpus:
    """Count the phrases of many texts; those that stand in one text only are left out.

    Args:
        texts: title, text, language. They are read twice: nearly all phrases stand in a single
            text, and must not be remembered for that.
    """
    often = _often(texts)
    documents: list[Counter[Phrase]] = []
    spellings: dict[Phrase, Counter[str]] = defaultdict(Counter)
    for text in texts:
        counter: Counter[Phrase] = Counter()
        for words, written, weight in _read(text):
            if often[_bucket(words)] > 1:
                counter[words] += weight
                # Titles Write All Words Large: they do not tell how a word is written.
                spellings[words][written] += 1 if weight == 1 else 0
        documents.append(counter)
    within = Counter(words for counter in documents for words in counter)
    form = {words: _one_form(words, within) for words in within}
    spread = Counter(one for counter in documents for one in {form[words] for words in counter})
    kept = sorted(words for words, count in spread.items() if count > 1)
    column = {words: number for number, words in enumerate(kept)}
    index = {words: column[one] for words, one in form.items() if one in column}
    shown = tuple(_written(words, spellings[words]) for words in kept)
    return Corpus(_matrix(documents, index, len(kept)), tuple(kept), shown, index)


def _read(text: Text) -> list[tuple[Phrase, str, int]]:
    title, body, language = text
    return [
        (words, written, weight)
        for part, weight in ((title, TITLE_WEIGHT), (body, 1))
        for words, written in phrases(clean(part), language)
    ]


def _often(texts: Sequence[Text]) -> NDArray[np.uint8]:
    """uint8[buckets]: in how many texts the phrases of a bucket stand, 2 for more."""
    often = np.zeros(BUCKETS, dtype=np.uint8)
    for text in texts:
        here = np.array(list({_bucket(words) for words, _, _ in _read(text)}), dtype=np.intp)
        often[here] = np.minimum(often[here] + 1, 2)
    return often


def _bucket(words: Phrase) -> int:
    """The same for singular and plural."""
    last = words[-1]
    for ending in ("ies", "es", "s", "y", "e"):
        if last.endswith(ending):
            last = last.removesuffix(ending)
            break
    return zlib.crc32(" ".join((*words[:-1], last)).encode()) % BUCKETS


def _one_form(words: Phrase, within: Counter[Phrase]) -> Phrase:
    """Singular or plural, as the texts mostly have it."""
    last = words[-1]
    if len(last) < 3:
        return words
    others = [last + "s", last + "es"]
    others += [last[:-1]] if last.endswith("s") and not last.endswith("ss") else []
    others += [last[:-3] + "y"] if last.endswith("ies") else []
    others += [last[:-1] + "ies"] if last.endswith("y") else []
    others += [last[:-2]] if last.endswith("es") else []
    forms = [(*words[:-1], other) for other in others if len(other) > 2]
    known = [words, *(form for form in forms if form in within)]
    return max(known, key=lambda form: (within[form], -len(form[-1]), form))


def _written(words: Phrase, spellings: Counter[str]) -> str:
    """How a phrase is mostly written; without capitals when a third of the texts do without."""
    plain = " ".join(words)
    total = sum(spellings.values())
    if not total:
        return plain
    common, _ = min(spellings.items(), key=lambda entry: (-entry[1], entry[0]))
    return plain if 3 * spellings[plain] >= total else common


def _matrix(
    documents: Sequence[Counter[Phrase]], index: dict[Phrase, int], terms: int
) -> "csr_array":
    rows: list[int] = []
    columns: list[int] = []
    values: list[int] = []
    for row, counter in enumerate(documents):
        merged: Counter[int] = Counter()
        for words, count in counter.items():
            if words in index:
                merged[index[words]] += count
        rows += [row] * len(merged)
        columns += merged.keys()
        values += merged.values()
    data: NDArray[np.float32] = np.log1p(np.array(values, dtype=np.float32))
    return csr_array((data, (rows, columns)), shape=(len(documents), terms))
