"""What a picture looks like at a glance: its main colours, and a hash of its brightness.

The colours are those of `ground.swatches`. The hash is a difference hash (Krawetz 2013): whether
brightness rises from each cell of a coarse grid to its neighbour, along rows and along columns. It
survives another size, another quality and a change of brightness; two hashes are compared by the
number of bits that differ.
"""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from muserd.ground.oklab import lab_of, linear_of
from muserd.ground.swatches import DARK, HUELESS_CHROMA, NAMES, SWATCHES, swatch_of

_SIDE_PX = 48  # of the square that colours are counted in
_LEAST_SHARE = 0.12  # of the picture, for a colour of its own
_MOST_COLOURS = 3
_GROUND = ("white", "black", "grey")  # what most pictures have round their subject
_CELLS = 8


@dataclass(frozen=True, slots=True)
class Looks:
    """Colours and hash.

    Attributes:
        colours: indices into `swatches.NAMES`, the most striking first; up to three.
        dhash: 128 bits as 32 hexadecimal digits: 64 along rows, 64 along columns.
    """

    colours: tuple[int, ...]
    dhash: str

    def packed(self) -> bytes:
        """20 bytes: the number of colours, three of them, the hash."""
        colours = (*self.colours, 0, 0, 0)[:_MOST_COLOURS]
        return bytes((len(self.colours), *colours)) + bytes.fromhex(self.dhash)

    @staticmethod
    def unpacked(data: bytes) -> "Looks":
        """What `packed` gave."""
        return Looks(tuple(data[1 : 1 + data[0]]), data[1 + _MOST_COLOURS :].hex())


PACKED_BYTES = 20


def jpeg_of_thumb(data: bytes) -> bytes:
    """A thumbnail, WebP, as JPEG; what is transparent lies on white."""
    out = io.BytesIO()
    _on_white(data).save(out, "JPEG", quality=85)
    return out.getvalue()


def looks_of_thumb(data: bytes) -> Looks:
    """The looks of a thumbnail, WebP; what is transparent counts as white."""
    return looks_of(_on_white(data))


def _on_white(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=["WEBP"]) as opened:
        if opened.mode == "RGB":  # nothing shines through
            return opened.convert("RGB")
        image = opened.convert("RGBA")
    ground = Image.new("RGBA", image.size, (255, 255, 255, 255))
    return Image.alpha_composite(ground, image).convert("RGB")


def looks_of(image: Image.Image) -> Looks:
    """The looks of an upright picture of mode RGB."""
    return Looks(_colours(image), _dhash(image))


def _dhash(image: Image.Image) -> str:
    grey = image.convert("L")
    rows = _cells(grey, _CELLS + 1, _CELLS)
    columns = _cells(grey, _CELLS, _CELLS + 1)
    bits = np.concatenate(
        [(rows[:, 1:] > rows[:, :-1]).ravel(), (columns[1:] > columns[:-1]).ravel()]
    )
    return np.packbits(bits).tobytes().hex()


def _cells(grey: Image.Image, width: int, height: int) -> NDArray[np.int16]:
    small = grey.resize((width, height), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.int16)


def _colours(image: Image.Image) -> tuple[int, ...]:
    small = image.resize((_SIDE_PX, _SIDE_PX), Image.Resampling.BOX)
    swatches = _swatches(np.asarray(small, dtype=np.float32).reshape(-1, 3) / 255)
    shares = np.bincount(swatches, minlength=len(NAMES)) / len(swatches)
    striking = shares * np.array([0.25 if name in _GROUND else 1.0 for name in NAMES])
    order = np.argsort(-striking, kind="stable")[:_MOST_COLOURS]
    return tuple(int(one) for one in order if shares[one] >= _LEAST_SHARE)


def _swatches(colours: NDArray[np.floating]) -> NDArray[np.intp]:
    """The swatch of each sRGB colour, float[n, 3] in 0..1: `swatches.swatch_of` for many."""
    lab = lab_of(linear_of(colours))
    light, chroma = lab[:, 0], np.hypot(lab[:, 1], lab[:, 2])
    samples = np.array([SWATCHES[name] for name in NAMES])
    coloured = samples[:, 1] > 0
    turn = np.arctan2(lab[:, 2], lab[:, 1])[:, None] - np.radians(samples[None, :, 2])
    across = 8 * chroma[:, None] * samples[None, :, 1] * (1 - np.cos(turn))
    apart = across + 0.2 * (light[:, None] - samples[None, :, 0]) ** 2
    apart += 0.5 * (chroma[:, None] - samples[None, :, 1]) ** 2
    nearest = np.where(coloured[None, :], apart, np.inf).argmin(axis=1)
    greys = np.array([swatch_of(step / 255, 0.0, 0.0) for step in range(256)])
    grey = greys[np.clip(np.round(light * 255), 0, 255).astype(np.intp)]
    hueless = (chroma < HUELESS_CHROMA) | (light < DARK)
    return np.asarray(np.where(hueless, grey, nearest), dtype=np.intp)
