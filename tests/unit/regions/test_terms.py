"""The words and phrases of notes."""

import pytest

from muserd.regions.corpus import gather
from muserd.regions.terms import clean, phrases, stop_words


def words_of(text, language="en"):
    return {" ".join(words) for words, _ in phrases(clean(text), language)}


@pytest.mark.parametrize(
    "front",
    [
        "---\ncreated: 2023-01-01\nupdated: 2024-01-01\ntags: [zebra]\n---\n",
        "+++\ncreated = 2023\nstatus = 'zebra'\n+++\n",
        "Created: 3 June 2023\nUpdated: 4 June 2023\nTags: zebra\n\n",
        "**Status**: zebra\n- Author: zebra\n",
    ],
)
def test_front_matter_gives_no_terms(front):
    """Neither the keys nor the values, fenced or not."""
    found = words_of(f"{front}The greenhouse needs glass.\n")
    assert {"greenhouse", "glass"} <= found
    assert not {"created", "updated", "tags", "status", "author", "zebra"} & found


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("see draft.md and photo.JPG today", {"md", "jpg"}),
        ("read https://example.org/a/path?q=1 now", {"https", "example", "path"}),
        ("look in ~/work/project/src for it", {"work", "project", "src"}),
        ("write to someone@example.org", {"example", "org", "someone"}),
        ("```python\nimport numpy\n```\nprose", {"import", "numpy", "python"}),
        ("commit 3f2a9b1c7d8e of 2024", {"3f2a9b1c7d8e", "2024"}),
        ("a [link](target/page.html) here", {"target", "page", "html"}),
    ],
    ids=["extensions", "addresses", "paths", "mail", "code", "numbers", "targets"],
)
def test_noise_gives_no_terms(text, absent):
    """What is written for machines names nothing."""
    assert not absent & words_of(text)


def test_phrases_cross_no_punctuation_and_no_stop_word():
    """But for the small words that join names."""
    found = words_of("The history of science, a garden in bloom. Tall trees.")
    assert {"history of science", "tall trees"} <= found
    assert not any("science garden" in phrase or "bloom tall" in phrase for phrase in found)
    assert "garden in bloom" not in found


@pytest.mark.parametrize(
    ("language", "text", "stop", "kept"),
    [
        ("de", "Der Garten und die Bienen", {"der", "und", "die"}, {"garten", "bienen"}),
        ("fr", "Les abeilles dans le jardin", {"les", "dans", "le"}, {"abeilles", "jardin"}),
        ("es", "Las abejas de la huerta", {"las", "la"}, {"abejas", "huerta"}),
        ("ru", "Пчёлы и сад для всех", {"и", "для", "всех"}, {"пчёлы", "сад"}),
    ],
)
def test_stop_words_are_those_of_the_language(language, text, stop, kept):
    """`die` is no word in German and one in English."""
    found = words_of(text, language)
    assert kept <= found
    assert not stop & found


def test_an_unknown_language_falls_back_to_english():
    """Better than none."""
    assert stop_words("") == stop_words("xx") == stop_words("en")


def test_ideographs_are_read_without_spaces():
    """A phrase has at least two characters, and particles divide."""
    found = {"".join(words) for words, _ in phrases("天文の望遠鏡", "ja")}
    assert {"天文", "望遠", "望遠鏡"} <= found
    assert "天文の望遠鏡" not in found


def test_names_with_signs_stay_whole():
    """C++, Node.js and it's."""
    assert {"c++", "node.js"} <= words_of("We love C++, and Node.js too")


def test_singular_and_plural_are_one_term():
    """They count together and are shown as they are mostly written."""
    texts = ["The tomatoes grow", "A tomato ripens", "More tomatoes here", "Cherries and a cherry"]
    corpus = gather([("", text, "en") for text in texts])
    column = corpus.index["tomato",]
    assert corpus.index["tomatoes",] == column
    assert corpus.shown[column] == "tomatoes"
    assert (corpus.counts[:, column].toarray() > 0).sum() == 3


def test_capitals_are_kept_where_people_write_them():
    """NASA stays NASA; a word that also stands in small letters is small."""
    corpus = gather([("", text, "en") for text in ["NASA rocks.", "Rocks and NASA", "rocks"]])
    assert {"NASA", "rocks"} <= set(corpus.shown)


def test_a_phrase_of_one_text_is_forgotten():
    """It cannot name several notes."""
    corpus = gather([("", "unique pelican", "en"), ("", "common heron", "en")] * 1)
    assert corpus.words == ()
    assert corpus.counts.shape == (2, 0)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "an ox is of it", {"ox"}),  # two letters are a word, one is none
        ("en", "a b c", set()),
        ("de", "the not", {"the", "not", "the not"}),  # what is no word there is none to skip
        ("", "the not", set()),
        ("en-GB", "the not", set()),
    ],
)
def test_short_words_and_those_of_english(language, text, expected):
    """English stop words count in English, and where the language is not known."""
    assert words_of(text, language) == expected


def test_a_phrase_has_four_words_at_most():
    """All runs of one to four."""
    words = ["red", "clay", "bowl", "kiln", "oven"]
    runs = [words[at : at + size] for size in range(1, 5) for at in range(6 - size)]
    assert words_of(" ".join(words)) == {" ".join(run) for run in runs}
