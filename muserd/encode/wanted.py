"""An encoder that was decided on, and the ways to run it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from muserd.encode import devices, model_cache, sources
from muserd.encode.catalogue import EFFICIENTNET, MINILM, MULTILINGUAL, Runtime, must_be
from muserd.encode.images import Words
from muserd.encode.model_cache import Model, Part
from muserd.encode.network import Network
from muserd.encode.progress import Progress, silent
from muserd.ground.records import Space

if TYPE_CHECKING:
    from muserd.encode.torch_network import Parts


@dataclass(frozen=True, slots=True)
class Wanted:
    """An encoder that was decided on, and how it should run.

    Attributes:
        spec: `builtin`, `clip:…`, `sentence-transformers:…`; never `auto`.
        keep: the id of the encoder that made the space's vectors; empty when it has none.
        device: `auto`, `cpu`, `cuda` or `mps`.
        cache: Muser's own cache folder.
        runtime: `openvino` takes no other than the compiled network; `torch` never that.
        cores: to compute with; 0 takes all.
        progress: is told while weights are fetched and loaded.
    """

    space: Space
    spec: str
    keep: str
    device: str
    cache: Path
    runtime: Runtime = "auto"
    cores: int = 0
    progress: Progress = silent

    def parts(self) -> "Parts":
        """The torch modules. Imports torch. Raises EncoderError."""
        from muserd.encode import torch_parts

        load = torch_parts.image_parts if self.space == "image" else torch_parts.text_parts
        parts = load(self.spec, self.keep, self.cache, self.progress)
        sources.remember(self.spec, parts.info.id, tuple(parts.files), self.cache)
        return parts

    def model(self) -> Model | None:
        """The converted model, if there is one and it may be used."""
        if self.runtime == "torch" or devices.must_be_torchs(self.device):
            return None
        encoder = self.known_id()
        model = model_cache.find(encoder, self.cache)
        if model is not None and self.keep:
            must_be(model.said.encoder, self.keep, f"encoders.{self.space}")
        return model

    def known_id(self) -> str:
        """The encoder's id as far as it is known without its weights; else empty."""
        if self.spec == "builtin":
            return EFFICIENTNET.id if self.space == "image" else MINILM.id
        if self.spec == MULTILINGUAL and self.keep:
            return self.keep
        return sources.recall(self.spec, self.cache)

    def on_torch(self, part: Part, device: str = "cpu", *, exact: bool = False) -> Network:
        """A network of the model on torch; with `exact` in float32. Raises EncoderError."""
        from muserd.encode import torch_network
        from muserd.encode.precision import choose_device

        where = choose_device(device)
        make = torch_network.picture_network if part == "pictures" else torch_network.word_network
        return make(self.parts(), where, exact=exact, verdicts=self.verdicts)

    @property
    def verdicts(self) -> Path:
        """Where it is remembered which precisions agree on torch."""
        return model_cache.models(self.cache) / "precisions.json"

    def words(self) -> Words:
        """What an image encoder makes of words, by torch."""
        opened: list[Words] = []

        def encode(texts: Sequence[str]) -> NDArray[np.float32]:
            from muserd.encode.torch_network import encode_words

            if not opened:
                opened.append(encode_words(self.parts()))
            return opened[0](texts)

        return encode
