"""The index is exact, leaves out what is gone, and believes its file only when it matches."""

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from muserd.ground.records import Slot
from muserd.vectors.index import VectorIndex, bitmap


def unit(count: int, dim: int, seed: int) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def filled(rows: np.ndarray) -> VectorIndex:
    index = VectorIndex(rows.shape[1])
    index.extend(enumerate(rows))
    return index


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 80), st.integers(1, 30), st.integers(0, 99))
def test_search_equals_brute_force(count, wanted, seed):
    """The nearest allowed slots, nearest first, ties to the lower slot."""
    rows = unit(count, 8, seed)
    rows[count // 2] = rows[0]  # a duplicate: a tie
    allowed = np.random.default_rng(seed).random(count) < 0.7
    query = unit(1, 8, seed + 1)[0]
    slots, cosines = filled(rows).search(query, wanted, bitmap(allowed))
    exact = rows.astype(np.float64) @ query.astype(np.float64)
    order = [s for s in np.lexsort((np.arange(count), -exact)) if allowed[s]][:wanted]
    assert slots.tolist() == order
    np.testing.assert_allclose(cosines, exact[order])


def test_gaps_are_zero_rows():
    """A slot that was never filled is a zero row and is never found unless allowed."""
    index = VectorIndex(4)
    index.put(3, np.array([1, 0, 0, 0], np.float32))
    assert len(index) == 4
    slots, _ = index.search(
        np.array([1, 0, 0, 0], np.float32), 2, bitmap(np.array([0, 0, 0, 1], bool))
    )
    assert slots.tolist() == [3]
    index.put(1, np.array([0, 1, 0, 0], np.float32))
    assert index.rows()[1].tolist() == [0, 1, 0, 0]


def test_an_empty_index_finds_nothing():
    """No rows, no neighbours, no error."""
    slots, cosines = VectorIndex(4).search(np.ones(4, np.float32) / 2, 5, bitmap(np.zeros(0, bool)))
    assert slots.size == cosines.size == 0


def test_the_file_is_believed_only_when_it_matches(tmp_path):
    """Another origin or a flipped byte: the cache is not used."""
    rows = unit(10, 8, 0)
    path = tmp_path / "image.faiss"
    filled(rows).save(path, "these")
    loaded = VectorIndex.load(path, "these")
    assert loaded is not None
    np.testing.assert_array_equal(loaded.rows(), rows)
    assert VectorIndex.load(path, "others") is None
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert VectorIndex.load(path, "these") is None
    assert VectorIndex.load(tmp_path / "missing.faiss", "these") is None


def test_a_file_that_has_everything_is_not_written_again(tmp_path: Path) -> None:
    index = VectorIndex(4)
    index.put(Slot(0), np.array([1, 0, 0, 0], np.float32))
    path = tmp_path / "image.faiss"
    index.save(path, "encoder")
    path.unlink()
    index.save(path, "encoder")
    assert not path.exists()
    index.put(Slot(1), np.array([0, 1, 0, 0], np.float32))
    index.save(path, "encoder")
    assert path.exists()
