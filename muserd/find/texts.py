"""Texts as the index sees them: folded, and cut where languages write without spaces."""

import re
import unicodedata
from collections.abc import Sequence

# Scripts without spaces between words. Each of their characters is indexed as a word, and a word
# of a query becomes a phrase of them: so any part of a sentence is found, from one character on.
_UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Burmese, Khmer
    "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # Hiragana, Katakana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
_ONE = re.compile(f"([{_UNSPACED}])")
_TOKEN = re.compile(r"[^\W_]+", re.UNICODE)
_LEAST_START = 3  # letters that begin a word of a title
_MARKS = re.compile("[\u0300-\u036f]")


def folded(text: str) -> str:
    """Without case, compatibility forms and diacritics: Ärger is arger, ﬁ is fi."""
    if text.isascii():
        return text.lower()
    flat = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", _MARKS.sub("", flat))


def spaced(text: str) -> str:
    """A folded text with blanks around the characters of scripts that write none."""
    return text if text.isascii() else _ONE.sub(r" \1 ", text)


def tokens(text: str) -> list[str]:
    """The words of a text as the index has them, in order."""
    return _TOKEN.findall(spaced(folded(text)))


def variants(word: str) -> tuple[str, ...]:
    """Spellings of an English plural or singular, the word itself first.

    The index knows no stems: what differs between languages is better left to the encoder.
    """
    found = [word]
    if len(word) > 3 and word.isascii() and word.isalpha():
        if word.endswith("ies"):
            found.append(word[:-3] + "y")
        elif word.endswith("y"):
            found.append(word[:-1] + "ies")
        if word.endswith("es"):
            found.append(word[:-2])
        if word.endswith("s"):
            found.append(word[:-1])
        else:
            found.append(word + "s")
    return tuple(dict.fromkeys(found))


def spelt(terms: Sequence[str]) -> tuple[tuple[str, frozenset[str]], ...]:
    """The words of some terms, each with its spellings: for `title_share`."""
    words = dict.fromkeys(token for term in terms for token in tokens(term))
    return tuple((word, frozenset(variants(word))) for word in words)


def title_share(title: str, said: Sequence[tuple[str, frozenset[str]]]) -> float:
    """The share of a title's words that a query says; 0 unless each of its words stands there.

    Args:
        title: of an item.
        said: see `spelt`.
    """
    words = tokens(title)
    covered: set[int] = set()
    for _, spellings in said:
        at = [i for i, word in enumerate(words) if word in spellings]
        if not at:
            return 0.0
        covered.update(at)
    return len(covered) / len(words) if words else 0.0


def is_title(title: str, terms: Sequence[str]) -> bool:
    """Whether a query is a title: the same words in the same order."""
    return tokens(title) == [token for term in terms for token in tokens(term)]


def title_begins(title: str, said: Sequence[tuple[str, frozenset[str]]]) -> bool:
    """Whether each word of a query stands in a title, or three letters and more begin one there."""
    words = tokens(title)
    return all(
        any(
            word in spellings or (len(term) >= _LEAST_START and word.startswith(term))
            for word in words
        )
        for term, spellings in said
    )
