"""A guess at the language of a text."""

import pytest

from muserd.extract.language import guess_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("да hello", "ru"),  # more than a fifth of the letters
        ("а four", ""),  # a fifth and no more
        ("ё їїїї", "uk"),  # more than three letters that only Ukrainian has
        ("ё їїї", "ru"),
        ("こ漢字漢字", "zh"),
        ("こん漢字漢字", "ja"),
        ("漢字", "zh"),
        ("한국어", "ko"),
        ("καλημέρα", "el"),
        ("", ""),
        ("123 456", ""),
    ],
)
def test_letters_of_a_script(text: str, language: str) -> None:
    """More than a fifth of all letters; Japanese before Chinese, Ukrainian before Russian."""
    assert guess_language(text) == language


def english(common: int, others: int) -> str:
    return " ".join(["the"] * common + ["xyzzy"] * others)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (english(2, 0), ""),
        (english(3, 0), "en"),
        (english(3, 47), "en"),  # six per cent
        (english(3, 48), ""),
        (english(6, 94), "en"),
        (english(6, 95), ""),
        ("der die das", "de"),
        ("THE AND OF", "en"),
    ],
)
def test_its_commonest_words(text: str, language: str) -> None:
    """Three of them at least, and six of a hundred words."""
    assert guess_language(text) == language


def test_the_beginning_decides() -> None:
    """Four thousand characters."""
    filler = "x" * 4_000
    assert guess_language(f"{filler} the and of") == ""
    assert guess_language(f"the and of {filler}") == "en"
