"""Colours that hang on ids."""

import itertools

import numpy as np
import pytest

from muserd.regions.colours import (
    CHROMA,
    DARKEST,
    HUES,
    LIGHTEST,
    LIGHTNESS,
    NEAR_WEIGHT,
    SHADE_HUES,
    SHADE_LIGHTNESS,
    _countries,
    _hex,
    _most_distant,
    _shades,
    colours,
    handed_up,
    to_lab,
)


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


@pytest.mark.parametrize("seed", range(6))
def test_a_new_colour_is_the_one_that_others_push_away_least(seed):
    """Each used colour by the inverse square of its distance, neighbours several times."""
    random = np.random.default_rng(seed)
    palette = _countries()
    used = [f"#{value:06x}" for value in random.integers(0, 2**24, 7).tolist()]
    near, others = used[:2], used[2:]
    pushes = []
    for candidate in palette:
        push = 0.0
        for colour in used:
            apart = max(float(np.linalg.norm(candidate - to_lab(colour))), 1e-3)
            push += (NEAR_WEIGHT if colour in near else 1.0) / apart**2
        pushes.append(push)
    assert _most_distant(palette, others, near) == int(np.argmin(pushes))


def test_colours_of_the_palette_are_polar_in_oklab():
    """Hues in even steps at each lightness; what a screen cannot show loses chroma only."""
    palette = _countries()
    assert len(palette) == HUES * len(LIGHTNESS)
    np.testing.assert_allclose(np.hypot(palette[:, 1], palette[:, 2]), CHROMA)
    turns = np.degrees(np.arctan2(palette[:HUES, 2], palette[:HUES, 1])) % 360
    np.testing.assert_allclose(turns, np.arange(HUES) * 360 / HUES, atol=1e-6)
    for lab in palette[::5]:
        shown = to_lab(_hex(lab))
        assert shown[0] == pytest.approx(lab[0], abs=0.01)
        assert np.hypot(*shown[1:]) <= CHROMA + 0.01
        if np.hypot(*shown[1:]) > 0.02:
            turn = np.arctan2(shown[2], shown[1]) - np.arctan2(lab[2], lab[1])
            assert np.cos(turn) > 0.99


def test_shades_lie_around_their_parent():
    """In each of several lightnesses and hues; none darker or lighter than a map can bear."""
    lab = to_lab("#8899aa")
    shades = _shades("#8899aa")
    assert len(shades) == len(SHADE_HUES) * len(SHADE_LIGHTNESS)
    np.testing.assert_allclose(
        shades[:: len(SHADE_HUES), 0], np.clip(lab[0] + SHADE_LIGHTNESS, DARKEST, LIGHTEST)
    )
    hue = np.degrees(np.arctan2(lab[2], lab[1]))
    found = np.degrees(np.arctan2(shades[: len(SHADE_HUES), 2], shades[: len(SHADE_HUES), 1]))
    np.testing.assert_allclose((found - hue - SHADE_HUES + 180) % 360, 180, atol=1e-6)


def test_of_two_children_the_larger_hands_its_colour_up():
    """Over two levels; what has a colour keeps it; of equal ones the elder."""
    old = {3: "#111111", 4: "#222222", 5: "#333333"}
    regions = [(1, -1), (2, 1), (3, 2), (4, 2), (5, -1)]
    given = handed_up(regions, {1: 50, 2: 40, 3: 10, 4: 10, 5: 60}, old)
    assert given[2] == "#111111"
    assert given == {**old, 2: "#111111"}
