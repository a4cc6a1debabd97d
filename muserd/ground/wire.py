"""Frames between muserd and its workers: a JSON header and raw buffers. Never pickle.

A frame is `u32 header length, u32 buffer count, u64 length per buffer, header, buffers`, all
little-endian. The header is a JSON object. See docs/formats.md.
"""

import json
import struct
from typing import Any, BinaryIO

Header = dict[str, Any]
MAX_HEADER_BYTES = 64 * 2**20
MAX_BUFFER_BYTES = 2 * 2**30
MAX_BUFFERS = 1_000_000

_PREFIX = struct.Struct("<II")
_LENGTH = struct.Struct("<Q")


class FrameError(Exception):
    """The stream does not carry frames of this protocol, or ended inside one."""


def write_frame(
    stream: BinaryIO, header: Header, buffers: tuple[bytes | memoryview, ...] = ()
) -> None:
    """Write one frame and flush. Raises OSError when the peer is gone."""
    body = json.dumps(header, separators=(",", ":")).encode()
    stream.write(_PREFIX.pack(len(body), len(buffers)))
    stream.write(b"".join(_LENGTH.pack(memoryview(buffer).nbytes) for buffer in buffers))
    stream.write(body)
    stream.writelines(buffers)
    stream.flush()


def read_frame(stream: BinaryIO) -> tuple[Header, list[bytes]] | None:
    """Read one frame; None at a clean end of the stream.

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
    header = json.loads(_exactly(stream, header_bytes))
    if not isinstance(header, dict):
        raise FrameError("the header of a frame is not an object")
    return header, [_exactly(stream, length) for length in lengths]


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
