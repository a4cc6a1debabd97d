"""Where the beginning of a note is cut."""

import pytest

from muserd.extract.blocks import Block
from muserd.extract.excerpt import EXCERPT_CHARACTERS, cut_line, excerpt_of, visible


def prose(*texts: str) -> list[Block]:
    return [Block("prose", text) for text in texts]


@pytest.mark.parametrize(
    ("line", "cut"),
    [
        ("a" * 20, "a" * 20),  # as long as may be
        ("a" * 21, "a" * 19 + "…"),
        ("a" * 12 + ". " + "b" * 20, "a" * 12 + "."),  # more than six tenths: a sentence
        ("a" * 11 + ". " + "b" * 20, "a" * 11 + ". bbbbbb…"),
        ("a" * 17 + " " + "b" * 20, "a" * 17 + "…"),  # more than eight tenths: a word
        ("a" * 16 + " " + "b" * 20, "a" * 16 + " bb…"),
        ("a" * 17 + " – " + "b" * 20, "a" * 17 + "…"),  # what would hang in the air goes
        ("字" * 14 + "。" + "字" * 20, "字" * 14 + "。"),
        ("字" * 17 + "，" + "字" * 20, "字" * 17 + "，字…"),
        ("字" * 18 + "，" + "字" * 20, "字" * 18 + "…"),
        ("a" * 17 + "👩‍👩‍👧" + "b" * 20, "a" * 17 + "…"),  # a family is not torn
        ("a" * 10 + "? " + "b" * 4 + ".) " + "c" * 9, "a" * 10 + "? bbbb.)"),  # the last one
    ],
)
def test_a_line_is_cut_at_a_sentence_a_word_or_a_character(line: str, cut: str) -> None:
    """Twenty characters here, the ellipsis included."""
    assert cut_line(line, 20) == cut


def test_prose_goes_before_captions_and_these_before_code() -> None:
    """The title is not said again; blocks are joined."""
    blocks = [Block("code", "x = 1"), Block("caption", "A heron"), *prose("Title", "One", " Two ")]
    assert excerpt_of(blocks, "Title") == "One Two"
    assert excerpt_of(blocks[:3], "Title") == "A heron"
    assert excerpt_of(blocks[:1], "Title") == "x = 1"
    assert excerpt_of([], "Title") == ""


def test_no_more_of_a_note_is_read_than_four_times_its_excerpt() -> None:
    """However much of it nobody sees: what comes after does not count."""
    most = 4 * EXCERPT_CHARACTERS
    full = "a" + "\u200b" * (most - 2) + "b"
    assert excerpt_of(prose(full, "more"), "") == "a b more"
    assert excerpt_of(prose(full + "c", "more"), "") == "a b"


def test_what_nobody_sees_is_a_space() -> None:
    assert visible("\ufeffa\u200bb\x07\n\n c ") == "a b c"
