"""What the workers are told of the configuration."""

from pathlib import Path

import pytest

from muserd.engine import worker_settings
from muserd.ground.config import Config, Files, Resources
from muserd.ground.paths import places
from muserd.ground.records import EncoderInfo

GB = 2**30


def test_limits_are_in_bytes_and_pixels() -> None:
    files = Files(
        image_max_mb=3, note_max_mb=2, image_max_megapixels=5, document_max_mb=7, video_max_mb=11
    )
    config = Config(files=files)
    limits = worker_settings.limits(config)
    assert (limits.image_max_bytes, limits.note_max_bytes) == (3 * 2**20, 2 * 2**20)
    assert (limits.document_max_bytes, limits.video_max_bytes) == (7 * 2**20, 11 * 2**20)
    assert limits.image_max_pixels == 5_000_000


@pytest.mark.parametrize(("machine_gb", "memory_bytes"), [(100, 6 * GB), (10, 4 * GB)])
def test_a_worker_never_gets_most_of_the_machine(
    monkeypatch: pytest.MonkeyPatch, machine_gb: int, memory_bytes: int
) -> None:
    """As configured, or two fifths of what there is; pixels may take half of that."""
    monkeypatch.setattr(worker_settings, "machine_bytes", lambda: machine_gb * GB)
    config = Config(resources=Resources(worker_memory_mb=6 * 1024))
    settings = worker_settings.encode_settings("image", config, places(), None, tuple)
    assert settings.memory_bytes == memory_bytes
    assert settings.limits.pixels_memory_bytes == memory_bytes // 2


def test_a_worker_keeps_to_the_encoder_of_the_vectors_and_to_the_present_roots() -> None:
    kept = EncoderInfo("clip-1", "CLIP", 512, "cpu", "a note")
    roots = [b"/b", b"/a"]
    config = Config()
    settings = worker_settings.encode_settings("text", config, places(), kept, lambda: roots)
    assert (settings.keep, settings.keep_note) == ("clip-1", "a note")
    assert settings.spec == config.encoders.text
    assert settings.roots is not None
    assert list(settings.roots()) == [b"/a", b"/b"]
    roots.pop()
    assert list(settings.roots()) == [b"/b"]
    assert isinstance(settings.cache, Path)
