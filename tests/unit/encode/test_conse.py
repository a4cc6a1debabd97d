from pathlib import Path

import numpy as np
import pytest

from muserd.encode.batches import cut, fitting
from muserd.encode.conse import ClassNames
from muserd.encode.texts import TextEncoder
from muserd.ground.imagenet import labels


@pytest.fixture(scope="module")
def names(texts: TextEncoder, tmp_path_factory: pytest.TempPathFactory) -> ClassNames:
    return ClassNames(texts, tmp_path_factory.mktemp("names"))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("violin", "violin"),
        ("musical instrument", "flute"),
        ("beach", "beach"),
        ("a vehicle", "racing car"),
    ],
)
def test_words_weigh_the_classes_they_mean(names: ClassNames, words: str, expected: str) -> None:
    """The class is among the twenty heaviest of a thousand."""
    weights = names.weights(words)
    heaviest = [labels()[n] for n in np.argsort(-weights)[:20]]
    assert expected in heaviest


def test_most_classes_have_nothing_to_do_with_words(names: ClassNames) -> None:
    """Weights lie in 0 to 1 and are zero for most classes."""
    weights = names.weights("an apple on a table")
    assert weights.shape == (1_000,)
    assert weights.dtype == np.float32
    assert weights.min() == 0.0
    assert 0.0 < weights.max() <= 1.0
    assert np.count_nonzero(weights) < 300


def test_names_are_encoded_once(
    texts: TextEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second time they come from the file; a damaged file is made again."""
    few = texts.encode(labels()[:8])
    encoded: list[int] = []

    def encode(names: tuple[str, ...]) -> np.ndarray:
        encoded.append(len(names))
        return np.tile(few, (125, 1))

    monkeypatch.setattr(texts, "encode", encode)
    first = ClassNames(texts, tmp_path).weights("fish")
    assert np.array_equal(ClassNames(texts, tmp_path).weights("fish"), first)
    assert encoded == [1_000]
    (path,) = tmp_path.iterdir()
    path.write_bytes(b"\0" * path.stat().st_size)
    assert np.array_equal(ClassNames(texts, tmp_path).weights("fish"), first)
    assert encoded == [1_000, 1_000]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 8, 9, 31, 32, 33, 100])
def test_batches_are_powers_of_two_that_cover_everything(count: int) -> None:
    """Only a few shapes ever occur, and no input is left out or computed twice."""
    slices = list(cut(count, 8))
    sizes = [one.stop - one.start for one in slices]
    assert sum(sizes) == count
    assert all(size in {1, 2, 4, 8} for size in sizes)
    assert [one.start for one in slices] == list(np.cumsum([0, *sizes[:-1]]))[: len(slices)]
    if count:
        assert fitting(count, 8) == sizes[0]
