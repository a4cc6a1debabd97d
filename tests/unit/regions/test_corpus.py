"""Which words count as one, how they are written, and how often they stand where."""

import numpy as np
import pytest

from muserd.regions.corpus import TITLE_WEIGHT, gather


def of(*texts):
    return gather([("", text, "en") for text in texts])


@pytest.mark.parametrize(
    ("one", "many"),
    [("tomato", "tomatoes"), ("berry", "berries"), ("kiln", "kilns"), ("vase", "vases")],
)
def test_singular_and_plural_are_one_word(one, many):
    """Under the form that more texts have; of two equal ones under the shorter."""
    corpus = of(one, many, many)
    assert corpus.index[one,] == corpus.index[many,]
    assert corpus.words == ((many,),)
    assert of(one, many).words == ((one,),)
    assert of(one, one, many).words == ((one,),)


@pytest.mark.parametrize(
    ("one", "other"), [("glas", "glass"), ("car", "cart"), ("plan", "plant"), ("moo", "moon")]
)
def test_other_words_are_not(one, other):
    """An s of two is no plural; nor is any other last letter."""
    corpus = of(*[f"{one} {other}"] * 3)
    assert corpus.index[one,] != corpus.index[other,]


def test_counts_are_logarithms_and_titles_weigh_more():
    """Log of one and the occurrences, singular and plural together, those in a title fourfold."""
    corpus = gather([("kiln", "a kiln, two kilns", "en"), ("", "kilns", "en"), ("", "clay", "en")])
    counts = corpus.counts.toarray()[:, corpus.index["kiln",]]
    np.testing.assert_allclose(counts, np.log1p([TITLE_WEIGHT + 2, 1, 0]), rtol=1e-6)


def test_words_of_one_text_are_left_out():
    """However often they stand there."""
    corpus = of("heron heron heron", "nest", "nest")
    assert corpus.words == (("nest",),)


@pytest.mark.parametrize(("plain", "shown"), [(1, "nasa"), (0, "NASA")])
def test_a_word_is_written_as_it_mostly_is(plain, shown):
    """Without capitals as soon as a third of the texts do without."""
    texts = ["xx NASA yy"] * (3 - plain) + ["xx nasa yy"] * plain
    corpus = of(*texts)
    assert corpus.shown[corpus.index["nasa",]] == shown
    corpus = of(*["xx NASA yy"] * (3 - plain), *["xx NASA yy"] * 1, *["xx nasa yy"] * plain)
    assert corpus.shown[corpus.index["nasa",]] == "NASA"
