"""Letters as shapes: shaped by HarfBuzz, from the page's own fonts and, for what they lack, the
system's. A drawing made so looks the same everywhere.
"""

import functools
import io
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from muserd.poster.drawing import Command

Face = Literal["title", "name", "name-strong", "text", "italic", "figures"]
_FILES: dict[Face, tuple[str, ...]] = {
    "title": ("cinzel-latin-500-normal", "cinzel-latin-ext-500-normal"),
    "name": ("barlow-condensed-latin-500-normal", "barlow-condensed-latin-ext-500-normal"),
    "name-strong": ("barlow-condensed-latin-600-normal", "barlow-condensed-latin-ext-600-normal"),
    "text": ("barlow-condensed-latin-400-normal", "barlow-condensed-latin-ext-400-normal"),
    "italic": ("alegreya-latin-400-italic",),
    "figures": ("b612-mono-latin-400-normal",),
}
_WAIT_S = 10.0  # for fontconfig, which may make its cache first
_MAC_FONTS = (
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "/Library/Fonts/Arial Unicode.ttf",
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of letters. Its origin is the left end of its base line.

    Attributes:
        commands: the shapes.
        width: of the line; spacing after the last letter does not count.
    """

    commands: tuple[Command, ...]
    width: float


class Lettering:
    """Makes lines of letters.

    Args:
        fonts: the folder of the page's fonts, WOFF.
    """

    def __init__(self, fonts: Path) -> None:
        self._folder = fonts
        self._fonts: dict[str, Any] = {}

    def line(self, text: str, face: Face, size: float, *, spacing: float = 0.0) -> Line:
        """A text in a face.

        Args:
            text: one line.
            face: see `Face`.
            size: of the em square.
            spacing: between letters, in em.
        """
        commands: list[Command] = []
        at = 0.0
        for font, run in self._runs(text, face):
            scale = size / font.face.upem
            for glyph, x, y, advance in _shaped(font, run):
                commands += _moved(self._outline(font, glyph), at + x * scale, y * scale, scale)
                at += advance * scale + spacing * size
        return Line(tuple(commands), max(0.0, at - spacing * size))

    def _runs(self, text: str, face: Face) -> Iterator[tuple[Any, str]]:
        """Pieces of a text with the font that has their letters."""
        own = [font for name in _FILES[face] if (font := self._page_font(name)) is not None]
        run, last = "", None
        for character in text:
            font = next((one for one in own if one.get_nominal_glyph(ord(character))), None)
            if (
                font is None
                and last is not None
                and (character.isspace() or not character.isprintable())
            ):
                font = last
            if font is None:
                font = self._system_font(character) or last or (own[0] if own else None)
            if font is None:
                continue
            if font is not last and run:
                yield last, run
                run = ""
            run, last = run + character, font
        if run:
            yield last, run

    def _page_font(self, name: str) -> Any:
        if name not in self._fonts:
            found = sorted(self._folder.glob(f"{name}-*.woff"))
            self._fonts[name] = _opened(_unpacked(found[0])) if found else None
        return self._fonts[name]

    def _system_font(self, character: str) -> Any:
        file, index = _system_file(character)
        key = f"{file}#{index}"
        if key not in self._fonts:
            font = _opened(file.read_bytes(), index) if file is not None else None
            self._fonts[key] = font
        font = self._fonts[key]
        return font if font is not None and font.get_nominal_glyph(ord(character)) else None

    @staticmethod
    def _outline(font: Any, glyph: int) -> list[Command]:
        from fontTools.pens.recordingPen import RecordingPen

        pen = RecordingPen()
        font.draw_glyph_with_pen(glyph, pen)
        letters = {"moveTo": "M", "lineTo": "L", "qCurveTo": "Q", "curveTo": "C"}
        return [
            (letters.get(name, "Z"), tuple(value for point in points for value in point))
            for name, points in pen.value
        ]


def _shaped(font: Any, text: str) -> Iterator[tuple[int, float, float, float]]:
    """Glyph, offset and advance of each letter, in the font's units, from left to right."""
    import uharfbuzz as hb

    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    hb.shape(font, buffer)
    for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        yield info.codepoint, place.x_offset, place.y_offset, place.x_advance


def _moved(outline: list[Command], x: float, y: float, scale: float) -> Iterator[Command]:
    for letter, values in outline:
        yield (
            letter,
            tuple(
                x + value * scale if n % 2 == 0 else -(y + value * scale)
                for n, value in enumerate(values)
            ),
        )


def _unpacked(file: Path) -> bytes:
    """A WOFF font as TrueType."""
    from fontTools.ttLib import TTFont

    font = TTFont(file)
    font.flavor = None
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def _opened(data: bytes, index: int = 0) -> Any:
    import uharfbuzz as hb

    return hb.Font(hb.Face(data, index))


@functools.cache
def _system_file(character: str) -> tuple[Path | None, int]:
    """A font of the system's that has a letter, as far as it is known, and its number inside."""
    if sys.platform == "darwin":
        return next((Path(name) for name in _MAC_FONTS if Path(name).exists()), None), 0
    pattern = f"sans:charset={ord(character):x}:scalable=true:color=false"
    try:
        done = subprocess.run(
            ["fc-match", "--format=%{file}\n%{index}", pattern],  # noqa: S607 - of the PATH, as xdg-open is
            capture_output=True,
            text=True,
            timeout=_WAIT_S,
            check=True,
        )
        name, index = done.stdout.splitlines()[:2]
    except (OSError, ValueError, subprocess.SubprocessError):
        return None, 0
    return (Path(name), int(index) & 0xFFFF) if Path(name).is_file() else (None, 0)
