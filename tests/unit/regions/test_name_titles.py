"""Words that titles share, by their shares."""

from dataclasses import replace

import numpy as np
import pytest

from muserd.regions.members import Candidate, Group, Members, Proposal
from muserd.regions.name_titles import FLOOR, SHARE, SHARPER, TitleNamer, Together, _join

TITLES = [
    *("red lighthouse", "lighthouse in fog", "old lighthouse", "red boat"),
    *("red boat at sea", "boat", "old boat", "IMG 12"),
    *("old house", "IMG 13", "red house", "house"),
]


def members_of(titles):
    count = len(titles)
    blank = [""] * count
    vectors = np.eye(count, dtype=np.float32)
    return Members(
        np.arange(count), vectors, np.arange(count), list(titles), blank, blank, blank,
        [()] * count,
    )  # fmt: skip


ONE = Group(1, -1, 0, np.arange(4), (0,))
TWO = Group(2, -1, 0, np.arange(4, 8), (4,))
REST = np.arange(8, 12)


def test_a_word_counts_by_its_part_of_the_divergence():
    """P · log((p + ε) / (q + ε)): its share here, and among siblings and all others."""
    namer = TitleNamer(members_of(TITLES))
    said = namer.propose([ONE, TWO], REST)[0]
    scores = {one.name: one.score for one in said.candidates}
    here, elsewhere = 3 / 4, 0.0
    expected = here * np.log((here + FLOOR) / (elsewhere + FLOOR))
    assert scores["Lighthouse"] == pytest.approx(expected)
    for word, here, elsewhere in (
        ("red", 2 / 4, 2 / 8),
        ("old", 1 / 4, 2 / 8),
        ("boat", 1 / 4, 3 / 8),
    ):
        shows = min(here / SHARE, here / elsewhere / SHARPER) >= 1
        assert (word.capitalize() in scores) == shows
        if shows:
            expected = here * np.log((here + FLOOR) / (elsewhere + FLOOR))
            assert scores[word.capitalize()] == pytest.approx(expected)
    assert said.terms[0] == "lighthouse"


def test_what_machines_write_is_no_name():
    namer = TitleNamer(members_of([*TITLES[:4], *["IMG scene"] * 8]))
    names = [one.name for one in namer.propose([TWO, ONE], REST)[0].candidates]
    assert "Img" not in names
    assert "IMG" not in names


def test_an_old_name_is_worth_its_score_while_it_still_shows():
    """Whichever word it is; one that hardly any title holds is worth nothing."""
    namer = TitleNamer(members_of(TITLES))
    for was, worth in (("Lighthouse", True), ("House", False), ("Never said", False), ("", False)):
        said = namer.propose([replace(ONE, was=was), TWO], REST)[0]
        scores = {one.name: one.score for one in said.candidates}
        assert said.was == (scores["Lighthouse"] if worth else 0.0)


def test_the_share_of_titles_with_a_word():
    namer = TitleNamer(members_of(TITLES))
    assert namer.share(ONE, "Lighthouse") == 0.75
    assert namer.share(TWO, "red boat") == 0.25
    assert namer.share(ONE, "never") == 0.0


def test_without_titles_nothing_is_proposed():
    assert TitleNamer(members_of([""] * 12)).propose([ONE, TWO], REST) == [Proposal()] * 2


def test_two_namers_are_heard_one_after_the_other():
    """The old name is judged by the first that has anything to say; terms of both, five at most."""
    first = Proposal((Candidate("A", 1.0),), ("a", "b", "c"), 0.5)
    second = Proposal((Candidate("B", 9.0),), ("b", "d", "e", "f"), 0.9)
    both = _join(first, second)
    assert [one.name for one in both.candidates] == ["A", "B"]
    assert both.terms == ("a", "b", "c", "d", "e")
    assert both.was == 0.5
    assert _join(Proposal(was=0.3), second).was == 0.9

    class Says:
        def __init__(self, said):
            self._said = said

        def propose(self, siblings, others):
            return [self._said for _ in siblings]

    assert Together(Says(first), Says(second)).propose([ONE], REST) == [both]
