"""What the keys of a head mean, whatever notation they are in."""

from typing import Any

import pytest

from muserd.extract.head import Head, bare_key, head_of, merged_heads


def day(head: Head) -> str:
    return f"{head.moment.civil:%Y-%m-%d}" if head.moment is not None else ""


@pytest.mark.parametrize(
    "key", ["Date created", "date_created", "dateCreated", " date-created ", "DATE.CREATED"]
)
def test_case_and_separators_of_a_key_do_not_count(key: str) -> None:
    assert bare_key(key) == "datecreated"
    assert day(head_of({key: "2024-03-05"})) == "2024-03-05"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-03-05", "2024-03-05"),
        (["2024-03-05"], "2024-03-05"),
        ([["2024-03-05"]], "2024-03-05"),  # a wiki link to people
        (["2024-03-05", "2024-03-06"], ""),
        ({"created": "2024-03-05"}, "2024-03-05"),
        ({"date": "2024-03-05"}, "2024-03-05"),
        ({"created": "2024-03-05", "date": "2020-01-01"}, "2024-03-05"),
        ({}, ""),
        ("no date", ""),
    ],
)
def test_a_date_may_be_wrapped(value: Any, expected: str) -> None:
    assert day(head_of({"date": value})) == expected


def test_the_first_key_that_says_something_counts() -> None:
    """In the order of what it means, not of the file: a title before a subject."""
    head = head_of({"subject": "S", "title": " T\n t ", "created": "never", "day": "2024-03-05"})
    assert (head.title, day(head)) == ("T t", "2024-03-05")
    assert head_of({"title": "", "subject": "S"}).title == "S"
    assert head_of({"title": 1984}).title == "1984"
    assert head_of({"title": True}).title == ""
    assert len(head_of({"title": "x" * 400}).title) == 300
    assert head_of({"taxonomies": {"tags": ["a"]}, "tags": ["b"]}).tags == ("b",)
    assert head_of({"extra": {"title": "T"}}).title == "T"


@pytest.mark.parametrize(
    ("value", "language"),
    [("en", "en"), ("de-AT", "de"), ("PT_br", "pt"), ("english", ""), ("e", ""), (7, "")],
)
def test_a_language_is_two_or_three_letters(value: Any, language: str) -> None:
    assert head_of({"lang": value}).language == language


def test_of_two_heads_the_first_wins() -> None:
    """Where it says anything."""
    one = head_of({"title": "One", "date": "2024-03-05", "x": 1})
    other = head_of(
        {"title": "Other", "date": "2020-01-01", "updated": "2021-01-01", "tags": "a", "x": 2}
    )
    both = merged_heads(one, other)
    assert (both.title, day(both), both.tags) == ("One", "2024-03-05", other.tags)
    assert both.changed == other.changed
    assert both.values["x"] == 1
    assert merged_heads(Head(), other).title == "Other"
