"""The built-in text encoder's network beside two others of the same shape, in one run.

`torch` is made of torch's own encoder layers, `transformers` is what sentence-transformers runs.
All have random weights, one core, and the lowest precision that this processor computes fast; the
batches end in padding, as notes do. Milliseconds of a text, and how many times as long it takes.
"""

import json
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from muserd.encode.bert import Bert
from muserd.encode.minilm import SHAPE
from muserd.encode.operators import declare_missing_operators
from muserd.encode.precision import choose_device, lower_precision

SHAPES = ((1, 16), (1, 256), (16, 64), (16, 256))  # texts in a batch, tokens
ROUNDS = 7
VOCABULARY, DIM, HEADS, WIDE, LAYERS = 30_522, 384, 12, 1_536, 6


class TorchLayers(nn.Module):
    """The layers of the same network, as torch has them."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, DIM, padding_idx=SHAPE.pad)
        layer = nn.TransformerEncoderLayer(DIM, HEADS, WIDE, 0.0, "gelu", batch_first=True)
        self.layers = nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False)

    def forward(self, ids: Tensor) -> Tensor:
        """Token vectors."""
        vectors: Tensor = self.layers(self.words(ids), src_key_padding_mask=ids == SHAPE.pad)
        return vectors


class Transformers(nn.Module):
    """The same network by Hugging Face."""

    def __init__(self) -> None:
        declare_missing_operators()  # else a torchvision without them breaks the import
        from transformers import BertConfig, BertModel

        super().__init__()
        config = BertConfig(
            hidden_size=DIM,
            num_hidden_layers=LAYERS,
            num_attention_heads=HEADS,
            intermediate_size=WIDE,
        )
        self.bert = BertModel(config, add_pooling_layer=False)

    def forward(self, ids: Tensor) -> Tensor:
        """Token vectors."""
        vectors: Tensor = self.bert(ids, attention_mask=(ids != SHAPE.pad).long()).last_hidden_state
        return vectors


def main() -> dict[str, object]:
    """Each shape by each network."""
    torch.manual_seed(1)
    torch.set_num_threads(1)
    dtype = lower_precision(choose_device("cpu")) or torch.float32
    networks = {
        name: make().eval().requires_grad_(requires_grad=False).to(dtype)
        for name, make in (
            ("muser", lambda: Bert(SHAPE)),
            ("torch", TorchLayers),
            ("transformers", Transformers),
        )
    }
    results: dict[str, object] = {"dtype": str(dtype)}
    for texts, tokens in SHAPES:
        ids = padded(texts, tokens)
        took = {name: milliseconds(network, ids) for name, network in networks.items()}
        results[f"{texts} x {tokens}"] = {
            name: {"ms": round(ms / texts, 2), "times": round(ms / took["muser"], 2)}
            for name, ms in took.items()
        }
    return results


def padded(texts: int, tokens: int) -> Tensor:
    """int64[texts, tokens]: between half and nearly all of each is text."""
    ids = torch.randint(1_000, VOCABULARY, (texts, tokens))
    for row in range(texts):
        ids[row, tokens // 2 + (tokens // 2 - 1) * (row + 1) // texts :] = SHAPE.pad
    return ids


def milliseconds(network: Callable[[Tensor], Tensor], ids: Tensor) -> float:
    """The median of a few rounds."""
    took = []
    with torch.inference_mode():
        network(ids)
        for _ in range(ROUNDS):
            started = time.perf_counter()
            network(ids)
            took.append(1000 * (time.perf_counter() - started))
    return sorted(took)[ROUNDS // 2]


if __name__ == "__main__":
    print(json.dumps(main()))
