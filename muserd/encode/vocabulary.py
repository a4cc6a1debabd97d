"""From texts to token ids."""

import html
import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

OVERLAP = 8  # an eighth of a window is shared with the next: no sentence is seen only in halves
MOST_WINDOWS = 64  # of one text, spread evenly: a book has its say within seconds
MOST_CHARACTERS = 1_000_000  # a thick book; what follows is not looked at
LEAST_LENGTH = 16  # tokens of the shortest input shape; the others double

Cleaning = Literal["", "lower", "whitespace", "canonicalize"]

_WITHOUT_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How text becomes a network's input.

    Attributes:
        tokenizer: adds the special tokens; its truncation and padding are set by `prepare`.
        window_tokens: the network's longest input, special tokens included.
        pad: the token that fills up; the network ignores it.
        document, query: what the model wants before a text of each use.
        fixed: every input has the full length, and only the first window is seen: CLIP.
        clean: how open_clip cleans a text before it is cut into tokens.
    """

    tokenizer: Tokenizer
    window_tokens: int
    pad: int = 0
    document: str = ""
    query: str = ""
    fixed: bool = False
    clean: Cleaning = ""

    def prepare(self) -> "Vocabulary":
        """Set the tokenizer up; call once before `windows`."""
        self.tokenizer.no_padding()
        stride = 0 if self.fixed else self.window_tokens // OVERLAP
        self.tokenizer.enable_truncation(self.window_tokens, stride=stride)
        return self

    def windows(self, text: str) -> list[list[int]]:
        """The windows of one text, in order, special tokens included; at least one."""
        whole: Encoding = self.tokenizer.encode(cleaned(text[:MOST_CHARACTERS], self.clean))
        if self.fixed:
            return [whole.ids]
        windows = [whole.ids, *(rest.ids for rest in whole.overflowing)]
        if len(windows) > MOST_WINDOWS:
            chosen = np.linspace(0, len(windows) - 1, MOST_WINDOWS).round().astype(int)
            windows = [windows[n] for n in chosen]
        return windows

    def pieces(self, text: str) -> list[int]:
        """Into how many tokens each word is cut; 1: the network knows it as a word."""
        words = cleaned(text[:MOST_CHARACTERS], self.clean).split()
        cut = self.tokenizer.encode_batch(words, add_special_tokens=False)
        return [len(one.ids) for one in cut]

    def length_of(self, tokens: int) -> int:
        """The length of the input for a window of so many tokens: few shapes, see `batches`."""
        if self.fixed:
            return self.window_tokens
        doubled = max(LEAST_LENGTH, 1 << (tokens - 1).bit_length())
        return min(doubled, self.window_tokens)

    def stack(self, windows: Sequence[Sequence[int]], length: int) -> NDArray[np.int64]:
        """int64[n, length], filled up with `pad`."""
        ids = np.full((len(windows), length), self.pad, np.int64)
        for row, window in zip(ids, windows, strict=True):
            row[: len(window)] = window
        return ids


def cleaned(text: str, how: Cleaning) -> str:
    """A text as a CLIP model was trained to see it.

    Source: the cleaning functions of open_clip's tokenizers.
    """
    if not how:
        return text
    import ftfy  # what open_clip itself calls: 40 ms

    text = html.unescape(html.unescape(ftfy.fix_text(text))).strip()
    if how == "canonicalize":
        text = text.replace("_", " ").translate(_WITHOUT_PUNCTUATION)
    text = " ".join(text.split())
    return text if how == "whitespace" else text.lower()
