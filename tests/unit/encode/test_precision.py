import platform

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from muserd.encode import precision
from muserd.encode.images import ImageEncoder
from muserd.encode.precision import Engine, agreement_of, choose_device, settle
from muserd.encode.probe import LEAST_AGREEMENT
from muserd.encode.texts import TextEncoder

CPU = torch.device("cpu")
PROBE = torch.randn(4, 16, generator=torch.Generator().manual_seed(1))


class Fragile(nn.Module):
    """A network whose vectors a lower precision turns round."""

    def __init__(self) -> None:
        super().__init__()
        self.large = nn.Parameter(torch.full((16,), 1_000.0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x + self.large) - self.large


def test_lower_precision_is_taken_where_vectors_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sound network runs in bfloat16 on a CPU that has it."""
    monkeypatch.setattr(precision, "lower_precision", lambda _: torch.bfloat16)
    torch.manual_seed(3)
    network, engine = settle(nn.Linear(16, 32).eval(), PROBE, CPU, key="line")
    assert engine == Engine(CPU, torch.bfloat16)
    assert engine.label == "cpu bf16"
    assert next(network.parameters()).dtype == torch.bfloat16


def test_lower_precision_is_refused_where_vectors_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that loses its vectors stays in float32."""
    monkeypatch.setattr(precision, "lower_precision", lambda _: torch.bfloat16)
    network, engine = settle(Fragile().eval(), PROBE, CPU, key="fragile")
    assert engine == Engine(CPU)
    assert engine.label == "cpu"
    assert next(network.parameters()).dtype == torch.float32


def test_nan_is_no_agreement() -> None:
    """A network that overflows agrees with nothing."""
    sound = nn.Linear(16, 8)
    broken = nn.Linear(16, 8)
    with torch.no_grad():
        broken.weight.fill_(float("nan"))
    assert agreement_of(sound, broken, PROBE) == -1.0


def test_the_encoders_in_use_agree_with_float32(
    images: ImageEncoder,
    texts: TextEncoder,
    pictures: list[Image.Image],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever precision was chosen here, on inputs that the probe did not hold: ≥ 0.999."""
    from muserd.encode import efficientnet, minilm

    monkeypatch.setattr(precision, "lower_precision", lambda _: None)
    exact_images, exact_texts = efficientnet.open_builtin(CPU), minilm.open_builtin(CPU)
    assert exact_images.info.device == exact_texts.info.device == "cpu, torch"
    notes = ["A red apple.", "Costs and income of the quarter. " * 30, "x", "东京 tower at night"]
    for found, expected in (
        (images.encode(pictures).vectors, exact_images.encode(pictures).vectors),
        (texts.encode(notes), exact_texts.encode(notes)),
    ):
        assert (found * expected).sum(1).min() >= LEAST_AGREEMENT


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the flags are those of x86")
def test_bf16_is_told_by_the_cpus_flags(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only avx512_bf16 and amx_bf16 make it faster; avx512 alone does not."""
    for flags, expected in (
        ("flags\t\t: fpu avx512f avx512_bf16 sse", True),
        ("flags\t\t: fpu amx_bf16", True),
        ("flags\t\t: fpu avx512f avx512bw", False),
    ):
        monkeypatch.setattr(precision.Path, "read_text", lambda *_, text=flags: text)
        assert precision._cpu_has_bf16() is expected


def test_devices() -> None:
    """`auto` always finds one; what computes is told in the label."""
    assert choose_device("auto").type in {"cpu", "cuda", "mps"}
    assert Engine(torch.device("cuda"), torch.float16).label == "cuda fp16"
    assert np.isfinite(LEAST_AGREEMENT)
