"""Brings an encoder's weights to this machine, before they are needed.

`python -m muserd.encode.fetch SPACE SPEC CACHE` is for `muserctl encoder fetch`, which imports
none of the libraries that know where weights are. On stdout one JSON object a line:
`{"message", "share"}` while it works, then `{"path"}` or `{"error": {"message", "hint"}}`.
"""

import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from muserd.encode import hub, pinning
from muserd.encode.catalogue import (
    AUTO_CLIP_REPOSITORY,
    EFFICIENTNET_WEIGHTS,
    MINILM_WEIGHTS,
    MULTILINGUAL,
    parse_clip,
)
from muserd.encode.progress import Progress
from muserd.encode.weights import verified
from muserd.ground.errors import EncoderError

Tell = Callable[[dict[str, Any]], None]


def weights(space: str, spec: str, cache: Path, progress: Progress) -> Path:
    """Where the weights of an encoder lie; fetched first, if they are not there.

    Args:
        space: `image` or `text`.
        spec: an encoder as the configuration names it; `auto` is CLIP, or the built-in one of
            the text space.
        cache: Muser's own; fetched weights go there.
        progress: is told while it fetches.

    Raises:
        EncoderError: no such encoder, or its weights cannot be fetched.
    """
    if space == "text":
        if spec in {"auto", "builtin"}:
            return verified(MINILM_WEIGHTS)
        if spec == MULTILINGUAL:
            from muserd.encode import e5

            return e5.weights(cache, progress)
        from muserd.encode import sentences  # torch: seconds

        return sentences.weights(spec.removeprefix(sentences.PREFIX), cache, progress)
    if spec == "builtin":
        return verified(EFFICIENTNET_WEIGHTS)
    if spec == "auto":
        found = hub.cached(AUTO_CLIP_REPOSITORY, hub.CLIP_FILES, cache)
        return found or hub.fetch(AUTO_CLIP_REPOSITORY, hub.CLIP_FILES, cache, progress)
    from muserd.encode import clip

    path = clip.weights(parse_clip(spec), "", cache, progress)
    clip.bring_tokenizer(parse_clip(spec))
    return path


def run(space: str, spec: str, cache: Path, tell: Tell) -> int:
    """Bring the weights, and tell of it; the exit status."""
    try:
        path = weights(
            space, spec, cache, lambda _, words, share: tell({"message": words, "share": share})
        )
        pinning.hold([path] if path.is_file() else [*path.rglob("*.safetensors")], cache)
    except EncoderError as error:
        tell({"error": {"message": error.message, "hint": error.hint}})
        return error.exit_code
    tell({"path": str(path)})
    return 0


def _print(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # what libraries say about themselves
    sys.exit(run(sys.argv[1], sys.argv[2], Path(sys.argv[3]), _print))
