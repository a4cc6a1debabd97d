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
from muserd.ground.swatches import BLACK, DARK, HUELESS_CHROMA, NAMES, SWATCHES, WHITE

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
    swatches = _swatches(np.asarray(small).reshape(-1, 3))
    shares = np.bincount(swatches, minlength=len(NAMES)) / len(swatches)
    striking = shares * np.array([0.25 if name in _GROUND else 1.0 for name in NAMES])
    order = np.argsort(-striking, kind="stable")[:_MOST_COLOURS]
    return tuple(int(one) for one in order if shares[one] >= _LEAST_SHARE)


def _swatches(colours: NDArray[np.uint8]) -> NDArray[np.intp]:
    """The swatch of each sRGB colour, uint8[n, 3]: `swatches.swatch_of` for many."""
    lab = lab_of(_LINEAR[colours])
    light, chroma = lab[:, 0], np.hypot(lab[:, 1], lab[:, 2])
    # The distance of `swatch_of` is linear in these, but for what is the same for all swatches.
    apart = np.column_stack((lab, chroma)) @ _SLOPES + _OFFSETS
    grey = np.where(light < BLACK, _BLACK, np.where(light > WHITE, _WHITE, _GREY))
    hueless = (chroma < HUELESS_CHROMA) | (light < DARK)
    return np.asarray(np.where(hueless, grey, apart.argmin(axis=1)), dtype=np.intp)


def _distances() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """float64 [4, swatches], by L, a, b and chroma; float64 [swatches], infinite without a hue."""
    light, chroma, hue = np.array([SWATCHES[name] for name in NAMES]).T
    turn = np.radians(hue)
    slopes = (-0.4 * light, -8 * chroma * np.cos(turn), -8 * chroma * np.sin(turn), 7 * chroma)
    offsets = 0.2 * light**2 + 0.5 * chroma**2
    return np.array(slopes), np.where(chroma > 0, offsets, np.inf)


_LINEAR = linear_of(np.arange(256) / 255)
_SLOPES, _OFFSETS = _distances()
_BLACK, _GREY, _WHITE = map(NAMES.index, ("black", "grey", "white"))
