"""Which of the notes in one file a query means."""

from collections.abc import Sequence

from muserd.find.texts import folded


def best_section(titles: Sequence[str], pieces: Sequence[str], terms: Sequence[str]) -> int | None:
    """The section with most of the terms, in its title before its text; None where none stands.

    Args:
        titles: of the sections.
        pieces: their texts, in the same order.
        terms: of the query.
    """
    wanted = [
        flat for flat in dict.fromkeys(" ".join(folded(term).split()) for term in terms) if flat
    ]
    best, most = None, (0, 0)
    for number, (title, piece) in enumerate(zip(titles, pieces, strict=False)):
        text = folded(piece)
        held = sum(term in text for term in wanted)
        if held < most[0] or not held:
            continue
        named = folded(title)
        score = (held, sum(term in named for term in wanted))
        if score > most:
            best, most = number, score
    return best
