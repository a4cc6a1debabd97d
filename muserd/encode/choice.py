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
    parse_clip,
)
from muserd.encode.images import ImageEncoder
from muserd.encode.precision import choose_device
from muserd.encode.progress import Progress, silent
from muserd.encode.sentences import open_sentences
from muserd.encode.texts import TextEncoder
from muserd.ground.errors import EncoderError
from muserd.ground.records import EncoderInfo


class OtherEncoderError(EncoderError):
    """The store's vectors come from another encoder: trying again cannot help."""


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
        encoder = _auto_image(keep, where, cache, progress)
    elif spec == "builtin":
        _must_be(EFFICIENTNET, keep, "encoders.image")
        progress("loading", EFFICIENTNET.label, None)
        encoder = efficientnet.open_builtin(where)
    else:
        encoder = _clip(parse_clip(spec), keep, where, cache, progress)
    _must_be(encoder.info, keep, "encoders.image")
    return encoder


def open_text_encoder(
    spec: str, keep: str, device: str, cache: Path, progress: Progress = silent
) -> TextEncoder:
    """The encoder of the text space; `spec` is `auto`, `builtin` or `sentence-transformers:…`.

    The rest is as for `open_image_encoder`.
    """
    where = choose_device(device)
    if spec in {"auto", "builtin"}:
        _must_be(MINILM, keep, "encoders.text")
        progress("loading", MINILM.label, None)
        return minilm.open_builtin(where)
    encoder = open_sentences(spec, where, cache, progress)
    _must_be(encoder.info, keep, "encoders.text")
    return encoder


def _auto_image(keep: str, where: torch.device, cache: Path, progress: Progress) -> ImageEncoder:
    if keep and not keep.startswith(AUTO_CLIP.id_prefix):
        _must_be(EFFICIENTNET, keep, "encoders.image")
        progress("loading", EFFICIENTNET.label, None)
        return efficientnet.open_builtin(where)
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
    progress("loading", EFFICIENTNET.label, None)
    encoder = efficientnet.open_builtin(where)
    encoder.info = replace(encoder.info, note=f"{encoder.info.note}. {reason}")
    return encoder


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
        raise _other(f"CLIP {spec.model}", keep, "encoders.image")
    from muserd.encode.clip import open_clip_encoder  # two seconds that the built-in one saves

    return open_clip_encoder(spec, keep, where, cache, progress)


def _must_be(info: EncoderInfo, keep: str, key: str) -> None:
    if keep and info.id != keep:
        raise _other(f"{info.label}, {info.id}", keep, key)


def _other(what: str, keep: str, key: str) -> OtherEncoderError:
    return OtherEncoderError(
        f"the store's vectors come from {keep}; {key} leads to {what}",
        f"set {key} back to the encoder of the map, or start a new state directory",
    )
