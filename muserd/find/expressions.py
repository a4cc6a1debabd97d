"""FTS5 expressions and SQL conditions of a query.

Every word travels in quotes or as a bound value: whatever is typed, none of it is syntax.
"""

from collections.abc import Iterable, Sequence

from muserd.find.query import Filter, Query
from muserd.find.texts import folded, tokens, variants

_NEW_MS = 7 * 86_400_000  # is:new
_RUN = 3  # characters: a trigram
_APART = 3  # other words for each word of a query: what stands so near together belongs together


def expressions(query: Query, starts_at: tuple[int, int]) -> tuple[str, str, str, str]:
    """All words near together; all words; words that begin so; some of the words.

    Empty where one says nothing new.

    Args:
        query: its words and phrases.
        starts_at: from how many letters on the last word begins others, and those before it.
    """
    phrases = [one for term in query.phrases if (one := phrase(term))]
    words = [word for word in query.words if tokens(word)]
    exact = [any_of(phrase(one) for one in variants(folded(word))) for word in words]
    starts = [
        any_of((phrase(word) + "*", exact[i]))
        if len(folded(word)) >= starts_at[i < len(words) - 1]
        else exact[i]
        for i, word in enumerate(words)
    ]
    every = [*phrases, *exact]
    if not every:
        return "", "", "", ""
    whole = " AND ".join(every)
    begun = "" if starts == exact else " AND ".join([*phrases, *starts])
    if len(every) == 1:
        return whole, "", begun, ""
    said = dict.fromkeys([*phrases, *map(phrase, words)])
    near = f"NEAR({' '.join(said)}, {_APART * len(said)})" if len(said) > 1 else next(iter(said))
    return near, whole, begun, " OR ".join(every)


def phrase(term: str) -> str:
    """A term as an FTS5 string: its tokens one after the other; empty without any."""
    found = tokens(term)
    return '"' + " ".join(found) + '"' if found else ""


def any_of(some: Iterable[str]) -> str:
    """Any of some expressions."""
    kept = [one for one in some if one]
    return kept[0] if len(kept) == 1 else "(" + " OR ".join(kept) + ")"


def runs_of(part: str) -> str:
    """An expression of all runs of three characters of a part; empty for a shorter one."""
    runs = [part[i : i + _RUN] for i in range(len(part) - _RUN + 1)]
    return " AND ".join(f'"{run}"' for run in dict.fromkeys(runs))


def conditions(filters: Sequence[Filter], now_ms: int) -> tuple[list[str], list[object]]:
    """SQL conditions on `docs`, and their values, of the filters that the cache knows."""
    found: list[str] = []
    values: list[object] = []
    for one in filters:
        if one.span_ms is not None:
            text, given = _time(one.key, one.span_ms)
        elif one.key == "is" and one.value.lower() == "new":
            text, given = "added_ms >= ?", [now_ms - _NEW_MS]
        elif one.key == "is" and one.value.lower() == "duplicate":
            text, given = "copies > 1", []
        elif one.key in {"folder", "tag", "type", "lang", "camera", "colour"}:
            text, given = _labelled(one.key, folded(one.value))
        else:
            continue  # regions and states of the map: their owner knows
        found.append(f"NOT ({text})" if one.negated else text)
        values += given
    return found, values


def _time(key: str, span_ms: tuple[int, int]) -> tuple[str, list[object]]:
    first, last = span_ms
    if key == "before":
        return "time_ms < ?", [first]
    if key == "after":
        return "time_ms >= ?", [first]
    column = "added_ms" if key == "added" else "time_ms"
    return f"{column} >= ? AND {column} < ?", [first, last]


def _labelled(key: str, value: str) -> tuple[str, list[object]]:
    inside = "item IN (SELECT item FROM labels JOIN label_names ON id = label WHERE key = ? AND "
    if key in {"folder", "tag"}:  # and what lies below
        return inside + "(value = ? OR (value >= ? AND value < ?)))", [
            key, value, value + "/", value + "0",
        ]  # fmt: skip
    if key == "camera":
        return inside + "instr(value, ?) > 0)", [key, value]
    return inside + "value = ?)", [key, value]
