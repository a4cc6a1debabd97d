import itertools
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from muserd.encode.catalogue import MINILM_WEIGHTS
from muserd.encode.choice import open_text_encoder
from muserd.encode.minilm import WINDOW_TOKENS
from muserd.encode.texts import TextEncoder
from muserd.encode.vocabulary import MOST_WINDOWS, Vocabulary
from muserd.ground.errors import EncoderError

NOTES = [
    "A recipe for bread with flour, water, salt and yeast.",
    "How to bake a loaf: knead the dough and let it rise.",
    "Quarterly figures: costs rose, income fell, outlook unclear.",
    "",
    "x",
    "The tide tables of the northern coast. " * 40,
    "Straße, 東京, Ωmega, emoji 🦊",
]


def test_vectors_are_of_length_one(texts: TextEncoder) -> None:
    """Every vector is finite, float32 and L2-normalised; an empty text has one too."""
    vectors = texts.encode(NOTES)
    assert vectors.shape == (len(NOTES), 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_a_text_has_the_same_vector_alone_and_in_any_batch(texts: TextEncoder) -> None:
    """The same input gives the same vector; the batch around it changes rounding at most."""
    together = texts.encode(NOTES)
    assert np.array_equal(together, texts.encode(NOTES))
    alone = np.concatenate([texts.encode([note]) for note in NOTES])
    backwards = texts.encode(NOTES[::-1])[::-1]
    assert ((together * alone).sum(1) >= 0.9999).all()
    assert ((together * backwards).sum(1) >= 0.9999).all()


def test_texts_that_mean_alike_are_near(texts: TextEncoder) -> None:
    """Two ways to bake bread are nearer to each other than to figures."""
    bread, loaf, figures = texts.encode(NOTES[:3])
    assert bread @ loaf > 0.4 > bread @ figures


def test_a_long_note_is_seen_to_its_end(texts: TextEncoder) -> None:
    """What stands behind the first window moves the vector towards it."""
    sea = "Sailing boats leave the harbour at high tide. " * 60
    bread = "Knead the dough, let it rise, bake the bread. " * 60
    long, first, last = texts.encode([sea + bread, sea, bread])
    assert long @ last > first @ last + 0.3
    assert long @ first > first @ last + 0.3


def test_windows_overlap_and_cover(texts: TextEncoder) -> None:
    """Windows are at most 256 tokens, share an eighth with the next, and end with the text."""
    vocabulary = _vocabulary()
    text = " ".join(str(n) for n in range(2_000))
    windows = vocabulary.windows(text)
    bare = [window[1:-1] for window in windows]
    assert all(len(window) <= WINDOW_TOKENS for window in windows)
    for before, after in itertools.pairwise(bare):
        assert before[-32:] == after[:32]
    assert vocabulary.tokenizer.decode(bare[-1]).endswith("1999")


def test_a_book_is_sampled_evenly() -> None:
    """A very long text has a bounded number of windows, from its beginning to its end."""
    vocabulary = _vocabulary()
    windows = vocabulary.windows("word " * 150_000)
    assert len(windows) == MOST_WINDOWS


def test_sentence_transformers_gives_the_same_vectors(texts: TextEncoder, tmp_path: Path) -> None:
    """A model folder opens by the other path, with an id of its own, and agrees."""
    spec = f"sentence-transformers:{MINILM_WEIGHTS.path.parent}"
    theirs = open_text_encoder(spec, "", "cpu", tmp_path)
    assert theirs.info.id.startswith("sentence-transformers/model@")
    assert theirs.info.id == open_text_encoder(spec, theirs.info.id, "cpu", tmp_path).info.id
    cosines = (theirs.encode(NOTES) * texts.encode(NOTES)).sum(1)
    assert (cosines >= 0.999).all()


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    """The message names the folder."""
    with pytest.raises(EncoderError, match=str(tmp_path)):
        open_text_encoder(f"sentence-transformers:{tmp_path}", "", "cpu", tmp_path)
    with pytest.raises(EncoderError, match="is not a folder"):
        open_text_encoder("sentence-transformers:/nowhere/at/all", "", "cpu", tmp_path)


def test_a_model_that_must_be_fetched_fails_without_a_network(tmp_path: Path) -> None:
    """The message names the repository and the hub."""
    with pytest.raises(EncoderError, match="sentence-transformers/all-mpnet-base-v2"):
        open_text_encoder("sentence-transformers:all-mpnet-base-v2", "", "cpu", tmp_path)


def _vocabulary() -> Vocabulary:
    tokenizer = Tokenizer.from_file(str(MINILM_WEIGHTS.path.with_name("tokenizer.json")))
    return Vocabulary(tokenizer, WINDOW_TOKENS).prepare()
