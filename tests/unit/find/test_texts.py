"""Folding, tokens of every script, plurals."""

import pytest

from muserd.find.texts import folded, is_title, spelt, title_begins, title_share, tokens, variants


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Ärger", "arger"),
        ("Straße", "strasse"),
        ("ﬁn", "fin"),
        ("Ελλάδα", "ελλαδα"),
        ("İstanbul", "istanbul"),
        ("cafe\u0301", "cafe"),
        ("日記", "日記"),
        ("가나", "가나"),
    ],
)
def test_folding(given: str, expected: str) -> None:
    assert folded(given) == expected


def test_scripts_without_spaces_are_cut_into_characters() -> None:
    assert tokens("東京へ行く Tokyo-2020") == ["東", "京", "へ", "行", "く", "tokyo", "2020"]
    assert tokens("snake_case.__getattr__") == ["snake", "case", "getattr"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("cherries", {"cherries", "cherry", "cherri", "cherrie"}),
        ("flag", {"flag", "flags"}),
        ("boxes", {"boxes", "box", "boxe"}),
        ("bus", {"bus"}),
        ("日記", {"日記"}),
    ],
)
def test_variants(word: str, expected: set[str]) -> None:
    assert set(variants(word)) == expected


@pytest.mark.parametrize(
    ("title", "terms", "share"),
    [
        ("Red apple", ("red", "apple"), 1.0),
        ("roasted sweet potato", ("sweets",), 1 / 3),
        ("women with bunny ears", ("bunny",), 0.25),
        ("Box of red things", ("ox",), 0.0),  # a part of a word is no word
        ("Crown", ("crow",), 0.0),  # it only begins so
        ("Red apple", ("red", "pear"), 0.0),
        ("日記", ("日記",), 1.0),
        ("", ("red",), 0.0),
        ("Red", (), 0.0),
    ],
)
def test_how_much_of_a_title_is_said(title: str, terms: tuple[str, ...], share: float) -> None:
    assert title_share(title, spelt(terms)) == pytest.approx(share)


def test_what_is_being_typed_begins_a_title() -> None:
    assert title_begins("Cherry blossom", spelt(("cher",)))
    assert title_begins("Cherry blossom", spelt(("cherry", "blo")))
    assert not title_begins("Cherry blossom", spelt(("ch",)))
    assert not title_begins("Cherry blossom", spelt(("cherry", "tree")))


@pytest.mark.parametrize(
    ("title", "terms", "is_one"),
    [
        ("girl", ("girl",), True),
        ("Family: man, girl", ("family", "man", "girl"), True),
        ("Ärger", ("arger",), True),
        ("json.dump", ("json.dump",), True),
        ("family woman girl girl", ("girl",), False),
        ("left arrow", ("arrow", "left"), False),
        ("girls", ("girl",), False),
    ],
)
def test_a_query_that_is_a_title(title: str, terms: tuple[str, ...], is_one: bool) -> None:
    """The same words in the same order, however they are written."""
    assert is_title(title, terms) == is_one
