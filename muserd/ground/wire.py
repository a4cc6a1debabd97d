"""Frames between muserd and its workers: a JSON header and raw buffers. Never pickle.

A frame is `u32 header length, u32 buffer count, u64 length per buffer, header, buffers`, all
little-endian. The header is a JSON object. See docs/formats.md.
"""

import json
import os
import struct
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

Header = dict[str, Any]
MAX_HEADER_BYTES = 64 * 2**20
MAX_BUFFER_BYTES = 2 * 2**30
MAX_BUFFERS = 1_000_000

_PREFIX = struct.Struct("<II")
_LENGTH = struct.Struct("<Q")


class FrameError(Exception):
    """The stream does not carry frames of this protocol, or ended inside one."""


def write_frame(
    stream: BinaryIO,
    header: Header | msgspec.Struct,
    buffers: tuple[bytes | memoryview, ...] = (),
) -> None:
    """Write one frame and flush. Raises OSError when the peer is gone."""
    body = _body(header)
    stream.write(_PREFIX.pack(len(body), len(buffers)))
    stream.write(b"".join(_LENGTH.pack(memoryview(buffer).nbytes) for buffer in buffers))
    stream.write(body)
    stream.writelines(buffers)
    stream.flush()


def read_frame(stream: BinaryIO) -> tuple[Header, list[bytes]] | None:
    """Read one frame; None at a clean end of the stream. See `read_raw_frame` and `header_of`."""
    frame = read_raw_frame(stream)
    return None if frame is None else (header_of(frame[0]), frame[1])


def header_of(data: bytes) -> Header:
    """A header as an object. Raises FrameError."""
    try:
        header = json.loads(data)
    except ValueError as error:
        raise FrameError(f"the header of a frame is no JSON: {error}") from error
    if not isinstance(header, dict):
        raise FrameError("the header of a frame is not an object")
    return header


def read_raw_frame(stream: BinaryIO) -> tuple[bytes, list[bytes]] | None:
    """Read one frame, its header as it was written; None at a clean end of the stream.

    Raises:
        FrameError: the stream ended inside a frame, or the lengths make no sense.
    """
    first = stream.read(1)
    if not first:
        return None
    header_bytes, count = _PREFIX.unpack(first + _exactly(stream, _PREFIX.size - 1))
    if header_bytes > MAX_HEADER_BYTES or count > MAX_BUFFERS:
        raise FrameError(f"implausible frame: header of {header_bytes} bytes, {count} buffers")
    lengths = [length for (length,) in _LENGTH.iter_unpack(_exactly(stream, _LENGTH.size * count))]
    if any(length > MAX_BUFFER_BYTES for length in lengths):
        raise FrameError(f"implausible frame: a buffer of {max(lengths)} bytes")
    header = _exactly(stream, header_bytes)
    return header, [_exactly(stream, length) for length in lengths]


def _body(header: Header | msgspec.Struct) -> bytes:
    """A header as JSON. In structs, bytes and paths are base64 of their bytes."""
    if not isinstance(header, msgspec.Struct):
        return json.dumps(header, separators=(",", ":")).encode()
    try:
        return msgspec.json.encode(header, enc_hook=_path_bytes)
    except (UnicodeEncodeError, OverflowError):
        # Some file wrote half a surrogate pair, which is no text, or a number without end.
        plain = msgspec.to_builtins(header, enc_hook=_path_bytes)
        return json.dumps(plain, ensure_ascii=False).encode("utf-8", "replace")


def _path_bytes(value: Any) -> bytes:
    if isinstance(value, Path):
        return os.fsencode(value)
    raise NotImplementedError(f"{type(value).__name__} in a header")


def _exactly(stream: BinaryIO, count: int) -> bytes:
    parts: list[bytes] = []
    missing = count
    while missing:
        part = stream.read(missing)
        if not part:
            raise FrameError(f"the stream ended {missing} bytes before the end of a frame")
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
