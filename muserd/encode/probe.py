"""Fixed pictures and texts, by which runtimes and precisions are compared before they are used."""

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image

LEAST_AGREEMENT = 0.999  # cosine of every vector of the probe with that of torch in float32

TEXTS: Final = (
    "A red apple on a wooden table.",
    "Quarterly report: costs, income, outlook. " * 12,
    "x",
    "Wie man Brot backt: Mehl, Wasser, Salz und Hefe.",
    "Les marées de la côte nord, heure par heure.",
    "東京の夜、雨の中の電車",
    "Как починить велосипед",
    "function add(a, b) { return a + b; }  // 42 & <tags>",
)

_CELLS = (3, 7, 14, 28)  # of the soft pictures: from great patches to small ones


def pictures(side_px: int) -> NDArray[np.uint8]:
    """Eight pictures as a network sees them: uint8[8, side_px, side_px, 3].

    Four of soft patches, and four that are drawn: edges, even ground, slopes of light.
    """
    from PIL import Image

    random = np.random.default_rng(4)
    size = (side_px, side_px)
    soft = [
        Image.fromarray(random.integers(0, 256, (cells, cells, 3), dtype=np.uint8)).resize(
            size, Image.Resampling.BICUBIC
        )
        for cells in _CELLS
    ]
    drawn = [_drawn(size, random) for _ in range(4)]
    return np.stack([np.asarray(picture) for picture in (*soft, *drawn)])


def _drawn(size: tuple[int, int], random: np.random.Generator) -> "Image.Image":
    """A sky, a ground, and a few bodies before them."""
    from PIL import Image, ImageDraw

    width, height = size
    colours = random.integers(0, 256, (8, 3))
    slope = np.linspace(0.0, 1.0, height)[:, None, None]
    sky = (colours[0] * (1 - slope) + colours[1] * slope).astype(np.uint8)
    picture = Image.fromarray(np.ascontiguousarray(np.broadcast_to(sky, (height, width, 3))))
    draw = ImageDraw.Draw(picture)
    horizon = int(random.integers(height // 2, height))
    draw.rectangle((0, horizon, width, height), fill=tuple(colours[2].tolist()))
    for colour in colours[3:]:
        left, top = random.integers(0, width * 3 // 4, 2).tolist()
        side = int(random.integers(width // 8, width // 3))
        shape = draw.ellipse if side % 2 else draw.rectangle
        shape((left, top, left + side, top + side), fill=tuple(colour.tolist()), outline="black")
    return picture
