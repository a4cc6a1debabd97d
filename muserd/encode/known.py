"""Encoders that are worth knowing by name: what to expect of each on this machine.

`python -m muserd.encode.known CACHE` prints them as JSON, for `muserctl encoder list`, which
imports nothing of this. Neither does this import torch.
"""

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from muserd.encode import hub, model_cache
from muserd.encode.catalogue import (
    AUTO_CLIP,
    AUTO_CLIP_REPOSITORY,
    E5_FILES,
    E5_PACKAGE,
    E5_REPOSITORY,
    EFFICIENTNET,
    EFFICIENTNET_WEIGHTS,
    MINILM,
    MINILM_WEIGHTS,
    MULTILINGUAL,
    e5_prefix,
)
from muserd.encode.model_cache import Model
from muserd.encode.weights import BuiltIn
from muserd.ground.records import Space


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an encoder.

    Attributes:
        spec: as the configuration names it.
        languages: which words find something, or which texts are understood.
        size_mb: of the weights, in 10⁶ bytes.
        gflop: for a picture, or for 256 tokens of text; speed on a machine follows from it.
        id_prefix: what its ids start with.
        repository: of a hub; empty for weights that come in a package only.
        packages: weights that come in a package.
    """

    space: Space
    spec: str
    label: str
    languages: str
    size_mb: int
    licence: str
    gflop: float
    id_prefix: str
    repository: str = ""
    files: tuple[str, ...] = hub.CLIP_FILES
    packages: tuple[BuiltIn, ...] = ()

    def at_hand(self, cache: Path) -> bool:
        """Whether its weights are on this machine."""
        if any(package.installed for package in self.packages):
            return True
        return bool(self.repository) and any(
            (folder / file).is_file()
            for folder in hub.snapshots(self.repository, cache)
            for file in self.files
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the list.

    Attributes:
        item_ms: for one picture or 256 tokens on one core of this machine; None where unknown.
        measured: whether that was measured with this encoder, or follows from another's.
    """

    space: Space
    spec: str
    label: str
    languages: str
    size_mb: int
    licence: str
    at_hand: bool
    item_ms: float | None
    measured: bool


KNOWN = (
    Known(
        "image", "builtin", EFFICIENTNET.label, "English, 1,000 concepts", 19, "Apache-2.0",
        0.8, EFFICIENTNET.id, packages=(EFFICIENTNET_WEIGHTS,),
    ),
    Known(
        "image", f"clip:{AUTO_CLIP.model}/{AUTO_CLIP.pretrained}", "CLIP ViT-B/32", "English",
        605, "MIT", 8.8, AUTO_CLIP.id_prefix, AUTO_CLIP_REPOSITORY,
    ),
    Known(
        "image", "clip:ViT-B-32-SigLIP2-256/webli", "SigLIP 2 ViT-B/32", "about 100", 1_507,
        "Apache-2.0", 11.3, "clip/ViT-B-32-SigLIP2-256@", "timm/ViT-B-32-SigLIP2-256",
    ),
    Known(
        "image", "clip:xlm-roberta-base-ViT-B-32/laion5b_s13b_b90k", "CLIP ViT-B/32 with XLM-R",
        "about 100", 1_465, "MIT", 8.8, "clip/xlm-roberta-base-ViT-B-32@",
        "laion/CLIP-ViT-B-32-xlm-roberta-base-laion5B-s13B-b90k",
    ),
    Known(
        "image", "clip:ViT-L-14/laion2b_s32b_b82k", "CLIP ViT-L/14", "English", 1_710, "MIT",
        162.0, "clip/ViT-L-14@", "laion/CLIP-ViT-L-14-laion2B-s32B-b82K",
    ),
    Known(
        "text", "builtin", MINILM.label, "English", 91, "Apache-2.0", 5.9, MINILM.id,
        packages=(MINILM_WEIGHTS,),
    ),
    Known(
        "text", MULTILINGUAL, "multilingual-e5-small", "about 100", 471, "MIT", 11.8,
        e5_prefix(packaged=False), E5_REPOSITORY, E5_FILES,
    ),
    Known(
        "text", MULTILINGUAL, "multilingual-e5-small, 4 bit", "about 100", 72, "MIT", 11.8,
        e5_prefix(packaged=True), packages=(E5_PACKAGE,),
    ),
)  # fmt: skip


def listed(cache: Path) -> list[Listed]:
    """All of them, with what this machine knows of each."""
    models = model_cache.every(cache)
    return [_line(one, models, cache) for one in KNOWN]


def _line(known: Known, models: list[Model], cache: Path) -> Listed:
    measured = _measured(known, models)
    expected = measured
    if expected is None:  # as fast as what was measured, operation by operation
        rates = [
            ms / other.gflop
            for other in KNOWN
            if other.space == known.space and (ms := _measured(other, models)) is not None
        ]
        expected = min(rates) * known.gflop if rates else None
    return Listed(
        space=known.space,
        spec=known.spec,
        label=known.label,
        languages=known.languages,
        size_mb=known.size_mb,
        licence=known.licence,
        at_hand=known.at_hand(cache),
        item_ms=None if expected is None else round(expected, 1),
        measured=measured is not None,
    )


def _measured(known: Known, models: list[Model]) -> float | None:
    part = "pictures" if known.space == "image" else "words"
    times = [
        model.said.networks[part].item_ms
        for model in models
        if model.said.encoder.id.startswith(known.id_prefix) and part in model.said.networks
    ]
    return min(times, default=None)


if __name__ == "__main__":
    sys.stdout.write(json.dumps([asdict(one) for one in listed(Path(sys.argv[1]))]))
