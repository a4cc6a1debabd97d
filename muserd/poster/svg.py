"""Drawings as SVG 1.1 (https://www.w3.org/TR/SVG11/), and as PNG by way of it."""

import base64
import io
from collections.abc import Iterable
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from muserd.poster.drawing import Command, Dots, Drawing, Part, Raster, Shape


def svg(drawing: Drawing) -> bytes:
    """The drawing as SVG. It needs no fonts: letters are shapes."""
    width, height, unit = drawing.width, drawing.height, drawing.unit
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"',
        f' width="{width:g}{unit}" height="{height:g}{unit}" viewBox="0 0 {width:g} {height:g}">',
        f"<title>{escape(drawing.title)}</title>",
        f'<rect width="{width:g}" height="{height:g}" fill="{drawing.ground}"/>',
        *map(_part, drawing.parts),
        "</svg>",
    ]
    return "\n".join(lines).encode()


def png(drawing: Drawing, pixels: tuple[int, int]) -> bytes:
    """The drawing as PNG of a width and a height in pixels."""
    import resvg_py

    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg(drawing).decode(),
            skip_system_fonts=True,
            dpi=96.0,  # else a millimetre is nothing
            width=pixels[0],
            height=pixels[1],
        )
    )


def _part(part: Part) -> str:
    match part:
        case Shape():
            d = _commands(part.commands) if part.commands else _rings(part.rings, part.closed)
            stroke = (
                f' stroke="{part.stroke}" stroke-width="{part.width:.3g}" stroke-linejoin="round"'
                ' stroke-linecap="round"'
                if part.stroke
                else ""
            )
            rule = "" if part.commands else ' fill-rule="evenodd"'
            return (
                f'<path d="{d}" fill="{part.fill or "none"}"{rule}{stroke}{_faint(part.opacity)}/>'
            )
        case Dots():
            r = f"{part.radius:.3g}"
            two = f"a{r} {r} 0 1 0 {2 * part.radius:.3g} 0a{r} {r} 0 1 0 {-2 * part.radius:.3g} 0"
            d = "".join(f"M{x - part.radius:.2f} {y:.2f}{two}" for x, y in part.places.tolist())
            return f'<path d="{d}" fill="{part.fill}"{_faint(part.opacity)}/>'
        case Raster():
            x, y, width, height = part.box
            data = base64.b64encode(png_of(part.pixels)).decode()
            return (
                f'<image x="{x:.3f}" y="{y:.3f}" width="{width:.3f}" height="{height:.3f}"'
                f' preserveAspectRatio="none" xlink:href="data:image/png;base64,{data}"/>'
            )


def png_of(pixels: NDArray[np.uint8]) -> bytes:
    """RGBA pixels as PNG."""
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(pixels, "RGBA").save(out, "PNG")
    return out.getvalue()


def _rings(rings: Iterable[NDArray[np.float64]], closed: bool) -> str:
    pieces = []
    for ring in rings:
        points = [f"{x:.2f} {y:.2f}" for x, y in ring.tolist()]
        pieces.append("M" + "L".join(points) + ("Z" if closed else ""))
    return "".join(pieces)


def _commands(commands: Iterable[Command]) -> str:
    return "".join(
        letter + " ".join(f"{value:.2f}" for value in values) for letter, values in commands
    )


def _faint(opacity: float) -> str:
    # Not `opacity`: that of a group, for which renderers keep a picture of the whole sheet.
    if opacity >= 1:
        return ""
    return f' fill-opacity="{opacity:.3g}" stroke-opacity="{opacity:.3g}"'
