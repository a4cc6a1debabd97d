"""CLIP by open_clip: pictures and words in one space."""

import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from safetensors import SafetensorError
from torch import Tensor, nn

from muserd.encode import hub, pinning
from muserd.encode.catalogue import ClipSpec, must_be
from muserd.encode.clip_vocabulary import clip_vocabulary
from muserd.encode.images import Recipe
from muserd.encode.operators import declare_missing_operators
from muserd.encode.progress import Progress
from muserd.encode.torch_network import Parts
from muserd.encode.vocabulary import Vocabulary
from muserd.ground.errors import EncoderError

BATCHES = {"cpu": 8, "cuda": 128, "mps": 32, "compiled": 4}

# What the libraries raise for a file that is no weights, is cut off, or is of another model.
_PREPARED = ("mean", "std", "resize_mode")  # of pictures, as these weights want them
_UNREADABLE = (
    RuntimeError,
    OSError,
    ValueError,
    KeyError,
    EOFError,
    SafetensorError,
    UnpicklingError,
)


class WordTower(nn.Module):
    """From token ids, int64[n, length], to vectors in the pictures' space."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor) -> Tensor:
        """Not normalised."""
        vectors: Tensor = self.model.encode_text(ids)
        return vectors


def parts(spec: ClipSpec, keep: str, cache: Path, progress: Progress) -> Parts:
    """A CLIP model; its weights are fetched when they are neither a file nor in a cache.

    Args:
        spec: which.
        keep: the id of the encoder that made the present vectors; of several cached files of
            the same weights, the one that it names is taken.
        cache: Muser's own; fetched weights go there.
        progress: is told while it fetches and loads.

    Raises:
        OtherEncoderError: these are not the weights of the present vectors.
        EncoderError: no such model, no such weights, or they cannot be fetched or read.
    """
    open_clip = _library()
    path = weights(spec, keep, cache, progress)
    pinning.hold([path], cache)
    tag = open_clip.get_pretrained_cfg(spec.model, hub.split(spec.pretrained)[0]) or {}
    info = spec.info(hub.digest(path), open_clip.get_model_config(spec.model)["embed_dim"])
    must_be(info, keep, "encoders.image")
    progress("loading", f"CLIP {spec.model}", None)
    try:
        with _library_chatter_muted():
            model = open_clip.create_model(
                spec.model,
                pretrained=str(path),
                force_quick_gelu=bool(tag.get("quick_gelu")),
                force_preprocess_cfg={k: tag[k] for k in _PREPARED if k in tag},
            )
            tokenizer = open_clip.get_tokenizer(spec.model)
    except _UNREADABLE as error:
        raise EncoderError(
            f"{path} cannot be loaded as weights of CLIP {spec.model}: {error}",
            "they may belong to another model, or be damaged",
        ) from error
    visual = model.visual
    del model.visual  # what is left knows words
    vocabulary, why = _vocabulary(tokenizer)
    return Parts(
        info,
        BATCHES,
        pictures=visual.eval(),
        recipe=_recipe(visual.preprocess_cfg),
        words=WordTower(model.eval()),
        vocabulary=vocabulary,
        tokenize=tokenizer,
        unknown_words=why,
        files=(path,),
    )


def weights(spec: ClipSpec, keep: str, cache: Path, progress: Progress) -> Path:
    """The file of a model's weights; the rest is as for `open_clip_encoder`."""
    open_clip = _library()
    if open_clip.get_model_config(spec.model) is None:
        raise EncoderError(
            f"open_clip knows no model {spec.model!r}", "see open_clip.list_models()"
        )
    path = Path(spec.pretrained).expanduser()
    if path.is_file():
        return path
    name, revision = hub.split(spec.pretrained)
    tag = open_clip.get_pretrained_cfg(spec.model, name) or {}
    repository, _, file = str(tag.get("hf_hub", "")).rpartition("/")
    if not repository:
        raise EncoderError(
            f"{spec.pretrained!r} is neither a file nor weights of CLIP {spec.model} on a hub",
            f"see open_clip.list_pretrained_tags_by_model({spec.model!r}), or give a path",
        )
    if name != spec.pretrained:
        repository = f"{repository}@{revision}"
    files = (file,) if file else hub.CLIP_FILES
    start = keep.removeprefix(spec.id_prefix).partition("+")[0] if keep else ""
    found = hub.cached(repository, files, cache, start)
    return found or hub.fetch(repository, files, cache, progress)


def bring_tokenizer(spec: ClipSpec) -> None:
    """Have what cuts texts into tokens on this machine, where a model's is not open_clip's own.

    Raises:
        EncoderError: it cannot be fetched.
    """
    open_clip = _library()
    try:
        with _library_chatter_muted():
            open_clip.get_tokenizer(spec.model)
    except (OSError, ValueError, ImportError) as error:
        raise EncoderError(
            f"the tokenizer of CLIP {spec.model} cannot be fetched: {error}",
            "check the network; its weights are here",
        ) from error


def _vocabulary(tokenizer: Any) -> tuple[Vocabulary | None, str]:
    """The model's vocabulary, or why it is open_clip itself that must cut texts into tokens."""
    try:
        return clip_vocabulary(tokenizer), ""
    except EncoderError as error:
        return None, error.message


def _library() -> Any:
    declare_missing_operators()
    try:
        with _library_chatter_muted():
            import open_clip
    except (ImportError, RuntimeError) as error:
        raise EncoderError(
            f"open_clip cannot be imported: {error}", "pip install open_clip_torch torchvision"
        ) from error
    return open_clip


def _recipe(preprocess: dict[str, Any]) -> Recipe:
    size = preprocess["size"]
    width = size if isinstance(size, int) else size[0]
    if preprocess["resize_mode"] not in {"shortest", "squash"}:
        raise EncoderError(
            f"pictures prepared by {preprocess['resize_mode']!r} are not supported",
            "choose another CLIP model",
        )
    red, green, blue = (255.0 * value for value in preprocess["mean"])
    r, g, b = (255.0 * value for value in preprocess["std"])
    squash = preprocess["resize_mode"] == "squash"
    return Recipe(width, 0 if squash else width, (red, green, blue), (r, g, b))


@contextlib.contextmanager
def _library_chatter_muted() -> Iterator[None]:
    """Their deprecations are theirs to cure; ours are tested as errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
