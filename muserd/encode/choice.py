"""Which encoder a space gets, and on which runtime.

`auto` keeps what the space has: its vectors, and so its map, depend on it. A space without
vectors gets the best encoder that is at hand or can be fetched; a machine without a network learns
within seconds that it takes the built-in one.

A model that was converted runs compiled, and torch is not even imported. Else torch runs it.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from muserd.encode import compiled_encoders, devices, hub, model_cache
from muserd.encode.catalogue import (
    AUTO_CLIP,
    AUTO_CLIP_REPOSITORY,
    EFFICIENTNET,
    MINILM,
    MULTILINGUAL,
    OtherEncoderError,
    Runtime,
    e5_prefix,
    must_be,
    other,
    parse_clip,
)
from muserd.encode.compiled import CompiledError
from muserd.encode.images import ImageEncoder
from muserd.encode.model_cache import Model
from muserd.encode.progress import Progress, silent
from muserd.encode.texts import TextEncoder
from muserd.encode.wanted import Wanted
from muserd.ground.errors import EncoderError
from muserd.ground.records import EncoderInfo, Space

log = logging.getLogger(__name__)

FOREIGN_NOTE = (
    "many notes are not in English, and it sorts those by language more than by subject. For about"
    ' a hundred languages: pip install "muser[multilingual]" && muserctl encoder switch text'
)

_OTHERWISE = 'set encoders.runtime = "auto"'

Encoder = TypeVar("Encoder", ImageEncoder, TextEncoder)


def open_image_encoder(
    spec: str,
    keep: str,
    device: str,
    cache: Path,
    progress: Progress = silent,
    *,
    runtime: Runtime = "auto",
    cores: int = 0,
) -> ImageEncoder:
    """The encoder of the image space.

    Args:
        spec: `auto`, `builtin` or `clip:MODEL/PRETRAINED-OR-PATH`.
        keep: the id of the encoder that made the space's vectors; empty when it has none.
        device: `auto`, `cpu`, `cuda` or `mps`.
        cache: Muser's own cache folder.
        progress: is told while weights are fetched and loaded.
        runtime: `openvino` takes no other than the compiled network; `torch` never that.
        cores: to compute with; 0 takes all.

    Raises:
        OtherEncoderError: what `spec` names is not what `keep` names.
        EncoderError: it cannot be loaded.
    """
    wanted = Wanted("image", spec, keep, device, cache, runtime, cores, progress)
    if spec == "auto":
        return _auto_image(wanted)
    return _images(wanted)


def open_text_encoder(
    spec: str,
    keep: str,
    device: str,
    cache: Path,
    progress: Progress = silent,
    *,
    runtime: Runtime = "auto",
    cores: int = 0,
    languages: Sequence[str] = (),
    keep_note: str = "",
) -> TextEncoder:
    """The encoder of the text space.

    Args:
        spec: `auto`, `builtin`, `multilingual` or `sentence-transformers:NAME-OR-PATH`.
        keep: the id of the encoder that made the space's vectors; empty when it has none.
        device: `auto`, `cpu`, `cuda` or `mps`.
        cache: Muser's own cache folder.
        progress: is told while weights are fetched and loaded.
        runtime: `openvino` takes no other than the compiled network; `torch` never that.
        cores: to compute with; 0 takes all.
        languages: of the first notes, ISO 639-1, empty where unknown: `auto` decides by them.
        keep_note: what was noted when `auto` decided.

    Raises:
        OtherEncoderError, EncoderError: as for `open_image_encoder`.
    """
    wanted = Wanted("text", spec, keep, device, cache, runtime, cores, progress)
    if spec != "auto":
        return _texts(wanted)
    if keep.startswith((e5_prefix(packaged=False), e5_prefix(packaged=True))):
        return _texts(replace(wanted, spec=MULTILINGUAL))
    note = keep_note if keep else ""
    if not keep and many_foreign(languages):
        try:
            return _texts(replace(wanted, spec=MULTILINGUAL))
        except EncoderError as error:
            log.warning("multilingual-e5-small was not taken: %s", error.message)
        note = FOREIGN_NOTE
    encoder = _texts(replace(wanted, spec="builtin"))
    encoder.info = replace(encoder.info, note=note or encoder.info.note)
    return encoder


def many_foreign(languages: Sequence[str]) -> bool:
    """Whether at least a seventh of some notes are in another language than English."""
    foreign = sum(language not in {"", "en"} for language in languages)
    return foreign > 0 and foreign * 7 >= len(languages)


def _texts(wanted: Wanted) -> TextEncoder:
    if wanted.spec == "builtin":
        must_be(MINILM, wanted.keep, "encoders.text")
    return _opened(wanted, _compiled_texts, _torch_texts)


def decided(
    space: Space, spec: str, info: EncoderInfo, device: str, cache: Path, cores: int = 0
) -> Wanted:
    """What was taken for a specification, after it was opened: it is opened again elsewhere."""
    if info.id in {EFFICIENTNET.id, MINILM.id}:
        spec = "builtin"
    elif info.id.startswith((e5_prefix(packaged=False), e5_prefix(packaged=True))):
        spec = MULTILINGUAL
    elif spec == "auto":
        spec = f"clip:{AUTO_CLIP.model}/{AUTO_CLIP.pretrained}"
    return Wanted(space, spec, info.id, device, cache, cores=cores)


def _auto_image(wanted: Wanted) -> ImageEncoder:
    clip = replace(wanted, spec=f"clip:{AUTO_CLIP.model}/{AUTO_CLIP.pretrained}")
    builtin = replace(wanted, spec="builtin")
    keep = wanted.keep
    if keep and not keep.startswith(AUTO_CLIP.id_prefix):
        return _images(builtin)
    try:
        return _clip_at_hand(clip)
    except OtherEncoderError:
        raise
    except EncoderError as error:
        if keep:  # the map was made with CLIP: another encoder would mix two kinds of vectors
            raise EncoderError(
                f"the store's vectors come from {keep}, and CLIP cannot be loaded: {error.message}",
                error.hint,
            ) from error
        reason = f"CLIP was not taken, since {error.message}"
    encoder = _images(builtin)
    encoder.info = replace(encoder.info, note=f"{encoder.info.note}. {reason}")
    return encoder


def _clip_at_hand(wanted: Wanted) -> ImageEncoder:
    """The CLIP of `auto`, whose map may be older than the memory of where it came from."""
    model = model_cache.find(wanted.keep, wanted.cache) if wanted.runtime != "torch" else None
    if model is not None and not devices.must_be_torchs(wanted.device):
        return _compiled_images(wanted, model)
    if not hub.cached(AUTO_CLIP_REPOSITORY, hub.CLIP_FILES, wanted.cache) and not hub.reachable():
        raise EncoderError(
            f"its weights are not in the cache and {hub.endpoint()} does not answer",
            "connect once to a network, or put the weights into the cache",
        )
    return _images(wanted)


def _images(wanted: Wanted) -> ImageEncoder:
    if wanted.spec == "builtin":
        must_be(EFFICIENTNET, wanted.keep, "encoders.image")
    else:
        clip = parse_clip(wanted.spec)
        if wanted.keep and not wanted.keep.startswith(clip.id_prefix):
            raise other(f"CLIP {clip.model}", wanted.keep, "encoders.image")
    return _opened(wanted, _compiled_images, _torch_images)


def _opened(
    wanted: Wanted,
    compiled: Callable[[Wanted, Model], Encoder],
    on_torch: Callable[[Wanted], Encoder],
) -> Encoder:
    model = wanted.model()
    if wanted.runtime == "openvino":
        model = _insisted(wanted, model)
    if model is not None:
        wanted.progress("loading", model.said.encoder.label, None)
        try:
            return compiled(wanted, model)
        except CompiledError as error:
            log.warning("%s: torch is used, and the model is converted again", error.message)
            model_cache.discard(model.folder)
    return on_torch(wanted)


def _insisted(wanted: Wanted, model: Model | None) -> Model:
    """A model of which everything is compiled; converted now, if there is none yet."""
    if model is None:
        from muserd.encode.export import export

        parts = wanted.parts()
        try:
            model = model_cache.find(parts.info.id, wanted.cache) or export(parts, wanted.cache)
        except OSError as error:
            raise EncoderError(f"no model can be converted: {error}", _OTHERWISE) from error
    for part, why in model.said.refused.items():
        raise EncoderError(f"the {part} of {model.said.encoder.label}: {why}", _OTHERWISE)
    return model


def _compiled_images(wanted: Wanted, model: Model) -> ImageEncoder:
    return compiled_encoders.images(
        model, wanted.cores, wanted.on_torch, partial(wanted.on_torch, exact=True), wanted.words()
    )


def _compiled_texts(wanted: Wanted, model: Model) -> TextEncoder:
    return compiled_encoders.texts(
        model, wanted.cores, wanted.on_torch, partial(wanted.on_torch, exact=True)
    )


def _torch_images(wanted: Wanted) -> ImageEncoder:
    from muserd.encode.precision import choose_device
    from muserd.encode.torch_network import image_encoder

    where = choose_device(wanted.device)
    return image_encoder(wanted.parts(), where, wanted.verdicts)


def _torch_texts(wanted: Wanted) -> TextEncoder:
    from muserd.encode.precision import choose_device
    from muserd.encode.torch_network import text_encoder

    where = choose_device(wanted.device)
    return text_encoder(wanted.parts(), where, wanted.verdicts)
