"""Fusion of rankings, and the cut-off against chance."""

import numpy as np
import pytest

from muserd.find.cutoff import Background, Likeness, certain, is_spelt
from muserd.find.fusion import RRF_K, WEIGHTS, Ranking, fuse
from muserd.ground.records import ItemId

A, B, C = map(ItemId, (1, 2, 3))


def test_two_doors_beat_one() -> None:
    """By hand: each rank adds weight / (60 + rank)."""
    found = fuse({"meaning": Ranking([A, B]), "caption": Ranking([B, C])})
    assert [one.item for one in found] == [B, A, C]
    expected = WEIGHTS["meaning"] / (RRF_K + 1) + WEIGHTS["caption"] / RRF_K
    assert found[0].score == pytest.approx(expected)
    assert found[0].why == ["caption", "meaning"]  # where it ranks better comes first


def test_words_go_before_meaning() -> None:
    """What holds every word is what was meant; some of the words are hardly a reason."""
    by_meaning, by_words = Ranking([A, B]), Ranking([C])
    assert fuse({"meaning": by_meaning, "words": by_words})[0].item == C
    assert fuse({"meaning": by_meaning, "some": by_words})[-1].item == C


def test_certain_ones_come_first() -> None:
    found = fuse({"meaning": Ranking([A, B]), "words": Ranking([C], frozenset([C]))})
    assert [one.item for one in found] == [C, A, B]
    assert [one.certain for one in found] == [True, False, False]


def test_ties_go_by_item() -> None:
    assert [one.item for one in fuse({"meaning": Ranking([B]), "caption": Ranking([A])})] == [A, B]


def unit(rng: np.random.Generator, count: int, dim: int = 64) -> np.ndarray:
    vectors = rng.normal(size=(count, dim))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_a_subject_that_is_there_is_told_from_one_that_is_not() -> None:
    rng = np.random.default_rng(0)
    items, probes = unit(rng, 2000), unit(rng, 64)
    subject = unit(rng, 1)[0]
    kin = items[:40] + 3 * subject
    items[:40] = kin / np.linalg.norm(kin, axis=1, keepdims=True)
    background = Background.of(probes, items)
    assert background.mean == pytest.approx(0, abs=0.02)
    assert background.deviation == pytest.approx(1 / 8, rel=0.1)
    present = certain((items @ subject).astype(float), background, "text")
    assert present[:40].all()
    assert present.sum() < 60
    absent = [
        certain((items @ vector).astype(float), background, "text").any()
        for vector in unit(rng, 100)
    ]
    assert np.mean(absent) <= 0.05


def test_one_item_alone_must_be_very_close() -> None:
    background = Background(0.0, 0.1)
    scores = np.zeros(1000)
    scores[7] = 0.5
    assert not certain(scores, background, "text").any()
    scores[7] = 0.95
    assert certain(scores, background, "text").nonzero()[0].tolist() == [7]


def test_nothing_is_certain_of_nothing() -> None:
    assert certain(np.zeros(0), Background(0, 1), "caption").shape == (0,)


def test_the_limit_grows_with_the_items() -> None:
    background = Background(0.1, 0.05)
    limits = [background.limit(count, "caption") for count in (1, 100, 10_000, 1_000_000)]
    assert limits == sorted(limits)
    assert limits[1] == pytest.approx(0.1 + 1.3 * 0.05)


def test_a_word_that_the_encoder_only_spells_must_be_nearer() -> None:
    background = Background(0.0, 0.1)
    scores = np.zeros(1_000)
    scores[:20] = 0.45  # 4.5 deviations: enough for a word that it knows
    assert certain(scores, background, "caption").sum() == 20
    assert not certain(scores, background, "caption", spelt=True).any()
    scores[0] = 0.66
    assert certain(scores, background, "caption", spelt=True).sum() == 20


@pytest.mark.parametrize(
    ("words", "pieces", "spelt"),
    [
        ("walrus", (2,), True),
        ("bear", (1,), False),
        ("stringed instrument", (3, 1), False),
        ("a walrus", (1, 2), True),
        ("school satchel", (1, 3), False),
        ("walrus", (), False),  # an encoder that does not say
        ("", (), False),
    ],
)
def test_words_in_pieces_are_spelt(words: str, pieces: tuple[int, ...], spelt: bool) -> None:
    assert is_spelt(words, pieces) == spelt


def test_an_example_is_judged_by_how_alike_neighbours_are() -> None:
    cosines = np.linspace(0.9, 0.5, 15, dtype=np.float32) - np.linspace(0, 0.4, 11)[:, None]
    likeness = Likeness.of(cosines.astype(np.float32))
    assert likeness.sure == pytest.approx(0.3)
    assert likeness.plausible == pytest.approx(0.14)
    assert Likeness.of(np.full((3, 15), np.nan, np.float32)) == Likeness(-1.0, -1.0)
    assert Likeness.of(np.zeros((0, 15), np.float32)) == Likeness(-1.0, -1.0)
