"""The renderer: the only place that prints. Colours on a terminal only, and not under NO_COLOR."""

import io
import json as json_codec
import os
import sys
import time
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from muserd.ground import streams
from muserd.ground.errors import MuserError, remedy, why
from muserd.ground.names import harmless

SCHEMA = 1
_LINES_EVERY_S = 10.0
_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


class StdoutError(MuserError):
    """Standard output cannot be written; a pipe that its reader closed is a BrokenPipeError."""


def write_out(text: str = "") -> None:
    """Write to stdout, or flush it when there is no text. Raises StdoutError, BrokenPipeError."""
    try:
        if text:
            sys.stdout.write(text)
        else:
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        message = f"standard output cannot be written: {why(error)}"
        raise StdoutError(message, remedy(error, "redirect it to a file")) from error


class Output:
    """Prints text for users, or JSON for programs."""

    def __init__(self, *, json: bool = False) -> None:
        self.json = json
        self.terminal = sys.stdout.isatty()
        self._wanted = "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        self._colours = self.terminal and self._wanted and not json
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # a terminal that knows no `é` gets `\\xe9`
                stream.reconfigure(errors="backslashreplace")
        self._next_line_s = 0.0
        self._ascii = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"

    def text(self, text: str) -> None:
        """A line, or several, on stdout."""
        write_out(text + "\n")

    def note(self, text: str) -> None:
        """A remark to the user on stderr, never among the data. Silent with `--json`."""
        if not self.json:
            sys.stderr.write(text + "\n")

    def progress(self, text: str) -> None:
        """A line on stderr that the next call replaces, on a terminal only; empty clears it."""
        if sys.stderr.isatty() and not self.json:
            sys.stderr.write(f"\r{text}\x1b[K")
            sys.stderr.flush()

    def advance(self, text: str) -> None:
        """Progress that lasts: on a terminal as `progress`, else a line every few seconds."""
        if sys.stderr.isatty():
            self.progress(text)
        elif time.monotonic() >= self._next_line_s:
            self._next_line_s = time.monotonic() + _LINES_EVERY_S
            self.note(text)

    def object(self, body: dict[str, Any]) -> None:
        """One JSON object with its schema number: indented on a terminal, one line in a pipe."""
        whole = {"schema": SCHEMA, **body}
        indent = 2 if self.terminal else None
        write_out(json_codec.dumps(whole, indent=indent, ensure_ascii=self._ascii) + "\n")

    def line(self, body: dict[str, Any]) -> None:
        """One line of NDJSON."""
        whole = {"schema": SCHEMA, **body}
        write_out(json_codec.dumps(whole, ensure_ascii=self._ascii) + "\n")

    def error(self, error: MuserError) -> None:
        """An error: text on stderr, or JSON on stdout with `--json`."""
        if self.json and not isinstance(error, StdoutError):
            body = {"message": error.message, "hint": error.hint, "exit": error.exit_code}
            self.object({"error": body})
        else:
            self.problem(error)

    def problem(self, error: MuserError) -> None:
        """A failure on stderr in any case: stdout may be what failed."""
        try:
            self._complain(error)
        except OSError:  # nothing is left to write it to: the exit status has to do
            streams.discard(sys.stderr)

    def _complain(self, error: MuserError) -> None:
        red = sys.stderr.isatty() and self._wanted
        name = "\x1b[31mmuserctl:\x1b[0m" if red else "muserctl:"
        said = "\n".join(map(clean, str(error).splitlines()))
        sys.stderr.write(f"{name} {said}\n")
        sys.stderr.flush()

    def paint(self, text: str, *styles: str) -> str:
        """`text` in a colour, where there are colours."""
        if not self._colours or not text:
            return text
        return f"\x1b[{';'.join(_CODES[style] for style in styles)}m{text}\x1b[0m"

    def table(
        self,
        head: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        right: str = "",
        indent: int = 0,
    ) -> None:
        """Aligned columns; the last one is not padded.

        Args:
            head: column titles; empty strings for none.
            rows: a cell per column.
            right: the titles, space-separated, of columns that are aligned to the right.
            indent: spaces before each line.
        """
        cells = [tuple(head), *(tuple(map(clean, row)) for row in rows)]
        if not any(head):
            cells = cells[1:]
        widths = [max((_columns(row[i]) for row in cells), default=0) for i in range(len(head))]
        numeric = [title in right.split() for title in head]
        for at, row in enumerate(cells):
            parts = [
                " " * (width - _columns(cell)) + cell
                if is_number
                else cell + " " * (width - _columns(cell))
                for cell, width, is_number in zip(row, widths, numeric, strict=True)
            ]
            line = (" " * indent + "  ".join(parts)).rstrip()
            self.text(self.paint(line, "dim") if any(head) and at == 0 else line)


def clean(text: object) -> str:
    """Text that is safe on a terminal: control characters are escaped."""
    return harmless(str(text))


def _columns(text: str) -> int:
    """The columns that a text takes on a terminal: two for each wide character."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def count(number: object, noun: str = "", plural: str = "") -> str:
    """`1,234 files`; with a missing number `–`."""
    if not isinstance(number, int):
        return "–"
    text = f"{number:,}"
    if not noun:
        return text
    return f"{text} {noun if number == 1 else plural or noun + 's'}"


def size(number_of_bytes: object) -> str:
    """`1.2 GB`, in powers of ten, as disks are sold."""
    if not isinstance(number_of_bytes, int | float):
        return "–"
    value = float(number_of_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if abs(value) < 1000:
            return f"{value:.0f} {unit}" if value >= 10 or unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:,.1f} TB"


def duration(seconds: object) -> str:
    """`3 h 12 min`: the two largest units."""
    if not isinstance(seconds, int | float):
        return "–"
    whole = max(0, int(seconds))
    if whole < 1:
        return "0 s" if seconds < 0.05 else f"{min(seconds, 0.9):.1f} s"
    units = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
    parts = []
    for name, length in units:
        if whole >= length:
            parts.append(f"{whole // length} {name}")
            whole %= length
    return " ".join(parts[:2])


def ago(at_ms: object) -> str:
    """`12 s ago`, from Unix milliseconds."""
    if not isinstance(at_ms, int | float):
        return "never"
    return f"{duration(time.time() - at_ms / 1000)} ago"


def soon(at_ms: float) -> str:
    """`in 12 s`, from Unix milliseconds."""
    left_s = at_ms / 1000 - time.time()
    return f"in {duration(left_s)}" if left_s > 1 else "now"


def home(path: str) -> str:
    """A path with `~` for the home directory."""
    own = os.path.expanduser("~")
    return "~" + path[len(own) :] if path == own or path.startswith(own + "/") else path
