"""Items of a map: their titles, their centre, and who is nearest to it."""

from dataclasses import replace

import numpy as np
import pytest

from muserd.regions.members import HEART, Members, capital, centroid, heart

BLANK = Members(
    *(np.arange(4), np.eye(4, dtype=np.float32), np.arange(4), [], [], [""] * 4, [""] * 4),
    [()] * 4,
)


@pytest.mark.parametrize(
    ("titles", "names", "title"),
    [
        (["A  long\nwalk"], ["a.md"], "A long walk"),
        ([" \n"], ["a.md"], "a.md"),
        ([], ["a.md"], "a.md"),
        (["A walk"], [], "A walk"),
        ([""], [" "], ""),
        ([], [], ""),
    ],
)
def test_an_item_is_called_by_its_title_else_by_its_file(titles, names, title):
    """On one line; blank ones and missing columns do not count."""
    assert replace(BLANK, titles=titles, names=names).title(0) == title


def test_a_centroid_is_the_mean_direction():
    """Of unit length; zeros where vectors cancel out, or there are none."""
    vectors = np.array([[1, 0, 0], [0, 1, 0]], dtype=np.float32)
    np.testing.assert_allclose(centroid(vectors), [0.5**0.5, 0.5**0.5, 0], atol=1e-7)
    assert centroid(np.array([[1, 0], [-1, 0]], dtype=np.float32)).tolist() == [0, 0]
    assert centroid(vectors[:0]).tolist() == [0, 0, 0]


def test_the_heart_is_nearest_the_centre():
    """Nearest first, of equals the first row; twenty at most."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(60, 5)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[7] = vectors[3]
    rows = np.arange(2, 50, 1)
    near = vectors[rows] @ centroid(vectors[rows])
    expected = sorted(rows.tolist(), key=lambda row: (-near[row - 2], row))[:HEART]
    assert heart(vectors, rows) == tuple(expected)
    assert heart(vectors, np.array([9])) == (9,)


@pytest.mark.parametrize(
    ("text", "expected"), [("cats", "Cats"), ("iPhone", "iPhone"), ("a", "A"), ("", "")]
)
def test_a_large_first_letter(text, expected):
    assert capital(text) == expected
