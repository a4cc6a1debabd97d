"""The passage of a note in which the words of a query stand."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from muserd.find.texts import folded

LENGTH = 180  # characters, about two lines
_BLANK = re.compile(r"\s+")
_MOST_SCANNED = 100_000  # characters of a note


@dataclass(frozen=True, slots=True)
class Snippet:
    """A passage and where the words stand in it: [first, last) pairs of character indices."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


def snippet_of(text: str, terms: Sequence[str]) -> Snippet | None:
    """The passage with most of the terms; None when none of them occurs."""
    line = _BLANK.sub(" ", text[:_MOST_SCANNED]).strip()
    flat, origin = _folded_with_origin(line)
    found = sorted(_places(flat, terms))
    if not found:
        return None
    first = _densest(found)
    start = max(0, origin[first[0]] - LENGTH // 4)
    if start:
        blank = line.find(" ", start)
        start = blank + 1 if 0 <= blank - start < 24 else start
    end = min(len(line), start + LENGTH)
    if end < len(line):
        blank = line.rfind(" ", start, end)
        end = blank if blank > end - 24 else end
    lead, tail = ("…" if start else ""), ("…" if end < len(line) else "")
    marks = []
    for low, high in found:
        a, b = origin[low], origin[high - 1] + 1
        if start <= a and b <= end:
            marks.append((a - start + len(lead), b - start + len(lead)))
    return Snippet(lead + line[start:end] + tail, tuple(_merged(marks)))


def _places(flat: str, terms: Sequence[str]) -> list[tuple[int, int]]:
    places = []
    for term in dict.fromkeys(" ".join(folded(term).split()) for term in terms):
        if term:
            # At word starts first; a part of a word marks only where nothing else does.
            starts = [m.span() for m in re.finditer(rf"(?<!\w){re.escape(term)}", flat)]
            places += starts or [m.span() for m in re.finditer(re.escape(term), flat)]
    return places


def _densest(found: list[tuple[int, int]]) -> tuple[int, int]:
    """The place from which most places lie within one snippet."""
    best, most, last = found[0], 0, 0
    for i, place in enumerate(found):
        while last < len(found) and found[last][1] <= place[0] + LENGTH * 3 // 4:
            last += 1
        if last - i > most:
            best, most = place, last - i
    return best


def _folded_with_origin(line: str) -> tuple[str, Sequence[int]]:
    """The folded text, and for each of its characters the index of the one that it came from."""
    flat = folded(line)
    if len(flat) == len(line):  # nearly always: folding changes characters one by one
        return flat, range(len(line))
    parts = [folded(character) for character in line]
    origin = [i for i, part in enumerate(parts) for _ in part]
    return "".join(parts), origin


def _merged(marks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(set(marks)):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged
