"""A ground for what is transparent: one that the drawing stands out from."""

import numpy as np
from PIL import Image

_WHITE, _GREY, _DARK = (255, 255, 255), (118, 118, 118), (40, 40, 40)
_BRIGHT, _DIM = 215, 45  # luminance beyond which a light or a dark page swallows a pixel
_NEEDED = 0.5  # share of the drawing that a page would swallow
_TOO = 0.2  # share of the other kind, which the opposite ground would swallow


def on_ground(image: Image.Image, *, only_where_needed: bool = False) -> Image.Image:
    """RGB: what is transparent lies on a ground that the visible part stands out from.

    Args:
        image: mode RGB, which is given back, or RGBA.
        only_where_needed: leave it transparent where it can be seen on light and on dark pages.
    """
    if image.mode == "RGB":
        return image
    bright, dim = _shares(image)
    if only_where_needed and bright < _NEEDED and dim < _NEEDED:
        return image
    colour = _WHITE
    if bright >= _NEEDED:
        colour = _GREY if dim > _TOO else _DARK
    elif dim >= _NEEDED and bright > _TOO:
        colour = _GREY
    ground = Image.new("RGB", image.size, colour)
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _shares(image: Image.Image) -> tuple[float, float]:
    """Which parts of what is visible are nearly white, and nearly black; 0 to 1."""
    visible = np.asarray(image.getchannel("A")) > 127
    if not visible.any():
        return 0.0, 0.0
    luminance = np.asarray(image.convert("L"))[visible]
    return float((luminance > _BRIGHT).mean()), float((luminance < _DIM).mean())
