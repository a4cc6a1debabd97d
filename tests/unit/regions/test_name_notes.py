"""The words of notes, weighed by formulas written out."""

from collections import Counter

import numpy as np
import pytest

from muserd.regions import name_notes
from muserd.regions.members import Group, Members, centroid
from muserd.regions.name_notes import NoteNamer, _Short, sample

TEXTS = [
    *("kiln clay", "kiln glaze", "clay bowl kiln", "kiln"),
    *("mast rudder", "mast tide", "rudder tide clay", "tide"),
    *("heron nest", "nest tide"),
]


def members_of(texts):
    count = len(texts)
    vectors = np.random.default_rng(0).normal(size=(count, 6)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    blank = [""] * count
    return Members(
        np.arange(count), vectors, np.arange(count), blank, blank, list(texts), ["en"] * count,
        [()] * count,
    )  # fmt: skip


POTS = Group(1, -1, 0, np.arange(4), (0,))
BOATS = Group(2, -1, 0, np.arange(4, 8), (4,))


def namer_of(words=None, groups=(POTS, BOATS)):
    return NoteNamer(members_of(TEXTS), words, groups, " · ")


def test_terms_are_weighed_by_class():
    """c-TF-IDF: the share of the class's words, times log(1 + words of an average one / words)."""
    namer = namer_of()
    classes = [np.arange(4), np.arange(4, 8), np.arange(8, 10), np.empty(0, np.intp)]
    weights, shares = namer._weigh(classes)
    once = {"bowl", "heron", "glaze"}  # stand in a single text, and name nothing
    counts = [
        Counter(word for row in rows for word in TEXTS[row].split() if word not in once)
        for rows in classes
    ]
    totals = [sum(count.values()) * np.log(2) for count in counts]
    average = np.mean([total for total in totals if total])
    for column, words in enumerate(namer._corpus.words):
        (word,) = words
        everywhere = sum(count[word] for count in counts) * np.log(2)
        for number, rows in enumerate(classes):
            if not len(rows):
                assert weights[number, column] == shares[number, column] == 0
                continue
            frequency = counts[number][word] * np.log(2) / totals[number]
            expected = frequency * np.log(1 + average / everywhere)
            assert weights[number, column] == pytest.approx(expected, rel=1e-5)
            holding = np.mean([word in TEXTS[row].split() for row in rows])
            assert shares[number, column] == pytest.approx(holding)


def test_the_old_name_competes_whichever_word_it_is():
    """Also the first in the order of the alphabet, and one that its siblings use as well."""
    for was in ("Clay", "Kiln", "clay · kiln"):
        group = Group(1, -1, 0, POTS.rows, (0,), was)
        (said, _) = namer_of().propose([group, BOATS], np.arange(8, 10))
        scores = {one.name: one.score for one in said.candidates}
        assert said.was == scores[was.split(" · ")[0].capitalize()] > 0
    for was in ("Heron", "Tide", ""):
        group = Group(1, -1, 0, POTS.rows, (0,), was)
        assert namer_of().propose([group, BOATS], np.arange(8, 10))[0].was == 0.0


def test_a_name_is_held_by_enough_notes_and_by_more_than_elsewhere(monkeypatch):
    """A quarter more often than among the others; so many notes of its own at least."""
    said = namer_of().propose([POTS, BOATS], np.arange(8, 10))
    assert [one.name for one in said[0].candidates] == ["Kiln", "Clay"]
    assert {one.name for one in said[1].candidates} == {"Mast", "Rudder", "Tide"}
    monkeypatch.setattr(name_notes, "COMMON", 0.6)
    said = namer_of().propose([POTS, BOATS], np.arange(8, 10))
    assert [one.name for one in said[0].candidates] == ["Kiln"]
    assert [one.name for one in said[1].candidates] == ["Tide"]


def test_meaning_has_two_fifths_of_a_score():
    """How near a term lies to the centre, less half of how near it lies to the siblings'."""
    members = members_of(TEXTS)
    rng = np.random.default_rng(5)
    known = {}

    def words(terms):
        for term in terms:
            if term not in known:
                vector = rng.normal(size=6)
                known[term] = (vector / np.linalg.norm(vector)).astype(np.float32)
        return np.stack([known[term] for term in terms])

    namer = NoteNamer(members, words, [POTS, BOATS], " · ")
    centre, other = (centroid(members.vectors[one.rows]) for one in (POTS, BOATS))
    short = _Short(np.array([0, 1, 2]), np.array([1.0, 0.5, 0.25]), None)
    weighed = namer._rerank(short, centre, [other])
    vectors = words([namer._corpus.shown[column] for column in range(3)])
    meaning = np.maximum(vectors @ centre - 0.5 * (vectors @ other), 0)
    if meaning.max() > 0:
        expected = 0.6 * short.scores + 0.4 * meaning / meaning.max()
        np.testing.assert_allclose(weighed.scores, expected, rtol=1e-5)
    alone = namer._rerank(short, centre, [])
    meaning = np.maximum(vectors @ centre, 0)
    expected = 0.6 * short.scores + 0.4 * meaning / meaning.max()
    np.testing.assert_allclose(alone.scores, expected, rtol=1e-5)
    assert namer_of()._rerank(short, centre, [other]) is short


def test_second_terms_are_nearly_as_good_and_say_something_else():
    """At least 0.45 of the first, and not alike; a phrase stands alone."""
    namer = namer_of()
    vectors = np.eye(5, dtype=np.float32)
    vectors[3] = [0.9, 0.1, 0, 0, 0]  # says what the first says
    columns = np.arange(5)
    short = _Short(columns, np.array([1.0, 0.45, 0.44, 0.9, 0.5]), vectors)
    shown = [namer._corpus.shown[column] for column in columns]
    first = namer._candidate(short, 0, [0, 1, 2, 3, 4])
    assert first.seconds == (shown[1], shown[4])
    assert first.score == 1.0
    assert first.name.casefold() == shown[0]
    assert namer._candidate(short, 0, [4, 1]).seconds == (shown[4], shown[1])


def test_terms_differ():
    """By maximal marginal relevance: score against likeness to those before; alike ones go."""
    namer = namer_of()
    vectors = np.eye(4, dtype=np.float32)
    vectors[1] = [0.86, 0.5, 0, 0]  # alike: left out
    vectors[2] = [0.8, 0, 0.6, 0]  # like it, but not the same: later than a weaker one
    short = _Short(np.arange(4), np.array([1.0, 0.9, 0.8, 0.5]), vectors)
    assert namer._diverse(short) == [0, 3, 2]
    assert namer._relevance(short, 2, [0]) == pytest.approx(0.7 * 0.8 - 0.3 * 0.8)
    assert namer._relevance(short, 2, []) == pytest.approx(0.7 * 0.8)


@pytest.mark.parametrize("count", [40, 41])
def test_a_large_map_is_named_by_a_sample(count, monkeypatch):
    """As many of each region and of those between; who was read still is when others come."""
    monkeypatch.setattr(name_notes, "MOST_TEXTS", 40)
    monkeypatch.setattr(name_notes, "LEAST_TEXTS", 4)
    ids = np.random.default_rng(1).permutation(500)[:count].astype(np.int64)
    groups = [Group(1, -1, 0, np.arange(25), (0,)), Group(2, -1, 0, np.arange(25, 28), (25,))]
    read = sample(ids, groups)
    if count == 40:
        assert read.tolist() == list(range(40))
        return
    quota = 40 // 3
    assert len(set(read.tolist()) & set(range(25))) == quota
    assert {25, 26, 27} <= set(read.tolist())
    assert len([row for row in read.tolist() if row >= 28]) == quota
    monkeypatch.setattr(name_notes, "MOST_TEXTS", 6)
    fewer = sample(ids, groups)
    assert len(set(fewer.tolist()) & set(range(25))) == 4  # so many of each at the least
    assert set(fewer.tolist()) <= set(read.tolist())


def test_a_word_inside_of_a_phrase_that_is_nearly_as_common_is_no_term():
    """Six tenths of its notes hold the phrase; wherever in the phrase it stands."""
    texts = ["red clay bowl", "red clay bowl", "clay", "tide bowl", "tide red"]
    namer = NoteNamer(members_of(texts), None, [], " · ")
    column = {words: number for number, words in enumerate(namer._corpus.words)}
    shares = np.zeros(len(column))
    phrase = column["red", "clay", "bowl"]
    for word in ("red", "clay", "bowl"):
        for share, absorbed in ((0.6, True), (0.59, False)):
            shares[:] = 0
            shares[column[word,]], shares[phrase] = 1.0, share
            among = np.array([column[word,], phrase])
            assert namer._absorbed(column[word,], among, shares) is absorbed
    shares[:] = 1.0
    among = np.array([phrase, column["tide",]])
    assert not namer._absorbed(column["tide",], among, shares)
    assert not namer._absorbed(phrase, among, shares)
    assert namer._absorbed(column["red", "clay"], among, shares)


def test_a_name_must_be_common_here_and_rarer_elsewhere():
    """Twelve of a hundred notes hold it, and 1.25 times as many of them as elsewhere."""
    namer = namer_of()
    columns = np.arange(5)
    shares = np.array([0.5, 0.5, 0.12, 0.11, 0.5])
    rest = np.array([0.4, 0.41, 0.0, 0.0, 0.0])
    short = _Short(columns, np.array([0.9, 1.0, 0.8, 0.7, 0.6]), None)
    said = namer._propose(POTS, short, shares, rest)
    shown = [namer._corpus.shown[column].capitalize() for column in columns]
    assert [one.name for one in said.candidates] == [shown[0], shown[2], shown[4]]
    assert set(said.terms) == {one.lower() for one in shown}
