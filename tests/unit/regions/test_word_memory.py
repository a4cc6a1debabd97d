"""Words that are encoded once."""

import numpy as np
import pytest

from muserd.regions.word_memory import RememberedWords


class Encoder:
    """Counts what it is asked."""

    def __init__(self):
        self.opened, self.asked = 0, []

    def open(self):
        self.opened += 1
        return self.encode

    def encode(self, words):
        self.asked += words
        return np.array([[len(word), 1.0] for word in words], dtype=np.float32)


def test_a_word_is_encoded_once(tmp_path):
    """Also by the next process, which need not open the encoder at all."""
    encoder = Encoder()
    words = RememberedWords(encoder.open, tmp_path / "words.npz")
    assert words(["dog", "boat", "dog"]).tolist() == [[3, 1], [4, 1], [3, 1]]
    assert words(["boat", "häuser"])[1].tolist() == [6, 1]
    assert encoder.asked == ["dog", "boat", "häuser"]
    later = Encoder()
    again = RememberedWords(later.open, tmp_path / "words.npz")
    assert again(["häuser", "dog"]).tolist() == [[6, 1], [3, 1]]
    assert later.opened == 0


@pytest.mark.parametrize("damage", [b"", b"not an archive", b"PK\x03\x04 torn"])
def test_a_damaged_memory_is_written_anew(tmp_path, damage):
    """It is a cache: what cannot be read is encoded again."""
    file = tmp_path / "words.npz"
    file.write_bytes(damage)
    encoder = Encoder()
    assert RememberedWords(encoder.open, file)(["dog"]).tolist() == [[3, 1]]
    assert RememberedWords(Encoder().open, file)(["dog"]).tolist() == [[3, 1]]


def test_no_words_need_no_encoder(tmp_path):
    """An empty question has an empty answer."""
    encoder = Encoder()
    assert RememberedWords(encoder.open, tmp_path / "words.npz")([]).shape[0] == 0
    assert encoder.opened == 0


@pytest.mark.parametrize(
    "vectors",
    [
        np.ones((2, 2)),
        np.ones(3),
        np.ones((3, 2, 2)),
        np.full((3, 2), np.nan),
        np.array([[1, 1], [1, np.inf], [1, 1]]),
    ],
    ids=["fewer", "flat", "deep", "nan", "one"],
)
def test_a_file_that_does_not_fit_is_none(vectors, tmp_path):
    """Three words and other than three finite vectors: they are encoded anew."""
    np.savez(tmp_path / "words.npz", words=np.array(["dog", "boat", "sea"]), vectors=vectors)
    encoder = Encoder()
    words = RememberedWords(encoder.open, tmp_path / "words.npz")
    assert words(["dog"]).tolist() == [[3, 1]]
    assert encoder.asked == ["dog"]
