"""The query language: what is typed is never an error, and what is not understood is said."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserd.find.dates import span_of
from muserd.find.query import MOST_CHARACTERS, MOST_TERMS, Filter, parse


def ms(*day: int) -> int:
    return int(datetime(*day, tzinfo=UTC).timestamp() * 1000)  # type: ignore[misc]


def test_words_phrases_and_exclusions() -> None:
    found = parse('red "a whole phrase" fruit -green -"not this"')
    assert found.words == ("red", "fruit")
    assert found.phrases == ("a whole phrase",)
    assert found.excluded == ("green", "not this")
    assert found.meaning == "red fruit a whole phrase"
    assert found.problems == ()


def test_filters_and_their_aliases() -> None:
    found = parse('folder:"My Docs" tag:area/sub -type:png color:gray language:de is:new')
    assert found.filters == (
        Filter("folder", "My Docs"),
        Filter("tag", "area/sub"),
        Filter("type", "png", negated=True),
        Filter("colour", "grey"),
        Filter("lang", "de"),
        Filter("is", "new"),
    )
    assert found.words == ()


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2021", ms(2021, 1, 1), ms(2022, 1, 1)),
        ("2021-02", ms(2021, 2, 1), ms(2021, 3, 1)),
        ("2020-2-29", ms(2020, 2, 29), ms(2020, 3, 1)),
        ("2021-12-31", ms(2021, 12, 31), ms(2022, 1, 1)),
        ("2019..2021", ms(2019, 1, 1), ms(2022, 1, 1)),
        ("2021..2019", ms(2019, 1, 1), ms(2022, 1, 1)),
        ("2019-05..2019-06", ms(2019, 5, 1), ms(2019, 7, 1)),
    ],
)
def test_spans_of_time(text: str, first: int, last: int) -> None:
    assert span_of(text) == (first, last)
    assert parse(f"year:{text}").filters[0].span_ms == (first, last)


@pytest.mark.parametrize("text", ["", "20", "2021-13", "2021-02-30", "..", "soon", "9999-12-31"])
def test_what_is_no_date(text: str) -> None:
    assert span_of(text) is None
    if text:
        found = parse(f"before:{text}")
        assert found.filters == ()
        assert "is no date" in found.problems[0]


def test_an_unknown_filter_is_said_and_searched() -> None:
    found = parse("foldr:x")
    assert found.words == ("foldr:x",)
    assert "did you mean folder:" in found.problems[0]
    assert "there are folder, tag" in parse("zzz:x").problems[0]


@pytest.mark.parametrize("text", ["https://x.org/#a", "std::vector", "12:30", "C:\\x", "a:"])
def test_a_colon_alone_makes_no_filter(text: str) -> None:
    found = parse(text)
    assert found.filters == ()
    assert found.problems == ()


def test_quotes_that_do_not_close_go_to_the_end() -> None:
    assert parse('one "two three').phrases == ("two three",)


def test_emoji_are_searched_by_their_names() -> None:
    assert parse("🍎").words == ("red", "apple")


@pytest.mark.parametrize("text", ["", "   ", "-", "!!! ???", "-- ' \" ;"])
def test_nothing_is_asked_for(text: str) -> None:
    assert parse(text).terms == ()


def test_long_queries_are_cut_and_it_is_said() -> None:
    found = parse("word " * 5000)
    assert len(found.terms) == MOST_TERMS
    assert len(found.text) <= MOST_CHARACTERS
    assert any("first 10,000 characters" in problem for problem in found.problems)


@given(st.text(max_size=300))
def test_no_text_is_an_error(text: str) -> None:
    found = parse(text)
    assert all(term.strip() for term in found.terms)
