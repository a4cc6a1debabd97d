"""Words find pictures by the classes that these may show."""

import numpy as np
import pytest

from muserd.engine.maps.image_labels import _KEPT, ImageLabels

WEIGHTS = np.zeros(1000, np.float32)
WEIGHTS[[7, 8, 9]] = 1.0, 0.5, 0.25


def scores(labels: ImageLabels, *slots: int) -> list[float]:
    return labels.scores(WEIGHTS, np.array(slots, np.intp)).tolist()


def test_a_score_is_the_mean_weight_by_likelihood() -> None:
    labels = ImageLabels()
    labels.set(0, ((7, 30_000), (9, 10_000)))
    labels.set(2, ((8, 1),))
    assert scores(labels, 0, 2) == pytest.approx([(30_000 * 1.0 + 10_000 * 0.25) / 40_000, 0.5])


def test_what_has_no_classes_has_no_score() -> None:
    """A slot between others, one that was cleared, one beyond the last."""
    labels = ImageLabels()
    labels.set(1, ((7, 9),))
    assert scores(labels, 0, 1, 2, 9) == [0.0, 1.0, 0.0, 0.0]
    labels.set(1, ())
    assert scores(labels, 1) == [0.0]
    labels.set(5, ())  # nothing to be cleared, and no room made for it
    assert scores(labels, 5) == [0.0]


def test_classes_are_replaced_and_not_added() -> None:
    labels = ImageLabels()
    labels.set(0, ((7, 10), (9, 10)))
    labels.set(0, ((9, 10),))
    assert scores(labels, 0) == [0.25]


def test_the_first_ten_classes_count() -> None:
    labels = ImageLabels()
    labels.set(0, (*((n + 100, 10) for n in range(_KEPT - 1)), (7, 10), (7, 60_000)))
    assert scores(labels, 0) == pytest.approx([1 / _KEPT])
