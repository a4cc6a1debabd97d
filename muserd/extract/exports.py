"""Files that hold several notes: what programs export, mailboxes. One item, each note a section.

A file is one content, and so one item (docs/decisions/0009-exports.md); its notes are found, shown
and opened one by one by their sections.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from muserd.extract import budget
from muserd.extract.blocks import Block, Document
from muserd.extract.head import Head
from muserd.extract.moments import Moment
from muserd.ground.facts import Facts

MOST_NOTES = 2_000  # of one file
_LONGEST_TITLE = 120  # characters
_CUT = "only the first {:,} of its {:,} notes are read"
_GAPS = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Exported:
    """One of the notes.

    Attributes:
        created: when it was written, else when it was changed; None where nothing says so.
    """

    title: str
    blocks: Sequence[Block]
    created: Moment | None = None
    tags: tuple[str, ...] = ()


def document_of(notes: Iterable[Exported], count: int) -> Document:
    """All notes as one document, in order: tags of all, the earliest time.

    Of more than `MOST_NOTES` the rest is left out, with a notice; so is what there is no time for.

    Args:
        notes: read one by one.
        count: how many there are.
    """
    blocks: list[Block] = []
    budget.keep(blocks)
    sections: list[tuple[int, str, str]] = []
    tags: dict[str, None] = {}
    earliest: Moment | None = None
    for note in islice(notes, MOST_NOTES):
        budget.check()
        title = " ".join(note.title.split()) or _first_words(note.blocks)
        sections.append((len(blocks), title, when(note.created)))
        blocks.append(Block("heading", title))
        blocks += note.blocks[1:] if _begins_with(note.blocks, title) else note.blocks
        tags |= dict.fromkeys(note.tags)
        if note.created is not None and (
            earliest is None or note.created.time_ms < earliest.time_ms
        ):
            earliest = note.created
    several = len(sections) > 1
    title = sections[0][1] if len(sections) == 1 else ""
    return Document(
        blocks,
        Head(title=title, moment=earliest, tags=tuple(tags)),
        sections=sections if several else (),
        notice=_CUT.format(MOST_NOTES, count) if count > MOST_NOTES else "",
    )


def pieces(document: Document) -> list[str]:
    """The text of each section; none of them has two empty lines in a row."""
    starts = [first for first, _, _ in document.sections]
    ends = [*starts[1:], len(document.blocks)]
    return [
        _GAPS.sub("\n\n", "\n\n".join(block.text for block in document.blocks[first:end]))
        for first, end in zip(starts, ends, strict=True)
    ]


def when(moment: Moment | None) -> str:
    """A time for people, as far as it is known; empty for none."""
    if moment is None:
        return ""
    return Facts(
        time_ms=moment.time_ms,
        time_precision=moment.precision,
        utc_offset_min=moment.utc_offset_min,
    ).when


def _begins_with(blocks: Sequence[Block], title: str) -> bool:
    return bool(blocks) and " ".join(blocks[0].text.split()) == title


def _first_words(blocks: Sequence[Block]) -> str:
    text = next((" ".join(one.text.split()) for one in blocks if one.text.strip()), "")
    return text[:_LONGEST_TITLE] or "Untitled"
