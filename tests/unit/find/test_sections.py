"""Of a file that holds several notes, the one that a query means."""

import pytest

from muserd.find.sections import best_section

TITLES = ["Soup", "Żurek", "Trip to Łódź", "日記"]
PIECES = [
    "Soup\n\nBoil water, add salt.",
    "Żurek\n\nZakwas and salt, with soup bones.",
    "Trip to Łódź\n\nWe ate soup.",
    "日記\n\n今日は晴れ。",
]


@pytest.mark.parametrize(
    ("terms", "found"),
    [
        (["soup"], 0),  # in a title before texts
        (["zurek"], 1),
        (["łodz"], 2),
        (["salt", "bones"], 1),  # most of the words
        (["晴れ"], 3),
        (["mountain"], None),
        ([], None),
        ([" "], None),
    ],
)
def test_the_section_with_the_words(terms: list[str], found: int | None) -> None:
    assert best_section(TITLES, PIECES, terms) == found
