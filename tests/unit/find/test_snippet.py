"""Snippets: the passage with most of the words, the words marked."""

from muserd.find.snippet import LENGTH, snippet_of


def marked(text: str, *terms: str) -> list[str]:
    found = snippet_of(text, terms)
    assert found is not None
    return [found.text[low:high] for low, high in found.marks]


def test_words_are_marked_as_they_stand_there() -> None:
    assert marked("The Quick brown fox", "quick", "fox") == ["Quick", "fox"]
    assert marked("Großer Ärger in Straßburg", "arger", "strass") == ["Ärger", "Straß"]
    assert marked("今日は天気がいい", "天気") == ["天気"]


def test_none_without_a_word() -> None:
    assert snippet_of("nothing of the kind", ["walrus"]) is None
    assert snippet_of("", ["x"]) is None
    assert snippet_of("text", []) is None


def test_the_densest_passage_is_shown() -> None:
    text = "walrus " + "filler " * 200 + "the walrus operator binds a walrus name" + " end" * 100
    found = snippet_of(text, ["walrus", "operator"])
    assert found is not None
    assert "walrus operator" in found.text
    assert found.text.startswith("…")
    assert found.text.endswith("…")
    assert len(found.text) <= LENGTH + 2


def test_parts_of_words_are_marked_only_where_no_word_begins_so() -> None:
    assert marked("concatenate the cat", "cat") == ["cat"]
    assert marked("concatenate", "cat") == ["cat"]


def test_overlapping_marks_are_joined() -> None:
    assert marked("foobar", "foo", "foobar") == ["foobar"]
