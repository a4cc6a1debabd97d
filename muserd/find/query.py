"""The query language: words, "phrases", -exclusions and filters such as `year:2021`.

Parsing never fails. What cannot be understood is searched as words, and said in `problems`.
See docs/find.md.
"""

import difflib
import re
import unicodedata
from dataclasses import dataclass, field

from muserd.find.dates import span_of
from muserd.ground.swatches import SWATCHES

MOST_TERMS = 32  # words and phrases that are searched; encoders read about as many
MOST_CHARACTERS = 10_000  # of a query; the rest is left out, and said

KEYS = {
    "folder": "in a folder of that name, or below it",
    "tag": "with that tag, or one below it",
    "region": "in the region of that name",
    "type": "image, note, or a suffix such as png",
    "lang": "notes in a language, by its ISO 639-1 code",
    "camera": "taken with that camera",
    "before": "before a year, month or day",
    "after": "in or after a year, month or day",
    "added": "added to the maps then: a day, or a range: 2024-05-01..",
    "year": "of a year, or of years: 2019..2021",
    "is": "new, duplicate, offline or provisional",
    "colour": "with that colour: " + ", ".join(SWATCHES),
}
_ALIASES = {"color": "colour", "language": "lang", "kind": "type", "in": "folder", "tags": "tag"}
_STATES = ("new", "duplicate", "offline", "provisional")
_TOKEN = re.compile(r'(-?)(?:([A-Za-z]{2,12}):)?(?:"([^"]*)(?:"|$)|(\S+))')
_WORD = re.compile(r"\w", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on items. `span_ms` is set for those on time: [first, last) in Unix ms."""

    key: str
    value: str
    negated: bool = False
    span_ms: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked for.

    Attributes:
        text: as typed, blanks tidied.
        words: single words, in order.
        phrases: what stood in quotes.
        excluded: words and phrases that must not occur in a hit.
        filters: conditions, all of which must hold.
        problems: sentences about what was not understood.
    """

    text: str
    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def terms(self) -> tuple[str, ...]:
        """Words and phrases."""
        return self.words + self.phrases

    @property
    def meaning(self) -> str:
        """What an encoder is given: the query without filters and exclusions."""
        return " ".join(self.terms)


@dataclass(slots=True)
class _Parts:
    words: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def parse(text: str) -> Query:
    """The query in a text that somebody typed; never fails."""
    parts = _Parts()
    given = " ".join(_without_controls(text).split())
    if len(given) > MOST_CHARACTERS:
        given = given[:MOST_CHARACTERS]
        parts.problems.append(f"only the first {MOST_CHARACTERS:,} characters are searched")
    for minus, key, quoted, bare in _TOKEN.findall(given):
        _take(parts, minus == "-", key, quoted, bare)
    kept = {"words": parts.words, "phrases": parts.phrases}
    if sum(map(len, kept.values())) > MOST_TERMS:
        parts.problems.append(f"only the first {MOST_TERMS} words are searched as words")
        parts.phrases = parts.phrases[:MOST_TERMS]
        parts.words = parts.words[: MOST_TERMS - len(parts.phrases)]
    return Query(
        given,
        tuple(parts.words),
        tuple(parts.phrases),
        tuple(parts.excluded[:MOST_TERMS]),
        tuple(parts.filters[:MOST_TERMS]),
        tuple(dict.fromkeys(parts.problems)),
    )


def _take(parts: _Parts, negated: bool, key: str, quoted: str, bare: str) -> None:
    value = (quoted or bare).strip()
    if key and value and not value.startswith(("/", ":")):
        found = _filter(parts, key, value, negated=negated)
        if found is not None:
            parts.filters.append(found)
            return
    whole = _named(f"{key}:{value}" if key else value)
    if not _WORD.search(whole):
        return  # punctuation alone says nothing
    if negated:
        parts.excluded.append(whole)
    elif quoted and not key:
        parts.phrases.append(whole)
    else:
        parts.words.extend(whole.split())


def _filter(parts: _Parts, key: str, value: str, *, negated: bool) -> Filter | None:
    """The filter that is meant; None, with a problem noted, when there is no such one."""
    name = _ALIASES.get(key.lower(), key.lower())
    if name not in KEYS:
        near = difflib.get_close_matches(name, [*KEYS, *_ALIASES], 1, 0.7)
        hint = f"did you mean {near[0]}: ?" if near else f"there are {_listed(KEYS)}"
        parts.problems.append(f"{key}: is no filter, it is searched as a word; {hint}")
        return None
    if name in {"before", "after", "year", "added"}:
        span = span_of(value)
        if span is None:
            parts.problems.append(f"{key}:{value} is no date; write 2021, 2021-03 or 2021-03-05")
            return None
        return Filter(name, value, negated, span)
    if name == "is" and value.lower() not in _STATES:
        parts.problems.append(f"is:{value} is not known; there are {_listed(_STATES)}")
        return None
    if name == "colour":
        value = {"gray": "grey", "violet": "purple"}.get(value.lower(), value.lower())
        if value not in SWATCHES:
            parts.problems.append(f"{key}:{value} is not known; there are {_listed(SWATCHES)}")
            return None
    return Filter(name, value, negated)


def _named(text: str) -> str:
    """A text in which pictographs are replaced by their Unicode names: 🍎 is a red apple."""
    if text.isascii():
        return text
    spoken = (
        f" {unicodedata.name(c, '').lower()} " if unicodedata.category(c) == "So" else c
        for c in text
    )
    return " ".join("".join(spoken).split())


def _listed(names: object) -> str:
    return ", ".join(map(str, names))  # type: ignore[call-overload]


def _without_controls(text: str) -> str:
    return "".join(c if c.isprintable() or c.isspace() else " " for c in text)
