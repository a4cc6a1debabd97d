"""Colours that a container names by code points (ITU-T H.273): wide gamuts, PQ and HLG.

HDR is brought down to a screen's range: white of the standard (203 cd/m², ITU-R BT.2408) becomes
white, what is brighter is compressed (Reinhard et al. 2002, DOI 10.1145/566654.566575, eq. 4).
"""

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_PQ, _HLG = 16, 18
_GAMMA = {4: 2.2, 5: 2.8}
_LINEAR = 8
_WHITE_NITS, _HLG_PEAK_NITS = 203.0, 1000.0
_BRIGHTEST = 10.0  # times white: what becomes the screen's white
_MOST_PERCENT = 99.5  # of the values: the rest may be lamps and the sun
_KNEE = 0.8  # of white: up to here nothing is compressed

# Primaries as x, y of red, green, blue; white is D65 (H.273, table 2).
_PRIMARIES = {
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),  # BT.2020
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),  # Display P3
    5: ((0.640, 0.330), (0.290, 0.600), (0.150, 0.060)),  # BT.601, 625 lines
    6: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),  # BT.601, 525 lines
}
_SRGB = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060))
_D65 = (0.3127, 0.3290)
_WIDE = {9, 12}


def from_nclx(image: Image.Image, nclx: dict[str, Any]) -> Image.Image:
    """The picture in sRGB; code points that are sRGB's, or not known, leave it as it is.

    Args:
        image: mode RGB or RGBA, 8 bits.
        nclx: `color_primaries` and `transfer_characteristics`, or `gamma` alone.
    """
    primaries = nclx.get("color_primaries")
    transfer = nclx.get("transfer_characteristics")
    if "gamma" in nclx:  # of PNG: how a sample follows from its light
        shades = np.linspace(0.0, 1.0, 256) ** (1 / nclx["gamma"])
        table = _encoded(shades.astype(np.float32)).tolist()
        channels = len(image.getbands())
        return image.point(table * 3 + list(range(256)) * (channels - 3))
    bright = transfer in {_PQ, _HLG}
    if not bright and transfer != _LINEAR and primaries not in _WIDE:
        return image
    stored = _linear(transfer)[np.asarray(image.convert("RGB"))]
    light: NDArray[np.float32] = (stored @ _to_srgb(primaries).T).astype(np.float32)
    if transfer == _HLG:
        light = _display_light(light)
    if bright:
        light = _compressed(light)
    pixels = Image.fromarray(_encoded(light))
    if image.mode == "RGBA":
        pixels.putalpha(image.getchannel("A"))
    return pixels


def from_light(light: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Linear light in sRGB's primaries, 1 for white, as a screen's values.

    Args:
        light: finite, float32[..., channels]. What is brighter than white is compressed; values of
            another scale (their middle is far above white) are brought to it.
    """
    light = np.maximum(light, 0)
    bright = float(np.percentile(light, _MOST_PERCENT)) if light.size else 0.0
    if bright > _BRIGHTEST:
        light = light / np.float32(bright)
    return _encoded(_compressed(light) if float(light.max(initial=0)) > 1 else light)


def nclx_of(data: bytes) -> dict[str, int] | None:
    """The code points of an ISO base media file's first `colr` box of type `nclx`."""
    at = data.find(b"colrnclx", 0, 2**20)
    if at < 0 or at + 14 > len(data):
        return None
    primaries, transfer = struct.unpack_from(">HH", data, at + 8)
    return {"color_primaries": primaries, "transfer_characteristics": transfer}


def cicp_of(data: bytes) -> dict[str, int] | None:
    """The code points of a PNG's `cICP` chunk, which stands before its pixels (PNG 3, 11.3.2.6)."""
    at = data.find(b"\0\0\0\x04cICP", 0, min(max(0, data.find(b"IDAT")), 2**18))
    if at < 0 or at + 10 > len(data):
        return None
    return {"color_primaries": data[at + 8], "transfer_characteristics": data[at + 9]}


def _linear(transfer: object) -> NDArray[np.float32]:
    """float32[256]: light of each of 256 values, 1 for white; HLG's is the scene's."""
    value = np.linspace(0.0, 1.0, 256)
    if transfer == _PQ:  # SMPTE ST 2084
        power = value ** (1 / 78.84375)
        light = np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)
        light = 10_000 * light ** (1 / 0.1593017578125) / _WHITE_NITS
    elif transfer == _HLG:  # ITU-R BT.2100
        high = (np.exp((value - 0.55991073) / 0.17883277) + 0.28466892) / 12
        light = np.where(value <= 0.5, value**2 / 3, high)
    elif transfer == _LINEAR:
        light = value
    elif isinstance(transfer, int) and transfer in _GAMMA:
        light = value ** _GAMMA[transfer]
    else:
        light = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return light.astype(np.float32)


def _display_light(scene: NDArray[np.float32]) -> NDArray[np.float32]:
    """HLG's light on a screen of 1000 cd/m²: its system gamma is 1.2 (BT.2100, table 5)."""
    luminance = np.maximum(scene @ np.array([0.2627, 0.678, 0.0593], np.float32), 1e-6)
    gain = luminance[..., None] ** 0.2 * (_HLG_PEAK_NITS / _WHITE_NITS)
    return np.asarray(scene * gain, np.float32)


def _compressed(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Highlights brought below 1, by the brightest channel so that hues stay."""
    peak = np.maximum(light.max(axis=-1, keepdims=True), 1e-6)
    over = np.maximum(peak - _KNEE, 0) / (1 - _KNEE)
    most = (_BRIGHTEST - _KNEE) / (1 - _KNEE)
    squeezed = over * (1 + over / most**2) / (1 + over)
    shown = np.where(peak > _KNEE, _KNEE + (1 - _KNEE) * np.minimum(squeezed, 1), peak)
    scaled: NDArray[np.float32] = light * (shown / peak)
    return scaled


def _encoded(light: NDArray[np.float32]) -> NDArray[np.uint8]:
    light = np.clip(light, 0.0, 1.0)
    value = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    pixels: NDArray[np.uint8] = np.rint(255 * value).astype(np.uint8)
    return pixels


def _to_srgb(primaries: object) -> NDArray[np.float32]:
    """float32[3, 3]: linear light of these primaries as that of sRGB's."""
    known = _PRIMARIES.get(primaries) if isinstance(primaries, int) else None
    if known is None:
        return np.eye(3, dtype=np.float32)
    return (np.linalg.inv(_to_xyz(_SRGB)) @ _to_xyz(known)).astype(np.float32)


def _to_xyz(primaries: tuple[tuple[float, float], ...]) -> NDArray[np.float64]:
    columns = np.array([(x / y, 1.0, (1 - x - y) / y) for x, y in primaries]).T
    white = np.array([_D65[0] / _D65[1], 1.0, (1 - _D65[0] - _D65[1]) / _D65[1]])
    return np.asarray(columns * np.linalg.solve(columns, white))
