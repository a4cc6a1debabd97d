"""Paragraphs, headings, and files that were pasted as base64."""

import base64
import random

import pytest

from muserd.extract.blocks import Block, Document, paragraphs, without_encoded

PASTED = base64.b64encode(random.Random(1).randbytes(300)).decode()


def test_empty_lines_and_form_feeds_part_paragraphs() -> None:
    assert paragraphs("one\ntwo\n\n\n three \f four") == [
        Block("prose", text) for text in ("one\ntwo", "three", "four")
    ]


def test_the_heading_is_the_first_that_says_something() -> None:
    """On one line; prose is none."""
    blocks = [Block("prose", "x"), Block("heading", " "), Block("heading", "a\n b")]
    assert Document([*blocks, Block("heading", "c")]).heading == "a b"
    assert Document(blocks[:2]).heading == ""
    assert len(Document([Block("heading", "x" * 400)]).heading) == 300


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"see {PASTED} there", "see  there"),
        (f"data:image/png;base64,{PASTED}", ""),
        (PASTED[:300], ""),
        (PASTED[:299], PASTED[:299]),
        ("a" * 300, "a" * 300),  # capitals, small letters and digits: all three, or it is text
        ("aB" * 200, "aB" * 200),
        ("a1" * 200, "a1" * 200),
        ("A1" * 200, "A1" * 200),
        ("aB1" * 100, ""),
        ("", ""),
    ],
)
def test_what_no_language_has_is_left_out(text: str, left: str) -> None:
    """Three hundred letters and signs of base64 at least, without a space."""
    assert without_encoded(text) == left
