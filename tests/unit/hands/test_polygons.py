"""Even-odd rule against a slow one by hand; borders around places."""

import numpy as np
import pytest

from muserd.ground.errors import UsageError
from muserd.hands.polygons import area, around, checked, inside

SQUARE = ((0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0))


def test_a_square() -> None:
    places = np.array([[1, 1], [3, 1], [-1, 1], [1, 3], [1.99, 1.99]], np.float32)
    assert inside(places, SQUARE).tolist() == [True, False, False, False, True]


def test_a_line_that_crosses_itself_leaves_its_middle_out() -> None:
    """The five-pointed star, by the even-odd rule."""
    angles = np.pi / 2 + np.arange(5) * 4 * np.pi / 5
    star = [(float(np.cos(a)), float(np.sin(a))) for a in angles]
    places = np.array([[0, 0], [0, 0.8], [0, -0.9]], np.float32)
    assert inside(places, star).tolist() == [False, True, False]


def test_many_random_polygons_as_a_slow_rule_has_them() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        line = rng.uniform(-1, 1, (rng.integers(3, 12), 2))
        places = rng.uniform(-1.2, 1.2, (200, 2)).astype(np.float32)
        expected = [_slow(float(x), float(y), line) for x, y in places]
        assert inside(places, [tuple(p) for p in line]).tolist() == expected


def _slow(x: float, y: float, line: np.ndarray) -> bool:
    odd = False
    for i in range(len(line)):
        (x0, y0), (x1, y1) = line[i - 1], line[i]
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
            odd = not odd
    return odd


def test_the_area_of_a_square_is_signed() -> None:
    assert area(np.array(SQUARE)) == 4.0
    assert area(np.array(SQUARE[::-1])) == -4.0


@pytest.mark.parametrize(
    "points", [[], [(0, 0)] * 2, [(0, 0), (1, 1), (2, 2)], [(0, 0), (1, 0), (float("nan"), 1)]]
)
def test_what_is_no_border(points: list[tuple[float, float]]) -> None:
    with pytest.raises(UsageError, match=r"border|point"):
        checked(points)


def test_a_border_around_places_holds_nearly_all_of_them() -> None:
    rng = np.random.default_rng(0)
    places = rng.normal(size=(300, 2)).astype(np.float32)
    places[0] = (100, 100)
    line = around(places)
    held = inside(places, line)
    assert held.mean() > 0.94
    assert not held[0], "one loner does not stretch it"
    assert inside(places[1:2], around(places[1:2])).all(), "one place has a border, too"
    assert inside(places[1:3], around(places[1:3])).all()
