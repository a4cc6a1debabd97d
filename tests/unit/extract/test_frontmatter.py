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


def test_a_head_with_bad_lines_keeps_the_others() -> None:
    """A bracket that is never closed, a colon too many: each costs its own line."""
    head, text = split_front_matter("---\ntitle: one: two\ntags: [red, blue\n---\nText.")
    assert (head.title, sorted(head.tags), text) == ("one: two", ["blue", "red"], "Text.")


@pytest.mark.parametrize(
    "block", ["to be: or not: to be\nthat is the question\n", "title: a: b\nprose\nand more\n"]
)
def test_prose_with_a_colon_is_no_head(block: str) -> None:
    """As many lines that are none as there are keys make it text."""
    text = f"---\n{block}---\nText."
    assert split_front_matter(text) == (Head(), text)


@pytest.mark.parametrize(
    ("block", "title"),
    [
        ("title:Glued\nplace:here\n", "Glued"),  # no space after the colon
        ("someone:said\nthis:that\n", None),  # of keys that nobody knows
        ("# a comment\n\n# another\n\ntitle: one: two\n", "one: two"),  # is no stray line
        ("stray\ntitle: one: two\n", "one: two"),
        ("stray\nand more\ntitle: one: two\n", None),
        ("title: one: two\n  goes on\n# comment\n- x\n", "one: two"),
        ("wholly: unknown: x\n", None),
    ],
)
def test_what_is_no_yaml_is_read_entry_by_entry(block: str, title: str | None) -> None:
    """While no more lines are strays than are entries, of which one has a key that is known."""
    text = f"---\n{block}---\nText."
    head, rest = split_front_matter(text)
    assert head.title == (title or "")
    assert rest == ("Text." if title else text) or "wholly" in block
