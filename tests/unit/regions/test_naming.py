"""Who gets which name."""

from dataclasses import replace

import numpy as np
import pytest

from muserd.ground.errors import EncoderError
from muserd.regions.members import Candidate, Group, Members, Proposal, heart
from muserd.regions.name_choice import LONGEST_TITLE, choose, key, shorten
from muserd.regions.naming import families, names

NOBODY = Members(
    *(np.zeros(0, dtype=np.int64), np.zeros((0, 2), dtype=np.float32), np.zeros(0, dtype=np.int64)),
    *([], [], [], [], []),
)


def titled(*titles):
    count = len(titles)
    return Members(
        *(np.arange(count), np.eye(count, dtype=np.float32), np.arange(count), list(titles)),
        *([""] * count, [""] * count, [""] * count, [()] * count),
    )


def group(number, was="", *, pinned=False, rows=(), parent=-1, level=0):
    rows = np.array(rows, dtype=np.intp)
    return Group(number, parent, level, rows, tuple(rows.tolist()), was, pinned)


def proposal(*entries, was=0.0):
    return Proposal(tuple(Candidate(name, score) for name, score in entries), (), was)


def chosen(groups, proposals, members=NOBODY):
    return {region: name for region, (name, *_) in choose(groups, proposals, members).items()}


def below(parents, groups, proposals):
    """The names of regions one inside the other: those above are the user's."""
    line = [group(90 + n, name, pinned=True, parent=89 + n) for n, name in enumerate(parents)]
    inside = [replace(one, parent=89 + len(parents), level=len(parents)) for one in groups]
    given = chosen([*line, *inside], [Proposal()] * len(line) + proposals)
    return {one.id: given[one.id] for one in groups}


def test_siblings_never_share_a_name():
    """The surer region takes it; the other takes its next best."""
    proposals = [proposal(("Bread", 0.5), ("Oven", 0.4)), proposal(("Breads", 0.9), ("Yeast", 0.3))]
    assert chosen([group(1), group(2)], proposals) == {1: "Oven", 2: "Breads"}


def test_cousins_never_share_a_name():
    """A map on which one name stands four times leads nobody."""
    groups = [group(1), group(2), group(3, parent=1, level=1), group(4, parent=2, level=1)]
    says = [("Sea", 0.9), ("Boats", 0.5), ("Waves", 0.4)]
    given = chosen(groups, [proposal(*says, ("Sand", 0.3))] * 4)
    assert given == {1: "Sea", 2: "Boats", 3: "Waves", 4: "Sand"}


def test_a_new_region_takes_no_name_that_another_has():
    """Not even the region that comes to lie over it."""
    groups = [group(9), group(3, "Sea", parent=9, level=1)]
    says = [proposal(("Sea", 0.9), ("Coast", 0.5)), proposal(("Sea", 0.8), was=0.8)]
    assert chosen(groups, says) == {9: "Coast", 3: "Sea"}


def test_a_child_never_has_the_name_of_those_above():
    """Nor what its parent's name says second."""
    proposals = [proposal(("Baking", 0.9), ("Bread", 0.8), ("Flour", 0.7), ("Crust", 0.1))]
    assert below(["Bread · flour", "Baking"], [group(1)], proposals) == {1: "Crust"}


def test_the_users_name_wins():
    """It stays whatever is proposed, and no sibling takes it."""
    groups = [group(1, "My garden", pinned=True), group(2)]
    proposals = [proposal(("Soil", 0.9)), proposal(("my gardens", 0.9), ("Water", 0.1))]
    assert chosen(groups, proposals) == {1: "My garden", 2: "Water"}


def test_an_old_name_stays_within_the_margin():
    """A new one must be clearly better."""
    close = chosen([group(1, "Soil")], [proposal(("Water", 1.0), ("Soil", 0.7), was=0.7)])
    far = chosen([group(1, "Soil")], [proposal(("Water", 1.0), ("Soil", 0.4), was=0.4)])
    untrue = chosen([group(1, "Soil")], [proposal(("Water", 1.0))])
    assert (close, far, untrue) == ({1: "Soil"}, {1: "Water"}, {1: "Water"})


def test_an_old_name_competes_only_with_names_to_be_had():
    """A better one that the parent has is no reason to change."""
    proposals = [proposal(("Garden", 1.0), ("Soil", 0.4), was=0.4)]
    assert below(["Garden"], [group(1, "Soil")], proposals) == {1: "Soil"}


def test_a_mixed_region_takes_the_title_at_its_heart():
    """The next one if a sibling has it, and a number when there is none."""
    members = titled("A walk", "A walk", "Another day", "")
    groups = [group(1, rows=(0, 2)), group(2, rows=(1, 2)), group(3, rows=(3,))]
    assert chosen(groups, [Proposal()] * 3, members) == {
        1: "A walk",
        2: "Another day",
        3: "Region 3",
    }


def test_a_mixed_region_keeps_its_example():
    """While the item is in it, however the heart moves."""
    members = titled("A walk", "Another day")
    assert chosen([group(1, "Another day", rows=(0, 1))], [Proposal()], members) == {
        1: "Another day"
    }
    assert chosen([group(1, "Long gone", rows=(0, 1))], [Proposal()], members) == {1: "A walk"}


def test_equal_titles_everywhere_still_give_unique_names():
    """A folder full of the same title."""
    members = titled(*["Untitled"] * 6)
    groups = [group(number, rows=(number - 1,)) for number in range(1, 7)]
    given = chosen(groups, [Proposal()] * 6, members)
    assert len({key(name) for name in given.values()}) == 6


def test_a_second_term_is_added_where_it_is_free():
    """Not one that a sibling or the parent leads with."""
    lead = Candidate("Kiln", 0.9, ("clay", "glaze"))
    assert below(["Clay"], [group(1)], [Proposal((lead,))]) == {1: "Kiln · glaze"}


@pytest.mark.parametrize(
    ("one", "other"),
    [("Cats", "cat"), ("Logging", "logger · x"), ("C++", "c++"), ("Bäume", "bäume")],
)
def test_names_that_people_would_confuse_are_the_same(one, other):
    """Case, number, English endings and second terms do not tell names apart."""
    assert key(one) == key(other)


@pytest.mark.parametrize(("one", "other"), [("C", "C++"), ("Glass", "Gas"), ("Bus", "Bu")])
def test_names_that_differ_differ(one, other):
    """Signs and stems do tell them apart."""
    assert key(one) != key(other)


def test_long_titles_are_cut_at_a_word():
    """With an ellipsis, never longer than fits."""
    long = shorten("an exceedingly long title about " + "very " * 20 + "little")
    assert len(long) <= LONGEST_TITLE
    assert long.startswith("An exceedingly")
    assert long.endswith("very…")
    assert shorten("iPhone") == "iPhone"


def test_notes_are_named_by_what_sets_them_apart(world):
    """Each topic's region is led by one of its words, with and without an encoder."""
    groups = []
    for number in range(8):
        rows = np.flatnonzero(world.topic == number)
        groups.append(Group(number + 1, -1, 0, rows, heart(world.members.vectors, rows)))
    for words in (None, world.words):
        given = names("text", groups, world.members, words)
        for number, vocabulary in enumerate(world.vocabularies):
            name, terms, _ = given[number + 1]
            assert set(key(name).split()) & {key(word) for word in vocabulary}
            assert 1 <= len(terms) <= 5


def test_an_encoder_that_fails_costs_no_names(world):
    """The words alone name the regions then."""

    def broken(_):
        raise EncoderError("the weights are gone", "fetch them")

    groups = [Group(1, -1, 0, np.arange(40), (0,)), Group(2, -1, 0, np.arange(40, 80), (40,))]
    assert names("text", groups, world.members, broken) == names(
        "text", groups, world.members, None
    )


def test_families_are_told_apart_within_their_parent():
    """From the parent's other items; an only child from all the rest of the map.

    Coarse levels come first; who has a parent that is no region has none.
    """
    groups = [
        group(1, rows=range(6)),
        group(2, rows=range(6, 9)),
        group(3, rows=(0, 1), parent=1, level=1),
        group(4, rows=(2, 3), parent=1, level=1),
        group(5, rows=(6, 7), parent=2, level=1),
        group(6, rows=(9,), parent=77, level=1),
        group(7, rows=(10,), parent=78, level=1),
    ]
    found = [
        ([one.id for one in family.siblings], family.others.tolist())
        for family in families(groups, 12)
    ]
    assert found == [
        ([1, 2], [9, 10, 11]),
        ([6, 7], [*range(9), 11]),
        ([3, 4], [4, 5]),
        ([5], [*range(6), 8, 9, 10, 11]),
    ]
