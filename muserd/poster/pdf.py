"""Drawings as PDF, written by PDFium (https://pdfium.googlesource.com): shapes stay shapes."""

import ctypes
import io
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from muserd.poster.colours import rgb
from muserd.poster.drawing import Command, Dots, Drawing, Raster, Shape

_POINTS = {"mm": 72 / 25.4, "px": 0.75}  # of the drawing's unit
_ARC = 0.5522847498  # of the radius: how far a Bézier curve's handles stand off for a quarter


def pdf(drawing: Drawing) -> bytes:
    """The drawing as a PDF of one page. It needs no fonts: letters are shapes."""
    import pypdfium2 as pdfium

    scale = _POINTS[drawing.unit]
    document = pdfium.PdfDocument.new()
    page = document.new_page(drawing.width * scale, drawing.height * scale)
    sheet = _Sheet(document, page, scale, drawing.height)
    corners = np.array(
        [(0, 0), (drawing.width, 0), (drawing.width, drawing.height), (0, drawing.height)]
    )
    sheet.shape(Shape(rings=(corners.astype(np.float64),), fill=drawing.ground))
    for part in drawing.parts:
        match part:
            case Shape():
                sheet.shape(part)
            case Dots():
                sheet.dots(part)
            case Raster():
                sheet.raster(part)
    page.gen_content()
    out = io.BytesIO()
    document.save(out)
    page.close()
    document.close()
    return out.getvalue()


class _Sheet:
    """Puts objects on a page. PDF's y grows upwards."""

    def __init__(self, document: object, page: object, scale: float, height: float) -> None:
        from pypdfium2 import raw

        self._raw = raw
        self._document = document
        self._page = page
        self._scale = scale
        self._height = height

    def shape(self, shape: Shape) -> None:
        path = self._raw.FPDFPageObj_CreateNewPath(0, 0)
        if shape.commands:
            self._follow(path, shape.commands)
        for ring in shape.rings:
            points = self._placed(ring)
            self._raw.FPDFPath_MoveTo(path, *points[0])
            for x, y in points[1:]:
                self._raw.FPDFPath_LineTo(path, x, y)
            if shape.closed:
                self._raw.FPDFPath_Close(path)
        alpha = round(255 * shape.opacity)
        if shape.fill:
            self._raw.FPDFPageObj_SetFillColor(path, *rgb(shape.fill), alpha)
        if shape.stroke:
            self._raw.FPDFPageObj_SetStrokeColor(path, *rgb(shape.stroke), alpha)
            self._raw.FPDFPageObj_SetStrokeWidth(path, shape.width * self._scale)
            self._raw.FPDFPageObj_SetLineJoin(path, self._raw.FPDF_LINEJOIN_ROUND)
            self._raw.FPDFPageObj_SetLineCap(path, self._raw.FPDF_LINECAP_ROUND)
        rule = (
            self._raw.FPDF_FILLMODE_WINDING if shape.commands else self._raw.FPDF_FILLMODE_ALTERNATE
        )
        mode = rule if shape.fill else self._raw.FPDF_FILLMODE_NONE
        self._raw.FPDFPath_SetDrawMode(path, mode, bool(shape.stroke))
        self._put(path)

    def dots(self, dots: Dots) -> None:
        path = self._raw.FPDFPageObj_CreateNewPath(0, 0)
        r, c = dots.radius * self._scale, dots.radius * self._scale * _ARC
        for x, y in self._placed(dots.places):
            self._raw.FPDFPath_MoveTo(path, x + r, y)
            self._raw.FPDFPath_BezierTo(path, x + r, y + c, x + c, y + r, x, y + r)
            self._raw.FPDFPath_BezierTo(path, x - c, y + r, x - r, y + c, x - r, y)
            self._raw.FPDFPath_BezierTo(path, x - r, y - c, x - c, y - r, x, y - r)
            self._raw.FPDFPath_BezierTo(path, x + c, y - r, x + r, y - c, x + r, y)
            self._raw.FPDFPath_Close(path)
        self._raw.FPDFPageObj_SetFillColor(path, *rgb(dots.fill), round(255 * dots.opacity))
        self._raw.FPDFPath_SetDrawMode(path, self._raw.FPDF_FILLMODE_WINDING, False)
        self._put(path)

    def raster(self, raster: Raster) -> None:
        height, width = raster.pixels.shape[:2]
        bgra = np.ascontiguousarray(raster.pixels[:, :, [2, 1, 0, 3]])
        held = bgra.ctypes.data_as(ctypes.c_void_p)
        bitmap = self._raw.FPDFBitmap_CreateEx(
            width, height, self._raw.FPDFBitmap_BGRA, held, 4 * width
        )
        image = self._raw.FPDFPageObj_NewImageObj(self._document.raw)  # type: ignore[attr-defined]
        self._raw.FPDFImageObj_SetBitmap(None, 0, image, bitmap)
        x, y, w, h = (value * self._scale for value in raster.box)
        top = self._height * self._scale - y
        self._raw.FPDFImageObj_SetMatrix(image, w, 0, 0, h, x, top - h)
        self._put(image)
        self._raw.FPDFBitmap_Destroy(bitmap)

    def _follow(self, path: object, commands: Iterable[Command]) -> None:
        s, top = self._scale, self._height
        at = (0.0, 0.0)
        for letter, values in commands:
            points = [(values[i] * s, (top - values[i + 1]) * s) for i in range(0, len(values), 2)]
            match letter:
                case "M":
                    self._raw.FPDFPath_MoveTo(path, *points[0])
                case "L":
                    self._raw.FPDFPath_LineTo(path, *points[0])
                case "Q":  # raised to a cubic curve
                    (cx, cy), (x, y) = points
                    first = (at[0] + 2 / 3 * (cx - at[0]), at[1] + 2 / 3 * (cy - at[1]))
                    second = (x + 2 / 3 * (cx - x), y + 2 / 3 * (cy - y))
                    self._raw.FPDFPath_BezierTo(path, *first, *second, x, y)
                case "C":
                    self._raw.FPDFPath_BezierTo(path, *points[0], *points[1], *points[2])
                case _:
                    self._raw.FPDFPath_Close(path)
            if points:
                at = points[-1]

    def _placed(self, places: NDArray[np.float64]) -> list[tuple[float, float]]:
        placed = places * (self._scale, -self._scale) + (0, self._height * self._scale)
        return [(x, y) for x, y in placed.tolist()]

    def _put(self, thing: object) -> None:
        self._raw.FPDFPage_InsertObject(self._page.raw, thing)  # type: ignore[attr-defined]
