"""How much a single file may ask for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Files beyond these are recorded with the cause `too-large` or `bomb`, and not decoded."""

    image_max_bytes: int = 200 * 2**20
    note_max_bytes: int = 5 * 2**20
    image_max_pixels: int = 250_000_000
