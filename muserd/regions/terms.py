"""The words and phrases of notes: what of a text may name a region.

Source: the candidates of c-TF-IDF (Grootendorst 2022, arXiv:2203.05794), with n-grams of up to
four words that neither begin nor end with a stop word and cross no punctuation.
"""

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

Phrase = tuple[str, ...]  # words without case

LONGEST = 4  # words of a phrase
MOST_CHARACTERS = 2_000  # of one text: what a note is about, it says early
# Stop words that may stand inside a phrase; no others do.
CONNECTIVES = frozenset(
    (
        *("of", "and", "de", "del", "della", "di", "da", "do", "dos", "du", "des", "et", "e", "y"),
        *("und", "von", "vom", "zu", "van", "en", "og", "och", "af", "av", "i", "w", "z", "и", "в"),
    )
)
HEADER_LINES = 12  # in which front matter without a fence may stand

_FRONT = re.compile(
    r"\A\s*(?:---\s*\n.*?\n(?:---|\.\.\.)|\+\+\+\s*\n.*?\n\+\+\+)[ \t]*(?:\n|\Z)", re.DOTALL
)
_HEADER = re.compile(
    r"\s*[-*>]?\s*\**(?:created|updated|modified|last[ -](?:modified|updated)|dates?|tags?"
    r"|alias(?:es)?|authors?|status|u?id|types?|categor(?:y|ies)|layout|permalink|slug|draft|lang(?:uage)?"
    r"|sources?|urls?|links?|publish(?:ed)?|cssclass(?:es)?|kind|parent|up|related|rating|keywords"
    r"|erstellt|geändert|datum|créé|modifié|creado|fecha)\**\s*:.*",
    re.IGNORECASE,
)
_NOISE = re.compile(
    r"!?\[\[[^\]|]*\.(?:png|jpe?g|gif|webp|svg|pdf)[^\]]*\]\]"  # embedded files
    r"|(?:https?|ftp|file|mailto):\S+|www\.\S+|\S+@\S+\.\w+"  # addresses
    r"|</?\w[^>]*>|&\w+;"  # HTML
    r"|\]\([^)]*\)|(?:[~.]{0,2}/)?(?:[\w.-]+/){2,}[\w.-]*"  # targets of links, paths
    r"|\b[0-9a-f]{8,}\b|[#@]\w+/\S+",
    re.IGNORECASE,
)
_EXTENSION = re.compile(
    r"\.(?:md|markdown|mdx|txt|rst|org|adoc|tex|pdf|docx?|odt|html?|jpe?g|png|gif|webp|svg|heic|tiff?"
    r"|json|ya?ml|toml|csv|xlsx?|zip)\b",
    re.IGNORECASE,
)
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_WRAP = re.compile(r"(?<=[\w,;])[ \t]*\n(?=[^\W\d_])")
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(
    rf"[{_CJK}]"
    # A word with what may stand inside it, and a `+` or `#` at its end: C++, Node.js, it's.
    rf"|[^\W\d_{_CJK}](?:[^\W{_CJK}]|['’\-](?=[^\W_{_CJK}])|\.(?=(?:js|NET)\b)|[+#](?!\w))*"
    r"|\S"
)
_TRANSPARENT = frozenset("`*_\"'’")  # ends no phrase; all other punctuation does
_IDEOGRAPH = re.compile(rf"[{_CJK}]")
_HIRAGANA = re.compile("[\u3040-\u309f]")


@cache
def stop_words(language: str) -> frozenset[str]:
    """The stop words of a language by its two letters; English ones where there is no list."""
    lists = _stop_lists()
    return lists.get(language[:2].casefold(), lists["en"])


@cache
def _stop_lists() -> dict[str, frozenset[str]]:
    text = files("muserd.regions").joinpath("data/stop_words.json").read_text("utf-8")
    return {language: frozenset(words.split()) for language, words in json.loads(text).items()}


def clean(text: str) -> str:
    """A text without front matter, code, addresses, paths and file extensions."""
    text = _FRONT.sub("", text[: 2 * MOST_CHARACTERS], count=1)
    lines = text.split("\n")
    head = [line for line in lines[:HEADER_LINES] if not _HEADER.fullmatch(line)]
    text = _FENCE.sub("\n", "\n".join(head + lines[HEADER_LINES:]))
    # Lines that were only wrapped belong together.
    text = _WRAP.sub(" ", _EXTENSION.sub(" ", _NOISE.sub(" ", text)))
    return text[:MOST_CHARACTERS]


def phrases(text: str, language: str) -> Iterator[tuple[Phrase, str]]:
    """The phrases of a clean text: the words without case, and as they were written.

    Ideographs have no spaces between words: there each character counts as one, and a phrase has
    at least two.
    """
    stops = stop_words(language)
    run: list[tuple[str, str, bool]] = []
    for line in text.split("\n"):
        for match in _TOKEN.finditer(line):
            token = match.group()
            if not (token[0].isalpha() or _IDEOGRAPH.match(token)):
                if token not in _TRANSPARENT:
                    yield from _ngrams(run)
                    run = []
                continue
            word = token.casefold().replace("’", "'").removesuffix("'s")
            ideograph = bool(_IDEOGRAPH.match(word))
            stop = word in stops
            stop |= bool(_HIRAGANA.match(word)) if ideograph else len(word) < 2
            run.append((word, token.removesuffix("'s").removesuffix("’s"), stop))
        yield from _ngrams(run)
        run = []


def _ngrams(run: Sequence[tuple[str, str, bool]]) -> Iterator[tuple[Phrase, str]]:
    for first, (word, _, stop) in enumerate(run):
        if stop:
            continue
        glue = "" if _IDEOGRAPH.match(word) else " "
        for last in range(first, min(first + LONGEST, len(run))):
            if run[last][2] and run[last][0] not in CONNECTIVES:
                break
            if run[last][2] or (not glue and last == first):
                continue
            part = run[first : last + 1]
            yield tuple(entry[0] for entry in part), glue.join(entry[1] for entry in part)
