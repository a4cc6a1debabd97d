"""Which encoder a space gets.

`auto` keeps what the space has: its vectors, and so its map, depend on it. A space without
vectors gets the best encoder that is at hand or can be fetched; a machine without a network learns
within seconds that it takes the built-in one.
"""

from dataclasses import replace
from pathlib import Path

import torch

from muserd.encode import efficientnet, hub, minilm
from muserd.encode.catalogue import (
    AUTO_CLIP,
    AUTO_CLIP_REPOSITORY,
    EFFICIENTNET,
    MINILM,
    ClipSpec,
    OtherEncoderError,
    must_be,
    other,
    parse_clip,
)
from muserd.encode.images import ImageEncoder
from muserd.encode.precision import choose_device
from muserd.encode.progress import Progress, silent
from muserd.encode.sentences import open_sentences
from muserd.encode.texts import TextEncoder
from muserd.ground.errors import EncoderError


def open_image_encoder(
    spec: str, keep: str, device: str, cache: Path, progress: Progress = silent
) -> ImageEncoder:
    """The encoder of the image space.

    Args:
        spec: `auto`, `builtin` or `clip:MODEL/PRETRAINED-OR-PATH`.
        keep: the id of the encoder that made the space's vectors; empty when it has none.
        device: `auto`, `cpu`, `cuda` or `mps`.
        cache: Muser's own cache folder.
        progress: is told while weights are fetched and loaded.

    Raises:
        OtherEncoderError: what `spec` names is not what `keep` names.
        EncoderError: it cannot be loaded.
    """
    where = choose_device(device)
    if spec == "auto":
        return _auto_image(keep, where, cache, progress)
    if spec == "builtin":
        return _builtin_image(keep, where, progress)
    return _clip(parse_clip(spec), keep, where, cache, progress)


def open_text_encoder(
    spec: str, keep: str, device: str, cache: Path, progress: Progress = silent
) -> TextEncoder:
    """The encoder of the text space; `spec` is `auto`, `builtin` or `sentence-transformers:…`.

    The rest is as for `open_image_encoder`.
    """
    where = choose_device(device)
    if spec in {"auto", "builtin"}:
        must_be(MINILM, keep, "encoders.text")
        progress("loading", MINILM.label, None)
        return minilm.open_builtin(where)
    return open_sentences(spec, keep, where, cache, progress)


def _auto_image(keep: str, where: torch.device, cache: Path, progress: Progress) -> ImageEncoder:
    if keep and not keep.startswith(AUTO_CLIP.id_prefix):
        return _builtin_image(keep, where, progress)
    try:
        return _clip_at_hand(keep, where, cache, progress)
    except OtherEncoderError:
        raise
    except EncoderError as error:
        if keep:  # the map was made with CLIP: another encoder would mix two kinds of vectors
            raise EncoderError(
                f"the store's vectors come from {keep}, and CLIP cannot be loaded: {error.message}",
                error.hint,
            ) from error
        reason = f"CLIP was not taken, since {error.message}"
    encoder = _builtin_image(keep, where, progress)
    encoder.info = replace(encoder.info, note=f"{encoder.info.note}. {reason}")
    return encoder


def _builtin_image(keep: str, where: torch.device, progress: Progress) -> ImageEncoder:
    must_be(EFFICIENTNET, keep, "encoders.image")
    progress("loading", EFFICIENTNET.label, None)
    return efficientnet.open_builtin(where)


def _clip_at_hand(keep: str, where: torch.device, cache: Path, progress: Progress) -> ImageEncoder:
    if not hub.cached(AUTO_CLIP_REPOSITORY, hub.CLIP_FILES, cache) and not hub.reachable():
        raise EncoderError(
            f"its weights are not in the cache and {hub.endpoint()} does not answer",
            "connect once to a network, or put the weights into the cache",
        )
    return _clip(AUTO_CLIP, keep, where, cache, progress)


def _clip(
    spec: ClipSpec, keep: str, where: torch.device, cache: Path, progress: Progress
) -> ImageEncoder:
    if keep and not keep.startswith(spec.id_prefix):
        raise other(f"CLIP {spec.model}", keep, "encoders.image")
    from muserd.encode.clip import open_clip_encoder  # two seconds that the built-in one saves

    return open_clip_encoder(spec, keep, where, cache, progress)
