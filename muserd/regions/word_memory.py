"""A memory for encoded words: the vocabulary is the same at every refit.

CLIP's text tower takes a minute or two for it on a small computer; the file is read in
milliseconds, and the tower need not even be loaded.
"""

import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from muserd.ground import atomic
from muserd.regions.members import Words

MOST_WORDS = 20_000  # in one file: what is beyond is encoded anew


class RememberedWords:
    """Encodes words, each but once. Not thread-safe.

    Args:
        open_words: opens the encoder; called only when a word is new.
        file: where the vectors are kept, one file per encoder; its folder must exist. A damaged
            one is written anew.
    """

    def __init__(self, open_words: Callable[[], Words], file: Path) -> None:
        self._open, self._file = open_words, file
        self._words: Words | None = None
        self._known: dict[str, NDArray[np.float32]] = _read(file)

    def __call__(self, words: Sequence[str]) -> NDArray[np.float32]:
        """float32[m, d], L2-normalised.

        Raises:
            OSError: the file cannot be written.
        """
        new = list(dict.fromkeys(word for word in words if word not in self._known))
        if new:
            if self._words is None:
                self._words = self._open()
            vectors = np.asarray(self._words(new), dtype=np.float32)
            self._known |= dict(zip(new, vectors, strict=True))
            self._keep()
        if not words:
            return np.empty((0, 0), dtype=np.float32)
        return np.stack([self._known[word] for word in words])

    def _keep(self) -> None:
        kept = dict(list(self._known.items())[:MOST_WORDS])
        stream = io.BytesIO()
        np.savez(stream, words=np.array(list(kept)), vectors=np.stack(list(kept.values())))
        atomic.write(self._file, stream.getvalue(), durable=False)


def _read(file: Path) -> dict[str, NDArray[np.float32]]:
    try:
        # From memory: np.load leaves a torn file open.
        with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as archive:
            words, vectors = archive["words"], archive["vectors"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}
    if vectors.ndim != 2 or len(words) != len(vectors) or not np.isfinite(vectors).all():
        return {}
    return dict(zip(words.tolist(), vectors.astype(np.float32), strict=True))
