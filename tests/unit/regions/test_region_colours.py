"""Colours that hang on ids."""

import itertools

import numpy as np

from muserd.regions.colours import colours, handed_up, to_lab


def luminance(colour):
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_neighbours_differ():
    """On a ring of twelve countries no two neighbours look alike."""
    regions = [(number, -1) for number in range(1, 13)]
    touching = [(number, number % 12 + 1) for number in range(1, 13)]
    given = colours(regions, touching, {})
    for one, other in touching:
        assert np.linalg.norm(to_lab(given[one]) - to_lab(given[other])) > 0.08
    assert len(set(given.values())) == 12


def test_children_are_shades_that_differ():
    """Children lie nearer their parent's colour than the other country's, and differ."""
    regions = [(1, -1), (2, -1), (3, 1), (4, 1), (5, 1)]
    given = colours(regions, [(1, 2), *itertools.combinations((3, 4, 5), 2)], {})
    for child in (3, 4, 5):
        lab = to_lab(given[child])
        near, far = (np.linalg.norm(lab - to_lab(given[country])) for country in (1, 2))
        assert near < far
    assert len({given[child] for child in (3, 4, 5)}) == 3


def test_colours_stay_with_their_ids():
    """A new neighbour takes another colour; the old ones keep theirs."""
    first = colours([(1, -1), (2, -1)], [(1, 2)], {})
    second = colours([(3, -1), (1, -1), (2, -1)], [(1, 3), (2, 3)], first)
    assert {number: second[number] for number in (1, 2)} == first
    assert second[3] not in first.values()


def test_colours_stand_on_black_and_on_white():
    """Forty countries and their children keep a contrast of 3 : 1 with both."""
    regions = [(number, -1) for number in range(1, 41)]
    regions += [(100 + number, number) for number in range(1, 41)]
    for colour in colours(regions, [], {}).values():
        assert (luminance(colour) + 0.05) / 0.05 >= 2.9
        assert 1.05 / (luminance(colour) + 0.05) >= 2.9


def test_the_order_of_neighbours_does_not_matter():
    """The same pairs in another order give the same colours."""
    regions = [(number, -1) for number in range(1, 8)]
    pairs = list(itertools.combinations(range(1, 8), 2))
    assert colours(regions, pairs, {}) == colours(regions, pairs[::-1], {})


def test_a_new_country_looks_like_its_largest_county():
    """Where land gets a coarser region, old colours stay, and the new one has the largest's."""
    old = colours([(1, -1), (2, -1), (3, -1)], [(1, 2), (2, 3)], {})
    regions = [(7, -1), (3, -1), (1, 7), (2, 7), (8, 7)]
    given = handed_up(regions, {7: 90, 3: 20, 1: 30, 2: 40, 8: 20}, old)
    assert given == {**old, 7: old[2]}
