"""Text encoders by sentence-transformers: a name on a hub, or a folder."""

import contextlib
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from torch import Tensor, nn

from muserd.encode import hub, pinning
from muserd.encode.catalogue import must_be
from muserd.encode.operators import declare_missing_operators
from muserd.encode.progress import Progress
from muserd.encode.torch_network import Parts
from muserd.encode.vocabulary import Vocabulary
from muserd.encode.weights import sha256_of_all
from muserd.ground.errors import EncoderError
from muserd.ground.records import EncoderInfo

PREFIX = "sentence-transformers:"
BATCHES = {"cpu": 16, "cuda": 128, "mps": 64, "compiled": 4}
LONGEST_WINDOW = 512  # tokens: attention over more costs much and tells a map little

# What the vectors follow from. The tokenizer's other files are older forms of tokenizer.json.
_TELLING = ("*.json", "*/*.json", "*.safetensors", "*/*.safetensors")
_NOT_TELLING = {"README.md", "data_config.json", "special_tokens_map.json"}


class Sentences(nn.Module):
    """From token ids, int64[n, length], to sentence vectors, float[n, dim]."""

    def __init__(self, model: Any, pad: int) -> None:
        super().__init__()
        self.model = model
        self._pad = pad

    def forward(self, ids: Tensor) -> Tensor:
        """The vectors as the model's own modules pool them."""
        features = {"input_ids": ids, "attention_mask": (ids != self._pad).long()}
        vectors: Tensor = self.model(features)["sentence_embedding"]
        return vectors


def parts(spec: str, keep: str, cache: Path, progress: Progress) -> Parts:
    """`sentence-transformers:NAME-OR-PATH`; fetched when it is neither a folder nor in a cache.

    Raises:
        OtherEncoderError: it is not the model of the present vectors, which `keep` names.
        EncoderError: no such model, or it cannot be fetched or read.
    """
    name = spec.removeprefix(PREFIX)
    folder = weights(name, cache, progress)
    files = _telling(folder)
    pinning.hold(files, cache)
    if not Path(name).expanduser().is_dir():
        name, _ = hub.split(name)
    info = EncoderInfo(id=_id(name, folder, files), label=Path(name).name, dim=0)
    must_be(info, keep, "encoders.text")
    progress("loading", name, None)
    declare_missing_operators()
    try:
        with _library_chatter_muted():
            from sentence_transformers import SentenceTransformer

            model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
            tokenizer, pad = model.tokenizer.backend_tokenizer, model.tokenizer.pad_token_id
            window = int(model.max_seq_length or LONGEST_WINDOW)
            prompts = dict(model.prompts)
            dim = int(model.get_embedding_dimension())
    except (ImportError, RuntimeError, OSError, ValueError, KeyError, TypeError) as error:
        raise _unusable(folder, error) from error
    except (AttributeError, SafetensorError) as error:  # no fast tokenizer; no whole weights
        raise _unusable(folder, error) from error
    vocabulary = Vocabulary(
        tokenizer,
        min(window, LONGEST_WINDOW),
        int(pad or 0),
        document=prompts.get("document") or prompts.get("passage") or "",
        query=prompts.get("query") or "",
    )
    return Parts(
        replace(info, dim=dim),
        BATCHES,
        words=Sentences(model.float(), vocabulary.pad),
        vocabulary=vocabulary,
        files=tuple(files),
    )


def weights(name: str, cache: Path, progress: Progress) -> Path:
    """The folder of a model by name or path; fetched when it is not there. Raises EncoderError."""
    path = Path(name).expanduser()
    if path.is_dir():
        return path
    if path.is_absolute() or name.startswith((".", "~")):
        raise EncoderError(f"{path} is not a folder", "give the folder of a saved model")
    repository = name if "/" in name else f"sentence-transformers/{name}"
    whole = (one for one in hub.snapshots(repository, cache) if (one / "modules.json").is_file())
    return next(whole, None) or hub.fetch_all(repository, cache, progress)


def _telling(folder: Path) -> list[Path]:
    """The files that vectors follow from, sorted."""
    files = {path for pattern in _TELLING for path in folder.glob(pattern)}
    return sorted(
        path
        for path in files
        if path.name not in _NOT_TELLING and path.parent.name not in {"onnx", "openvino"}
    )


def _id(name: str, folder: Path, files: list[Path]) -> str:
    return f"sentence-transformers/{Path(name).name}@{sha256_of_all(files, folder)[:12]}+1"


def _unusable(folder: Path, error: Exception) -> EncoderError:
    return EncoderError(
        f"{folder} cannot be loaded by sentence-transformers: {error}",
        "it must be a whole saved model with safetensors and a fast tokenizer",
    )


@contextlib.contextmanager
def _library_chatter_muted() -> Iterator[None]:
    """Their deprecations are theirs to cure; ours are tested as errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
