"""What people expect of searches by meaning: the built-in encoder on the names of all emoji."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from muserd.find.cutoff import Background, certain, is_spelt
from muserd.find.probes import PROBES

Search = Callable[[str], list[str]]


@pytest.fixture(scope="module")
def search() -> Search:
    """Searches the captions; gives those that are beyond doubt, nearest first."""
    import torch

    from muserd.encode import minilm

    emoji = pytest.importorskip("emoji")
    facts = [
        one
        for one in emoji.EMOJI_DATA.values()
        if "skin_tone" not in one["en"]
        and one["status"] == emoji.STATUS["fully_qualified"]
        and one["E"] <= 12  # the demo's, or nearly
    ]
    names = sorted({re.sub(r"[\W_]+", " ", one["en"]).strip().lower() for one in facts})
    encoder = minilm.open_builtin(torch.device("cpu"))
    vectors: NDArray[np.float32] = encoder.encode(names)
    background = Background.of(encoder.encode_queries(PROBES), vectors)

    def found(words: str) -> list[str]:
        scores = (vectors @ encoder.encode_queries([words])[0]).astype(np.float64)
        spelt = is_spelt(words, encoder.pieces(words))
        sure = certain(scores, background, "caption", spelt=spelt)
        return [names[i] for i in np.argsort(-scores) if sure[i]]

    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "among"),
    [
        ("animals", {"dog", "horse", "deer", "rabbit", "gorilla", "bison"}),
        ("red fruit", {"red apple", "strawberry"}),
        ("happy face", {"smiling face", "grinning face"}),
        ("cherries", {"cherries"}),
        ("vehicles", {"automobile", "police car", "racing car"}),
        ("timepiece", {"mantelpiece clock", "timer clock"}),
    ],
)
def test_what_is_there_is_found(search: Search, words: str, among: set[str]) -> None:
    assert among & set(search(words)[:20])


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", ["walrus", "hyena", "toucan", "quantum chromodynamics", "tax return", "jurisprudence"]
)
def test_what_is_not_there_is_not(search: Search, words: str) -> None:
    assert search(words) == []
