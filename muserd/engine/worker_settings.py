"""What the workers are told of the configuration: limits, memory, encoders."""

from collections.abc import Callable, Iterable

from muserd.extract.limits import Limits
from muserd.ground.config import Config
from muserd.ground.memory import machine_bytes
from muserd.ground.paths import Places
from muserd.ground.records import EncoderInfo, Space
from muserd.workers.encode.host import EncodeSettings

MB = 2**20


def limits(config: Config) -> Limits:
    """How large files may be."""
    files = config.files
    return Limits(
        image_max_bytes=files.image_max_mb * MB,
        note_max_bytes=files.note_max_mb * MB,
        document_max_bytes=files.document_max_mb * MB,
        video_max_bytes=files.video_max_mb * MB,
        image_max_pixels=files.image_max_megapixels * 1_000_000,
        pixels_memory_bytes=_memory_bytes(config) // 2,
    )


def encode_settings(
    space: Space,
    config: Config,
    where: Places,
    kept: EncoderInfo | None,
    roots: Callable[[], Iterable[bytes]],
) -> EncodeSettings:
    """Those of an encode worker.

    Args:
        space: what it encodes.
        config: the whole of it.
        where: the folders of this instance.
        kept: the encoder that the store's vectors come from; None without vectors.
        roots: the folders from which files may be opened now.
    """
    resources = config.resources
    return EncodeSettings(
        space=space,
        spec=config.encoders.image if space == "image" else config.encoders.text,
        keep=kept.id if kept else "",
        device=config.encoders.device,
        runtime=config.encoders.runtime,
        keep_note=kept.note if kept else "",
        cache=where.cache,
        memory_bytes=_memory_bytes(config),
        threads=resources.threads,
        nice=resources.nice,
        idle_s=resources.worker_idle_s,
        file_deadline_s=resources.file_deadline_s,
        limits=limits(config),
        roots=lambda: sorted(roots()),
    )


def _memory_bytes(config: Config) -> int:
    """As configured, and no more than two fifths of what the machine, or its cgroup, has."""
    return min(config.resources.worker_memory_mb * MB, machine_bytes() * 2 // 5)
