"""Where a head ends and a note begins."""

import pytest

from muserd.extract.frontmatter import Head, split_front_matter


@pytest.mark.parametrize("block", ["", "# only a comment\n", "  # one\n\n# two\n"])
def test_a_head_that_says_nothing_is_a_head(block: str) -> None:
    """A template that nobody filled in: its rules are no part of the note."""
    assert split_front_matter(f"---\n{block}---\nText.") == (Head(), "Text.")


@pytest.mark.parametrize("block", ["- a\n- b\n", "one line\n", "''\n", "~\n", "\n"])
def test_a_block_without_keys_is_text(block: str) -> None:
    """Rules around a list, a sentence or an empty line are rules."""
    text = f"---\n{block}---\nText."
    assert split_front_matter(text) == (Head(), text)
