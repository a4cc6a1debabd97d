"""Pixels of more than eight bits, whole or floating, as the eight that a screen has."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def is_deep(image: Image.Image) -> bool:
    """Whether a picture has one channel of 16 or 32 bits, in either byte order."""
    return image.mode.startswith("I;16") or image.mode in {"I", "F"}


def eight_bits(image: Image.Image) -> Image.Image:
    """Mode L. Sixteen bits keep their scale; values of unknown range fill it.

    What is no number, or infinite, is black, and counts for nothing.
    """
    values = np.asarray(image)
    if image.mode.startswith("I;16"):
        return Image.fromarray((values >> 8).astype(np.uint8))
    return Image.fromarray(stretched(values.astype(np.float64)))


def stretched(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Values of unknown range, from the least to the greatest, as 0 to 255; no number is 0."""
    numbers = np.isfinite(values)
    if not numbers.any():
        return np.zeros(values.shape, np.uint8)
    low, high = values[numbers].min(), values[numbers].max()
    if not high > low:
        return np.zeros(values.shape, np.uint8)
    shares = (np.where(numbers, values, low) / 2 - low / 2) / (high / 2 - low / 2)  # no overflow
    grey: NDArray[np.uint8] = np.rint(255 * np.clip(shares, 0, 1)).astype(np.uint8)
    return grey
