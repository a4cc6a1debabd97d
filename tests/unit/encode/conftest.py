import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from muserd.encode import efficientnet, minilm
from muserd.encode.images import ImageEncoder
from muserd.encode.texts import TextEncoder

CPU = torch.device("cpu")

# Threads that spin at barriers make tests beside other busy processes many times slower.
torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def no_hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody answers: a closed port of this machine is the hub, and its cache is empty."""
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)


@pytest.fixture(autouse=True)
def library_warnings() -> None:
    """What libraries say about themselves while they are imported is theirs to cure."""
    warnings.filterwarnings("ignore", module=r"(torch|timm|open_clip|transformers|huggingface_hub)")


@pytest.fixture(scope="session")
def images() -> ImageEncoder:
    """The built-in image encoder."""
    return efficientnet.open_builtin(CPU)


@pytest.fixture(scope="session")
def texts() -> TextEncoder:
    """The built-in text encoder."""
    return minilm.open_builtin(CPU)


@pytest.fixture(scope="session")
def pictures() -> list[Image.Image]:
    """Eleven pictures of soft colours and many shapes, always the same."""
    random = np.random.default_rng(7)
    sizes = [(64 + 31 * n, 400 - 29 * n) for n in range(11)]
    return [
        Image.fromarray(random.integers(0, 256, (5, 5, 3), dtype=np.uint8)).resize(
            size, Image.Resampling.BICUBIC
        )
        for size in sizes
    ]
