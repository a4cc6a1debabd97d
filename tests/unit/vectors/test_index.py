"""The index knows what it does not know, and believes its file only when it matches."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muserd.ground.cosines import ReadVectors, exact
from muserd.ground.records import Slot
from muserd.vectors.index import VectorIndex


def unit(count: int, dim: int, seed: int) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def filled(rows: np.ndarray) -> VectorIndex:
    index = VectorIndex(rows.shape[1])
    index.learn(lambda: ((Slot(slot), row) for slot, row in enumerate(rows)), len(rows))
    return index


def reader(rows: np.ndarray) -> ReadVectors:
    return lambda slots: rows[slots]


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 80), st.integers(1, 30), st.integers(0, 99))
def test_search_equals_brute_force(count: int, wanted: int, seed: int) -> None:
    """The nearest allowed slots, nearest first, ties to the lower slot; by eight bits alike."""
    rows = unit(count, 8, seed)
    rows[count // 2] = rows[0]  # a duplicate: a tie
    allowed = np.random.default_rng(seed).random(count) < 0.7
    query = unit(1, 8, seed + 1)[0]
    slots, cosines = filled(rows).search(query, wanted, allowed, reader(rows))
    true = exact(rows, query)
    order = [s for s in np.lexsort((np.arange(count), -true)) if allowed[s]][:wanted]
    assert slots.tolist() == order
    np.testing.assert_array_equal(cosines, true[order])


@pytest.mark.parametrize("dim", [4, 24, 512])
def test_no_cosine_is_off_by_more_than_its_error(dim: int) -> None:
    """Of vectors that were learned from, and of those that came later and lie outside."""
    rows, later = unit(3_000, dim, 1), unit(200, dim, 2)
    later[:20] = np.eye(dim, dtype=np.float32)[np.arange(20) % dim]
    index = filled(rows)
    for number, vector in enumerate(later):
        index.put(Slot(3_000 + number), vector)
    every = np.concatenate([rows, later])
    queries = np.concatenate([unit(50, dim, 3), later[:20]])
    off = np.abs(index.compare(queries) - queries.astype(np.float64) @ every.T.astype(np.float64))
    assert (off <= index.errors).all()
    assert np.median(index.errors) < 0.02


def test_few_vectors_are_read_to_be_exact() -> None:
    """A search reads little besides what it finds."""
    rows = unit(5_000, 64, 0)
    seen: list[int] = []

    def read(slots: np.ndarray) -> np.ndarray:
        seen.extend(slots.tolist())
        return rows[slots]

    filled(rows).search(rows[7], 30, np.ones(5_000, np.bool_), read)
    assert 30 <= len(seen) < 200


def test_gaps_hold_nothing() -> None:
    """A slot that was never filled, or was cleared, holds no vector."""
    index = VectorIndex(4)
    one = np.array([1, 0, 0, 0], np.float32)
    index.put(Slot(3), one)
    assert index.held.tolist() == [False, False, False, True]
    assert index.holds(Slot(3), one)
    assert not index.holds(Slot(3), -one)
    assert not index.holds(Slot(1), one)
    assert not index.holds(Slot(9), one)
    index.clear(Slot(3))
    assert not index.held.any()


def test_it_learns_again_when_it_has_grown() -> None:
    """The first vector says little of the ranges; eight times as many say more."""
    rows = unit(70, 16, 0)
    index = VectorIndex(16)
    learned_at = []
    for slot in range(70):
        index.put(Slot(slot), rows[slot])
        if index.ripe:
            known = rows[: slot + 1]
            index.learn(lambda known=known: enumerate(known), len(known))  # type: ignore[misc]
            learned_at.append(slot + 1)
    assert learned_at == [8, 64]
    assert np.median(index.errors) < 0.02
    np.testing.assert_allclose(index.decoded(np.arange(64)), rows[:64], atol=0.02)


def test_an_empty_index_finds_nothing() -> None:
    """No rows, no neighbours, no error."""
    nobody = np.zeros(0, np.bool_)
    slots, cosines = VectorIndex(4).search(
        np.ones(4, np.float32) / 2, 5, nobody, reader(np.zeros((0, 4), np.float32))
    )
    assert slots.size == cosines.size == 0


@pytest.mark.parametrize("suffix", [".faiss", ".errors"])
def test_the_file_is_believed_only_when_it_matches(tmp_path: Path, suffix: str) -> None:
    """Another origin or a flipped byte: the cache is not used."""
    rows = unit(10, 8, 0)
    path = tmp_path / "image.faiss"
    saved = filled(rows)
    saved.save(path, "these")
    loaded = VectorIndex.load(path, "these")
    assert loaded is not None
    np.testing.assert_array_equal(loaded.compare(rows), saved.compare(rows))
    np.testing.assert_array_equal(loaded.errors, saved.errors)
    assert VectorIndex.load(path, "others") is None
    damaged = path.with_suffix(suffix)
    data = bytearray(damaged.read_bytes())
    data[-1] ^= 1
    damaged.write_bytes(data)
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


@pytest.mark.parametrize(("count", "found"), [(-1, 0), (0, 0), (1, 1), (9, 5), (10, 5)])
def test_no_more_are_found_than_asked_for_or_allowed(count: int, found: int) -> None:
    rows = unit(9, 4, seed=1)
    allowed = np.arange(20) % 2 == 0
    slots, cosines = filled(rows).search(rows[4], count, allowed, reader(rows))
    assert len(slots) == len(cosines) == found
    assert slots.tolist()[:1] == [4] * min(found, 1)
