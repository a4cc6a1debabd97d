from pathlib import Path

import numpy as np
import pytest

from muserd.encode.batches import cut, fitting
from muserd.encode.conse import GROUPS, ClassNames
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
    assert np.count_nonzero(weights) < 100


@pytest.mark.parametrize(
    ("words", "members"),
    [
        ("dog", ["beagle", "chihuahua", "pug"]),
        ("bird", ["robin", "flamingo", "toucan"]),
        ("a fruit", ["banana", "pineapple", "fig"]),
        ("insects", ["ladybug", "bee", "monarch butterfly"]),
    ],
)
def test_words_for_a_group_weigh_all_of_it(
    names: ClassNames, words: str, members: list[str]
) -> None:
    """What people call by one word is found under that word."""
    weights = names.weights(words)
    for member in members:
        (index,) = [n for n, label in enumerate(labels()) if label.endswith(member)][:1]
        assert weights[index] > 0.5


@pytest.mark.parametrize("words", ["asdfgh", "my invoice", "grandmother's birthday"])
def test_words_that_mean_no_class_weigh_almost_none(names: ClassNames, words: str) -> None:
    """Nothing is found rather than anything."""
    assert np.count_nonzero(names.weights(words)) <= 3


def test_a_dog_is_not_every_animal(names: ClassNames) -> None:
    """The group that is meant weighs more than the wider one that holds it."""
    weights = names.weights("dog")
    assert weights[151:269].min() > 0.9
    assert np.count_nonzero(weights[:151]) < 20


def test_groups_begin_and_end_where_the_classes_do() -> None:
    """The ranges follow the order of the challenge."""
    ends = {name: (labels()[start], labels()[stop - 1]) for start, stop, name in GROUPS}
    assert ends["dog"] == ("chihuahua", "hairless dog")
    assert ends["cat"] == ("tabby cat", "Egyptian cat")
    assert ends["snake"] == ("thunder snake", "sidewinder rattlesnake")
    assert ends["fruit"] == ("apple", "pomegranate")
    assert ends["animal"] == ("tench", "pufferfish")
    assert ends["butterfly"] == ("admiral butterfly", "blue butterfly")
    assert ends["monkey"] == ("guenon", "squirrel monkey")


def test_names_are_encoded_once(
    texts: TextEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second time they come from the file; a damaged file is made again."""
    few = texts.encode(labels()[:8])
    encoded: list[int] = []

    def encode(names: tuple[str, ...]) -> np.ndarray:
        encoded.append(len(names))
        return np.resize(few, (len(names), 384))

    monkeypatch.setattr(texts, "encode", encode)
    first = ClassNames(texts, tmp_path).weights("fish")
    assert np.array_equal(ClassNames(texts, tmp_path).weights("fish"), first)
    assert encoded == [1_000 + len(GROUPS)]
    (path,) = tmp_path.iterdir()
    path.write_bytes(b"\0" * path.stat().st_size)
    assert np.array_equal(ClassNames(texts, tmp_path).weights("fish"), first)
    assert encoded == [1_000 + len(GROUPS)] * 2


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
