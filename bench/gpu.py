"""The CUDA path once: agreement with the processor's vectors, pictures a second, first vector.

For a machine with a GPU that is lent for minutes: it runs from a checkout, needs no built page and
no daemon, fetches nothing, and prints one JSON object as soon as each part is done (the last line
holds all). The built-in encoder, and CLIP ViT-B/32 with random weights: what it computes is the
same, whatever it knows. Texts by the built-in text encoder.
"""

import importlib.util
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bench.ingest import random_clip
from muserd.encode import export, model_cache, probe, torch_parts
from muserd.encode.choice import open_image_encoder, open_text_encoder
from muserd.encode.images import ImageEncoder
from muserd.encode.network import least_cosine
from muserd.encode.progress import silent
from muserd.encode.texts import TextEncoder
from muserd.workers.encode.child.upgrade import Upgrade

DEVICE = "cpu" if "--dry" in sys.argv else "cuda"  # dry: to see that the script itself works
MEASURED_S = 1.0 if DEVICE == "cpu" else 8.0
BATCHES = (1, 8, 32, 64, 128)
CLIP = "ViT-B-32"
TEXTS = [f"{text} Number {n}." for n in range(16) for text in probe.TEXTS]


def main() -> dict[str, Any]:
    """All parts; what fails is told, and the rest goes on."""
    results: dict[str, Any] = {"machine": machine()}
    say(results)
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        specs = {
            "builtin": lambda: "builtin",
            f"CLIP {CLIP}": lambda: f"clip:{CLIP}/{random_clip(CLIP, Path(folder))}",
        }
        for name, spec in specs.items():
            results[name] = guarded(lambda spec=spec: pictures(spec(), cache))
            say({name: results[name]})
        results["texts"] = guarded(lambda: texts(cache))
        say({"texts": results["texts"]})
    return results


def machine() -> dict[str, Any]:
    """What computes."""
    cuda = torch.cuda.is_available()
    return {
        "card": torch.cuda.get_device_name() if cuda else None,
        "memory_mb": torch.cuda.get_device_properties(0).total_memory >> 20 if cuda else None,
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "cores": os.cpu_count(),
        "processor": model_cache.processor(),
        "openvino": model_cache.runtime(),
    }


def pictures(spec: str, cache: Path) -> dict[str, Any]:
    """An image encoder: exact on the CPU, compiled on the CPU, on the GPU, and the handover."""
    exact = open_image_encoder(spec, "", "cpu", cache, runtime="torch")
    squares = probe.pictures(exact.recipe.size_px)
    expected = in_batches(exact, squares)
    compiled = compiled_of("image", spec, exact.info.id, cache)
    started = time.perf_counter()
    card = open_image_encoder(spec, exact.info.id, DEVICE, cache, runtime="torch")
    in_batches(card, squares[:1])
    opened_s = time.perf_counter() - started
    found: dict[str, Any] = {
        "device": card.info.device,
        "agreement_with_cpu": round(least_cosine(expected, in_batches(card, squares)), 6),
        "open_to_first_vector_s": round(opened_s, 2),
        "pictures_per_s": {
            size: round(rate(lambda size=size: card.forward(stack(squares, size)), size), 1)
            for size in BATCHES
            if size <= card.batch_size
        },
    }
    if compiled is not None:
        started = time.perf_counter()
        encoder = open_image_encoder(spec, exact.info.id, "cpu", cache)
        vectors = in_batches(encoder, squares)
        found["compiled"] = {
            "device": encoder.info.device,
            "open_to_vectors_s": round(time.perf_counter() - started, 2),
            "agreement_with_cpu": round(least_cosine(expected, vectors), 6),
            "agreement_with_gpu": round(least_cosine(vectors, in_batches(card, squares)), 6),
            "pictures_per_s": round(
                rate(
                    lambda: encoder.forward(stack(squares, encoder.batch_size)), encoder.batch_size
                ),
                1,
            ),
            "handover": handover(encoder, "pictures", spec, cache),
            "same_id": encoder.info.id == exact.info.id,
        }
    return found


def texts(cache: Path) -> dict[str, Any]:
    """The built-in text encoder, likewise."""
    exact = open_text_encoder("builtin", "", "cpu", cache, runtime="torch")
    card = open_text_encoder("builtin", "", DEVICE, cache, runtime="torch")
    expected = exact.encode(TEXTS)
    found: dict[str, Any] = {
        "device": card.info.device,
        "agreement_with_cpu": round(least_cosine(expected, card.encode(TEXTS)), 6),
        "texts_per_s": round(rate(lambda: card.encode(TEXTS), len(TEXTS)), 1),
    }
    if compiled_of("text", "builtin", exact.info.id, cache) is not None:
        compiled = open_text_encoder("builtin", exact.info.id, "cpu", cache)
        found["compiled"] = {
            "device": compiled.info.device,
            "agreement_with_cpu": round(least_cosine(expected, compiled.encode(TEXTS)), 6),
            "texts_per_s": round(rate(lambda: compiled.encode(TEXTS), len(TEXTS)), 1),
            "handover": handover(compiled, "words", "builtin", cache),
        }
    return found


def compiled_of(space: str, spec: str, keep: str, cache: Path) -> model_cache.Model | None:
    """The encoder's model, converted now; None where there is no OpenVINO."""
    if importlib.util.find_spec("openvino") is None:
        return None
    load = torch_parts.image_parts if space == "image" else torch_parts.text_parts
    export.export(load(spec, keep, cache, silent), cache)
    return model_cache.find(keep, cache)


def handover(
    encoder: ImageEncoder | TextEncoder, part: model_cache.Part, spec: str, cache: Path
) -> dict[str, Any]:
    """From the compiled network to the GPU's, as the encode worker does it."""
    from muserd.encode.wanted import Wanted

    space = "image" if part == "pictures" else "text"
    wanted = Wanted(space, spec, encoder.info.id, DEVICE, cache)
    started = time.perf_counter()
    took_over = Upgrade(encoder, part, wanted, [])._accelerate()
    return {
        "took_over": took_over,
        "device": encoder.info.device,
        "s": round(time.perf_counter() - started, 2),
    }


def in_batches(encoder: ImageEncoder, squares: NDArray[np.uint8]) -> NDArray[np.float32]:
    """float32[n, dim], in batches that the encoder takes."""
    size = min(encoder.batch_size, 8)
    parts = [encoder.forward(squares[n : n + size]).vectors for n in range(0, len(squares), size)]
    return np.concatenate(parts)


def stack(squares: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """So many pictures, some of them alike."""
    return np.ascontiguousarray(np.resize(squares, (size, *squares.shape[1:])))


def rate(work: Callable[[], object], count: int) -> float:
    """Items a second, after a first run; results are on the CPU when `work` returns."""
    work()
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < MEASURED_S / len(BATCHES):
        work()
        done += count
    return done / (time.perf_counter() - started)


def guarded(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What a part found, or why not."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - minutes on a lent machine: the rest still counts
        return {"error": f"{type(error).__name__}: {error}"}


def say(found: dict[str, Any]) -> None:
    """A line now: the machine may be taken away."""
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    torch.manual_seed(1)
    print(json.dumps(main()))
    sys.stdout.flush()
