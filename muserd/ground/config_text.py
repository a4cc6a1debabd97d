"""The text of the configuration file: UTF-8, with or without a byte order mark."""

import codecs
from pathlib import Path

from muserd.ground.errors import ConfigError, remedy, why

# Longest first: the mark of UTF-32 (little-endian) begins with that of UTF-16.
_OTHER_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


def read_text(path: Path) -> str | None:
    """The text of a configuration file; None when there is no file.

    Raises:
        ConfigError: it cannot be read, or is not UTF-8.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {why(error)}", remedy(error)) from error
    return decode(data, str(path))


def decode(data: bytes, source: str) -> str:
    """UTF-8 as text; a byte order mark is dropped.

    Raises:
        ConfigError: naming the first byte that is not UTF-8, and how to convert the file.
    """
    for mark, name in _OTHER_MARKS:
        if data.startswith(mark):
            raise ConfigError(
                f"{source} is {name}, not UTF-8: it starts with the bytes {mark.hex(' ')}",
                _convert(name, source),
            )
    data = data.removeprefix(codecs.BOM_UTF8)
    if (at := data.find(b"\0")) >= 0:
        raise ConfigError(
            f"{source} is not UTF-8: byte 00 at {_position(data, at)}; it may be UTF-16",
            _convert("UTF-16", source),
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        byte = f"{data[error.start]:02x}"
        raise ConfigError(
            f"{source} is not UTF-8: byte {byte} at {_position(data, error.start)}",
            _convert("ISO-8859-1", source),
        ) from None


def _position(data: bytes, at: int) -> str:
    """Line and column, from 1, as editors count."""
    line = data.count(b"\n", 0, at) + 1
    start = data.rfind(b"\n", 0, at) + 1
    return f"line {line}, column {len(data[start:at].decode('utf-8', 'replace')) + 1}"


def _convert(encoding: str, source: str) -> str:
    return f"save it as UTF-8 in your editor, or convert it: iconv -f {encoding} -t UTF-8 {source}"
