"""Original files by item id: never executed by the browser, never from outside a root."""

import errno
import os
import re
import stat
from collections.abc import AsyncIterator, Iterable
from typing import BinaryIO
from urllib.parse import quote

import anyio.to_thread
from starlette.responses import Response, StreamingResponse

from muserd.ground.beneath import open_below

_CHUNK_BYTES = 256 * 1024

# Shown in the browser as they are. Everything else that is text becomes plain text, and what is
# neither is a download: markup (SVG, HTML) never runs as a part of this page.
_PICTURES = frozenset(
    f"image/{kind}"
    for kind in (
        "jpeg",
        "png",
        "apng",
        "webp",
        "gif",
        "bmp",
        "tiff",
        "avif",
        "heic",
        "heif",
        "jxl",
        "jp2",
    )
)
# What browsers play. It is sandboxed as all originals are, and brings no script.
_VIDEOS = frozenset(f"video/{kind}" for kind in ("mp4", "webm", "ogg", "quicktime", "3gpp"))
_SHOWN = _PICTURES | _VIDEOS | {"application/pdf"}
_PLAIN, _UTF8 = "text/plain; charset=", "utf-8"
_CHARSET = re.compile(r"[A-Za-z0-9][\w.:-]{1,30}")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; sandbox"
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def open_original(path: bytes, roots: Iterable[bytes]) -> BinaryIO:
    """A regular file below a root, opened by no link in any part of its path.

    Raises:
        OSError: it is away, is no regular file, lies in no root, or a link is on the way.
    """
    handle = open_below(map(os.path.expanduser, roots), path)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "not a regular file")
    return os.fdopen(handle, "rb", buffering=0)


def original_response(
    file: BinaryIO,
    media_type: str,
    name: str,
    charset: str = "",
    *,
    head: bool = False,
    asked: str = "",
) -> Response:
    """A file as a response, which closes it when it was sent.

    Args:
        file: opened; it is closed.
        media_type: of the file, by its suffix.
        name: for people who save it.
        charset: of a text; UTF-8 where it is not given.
        head: its headers only.
        asked: the `Range` header; one range of bytes is answered with 206 (RFC 9110, 14.2), so
            that a player can begin anywhere. Anything else gets the whole file.
    """
    known = charset if _CHARSET.fullmatch(charset) else _UTF8
    kind, inline = _PLAIN + known, True
    if media_type in _SHOWN:
        kind = media_type
    elif not media_type.startswith("text/"):
        kind, inline = "application/octet-stream", False
    size = os.fstat(file.fileno()).st_size
    part = _range(asked, size)
    start, stop = part or (0, size)
    headers = {
        "accept-ranges": "bytes",
        "content-length": str(stop - start),
        "content-disposition": _disposition(name, inline=inline),
        "content-security-policy": _POLICY,
        "cache-control": "private, no-cache",
    }
    status = 200
    if part is not None:
        status = 206 if stop > start else 416
        span = f"{start}-{stop - 1}" if stop > start else "*"
        headers["content-range"] = f"bytes {span}/{size}"
    if head or status == 416:
        file.close()
        return Response(status_code=status, media_type=kind, headers=headers)
    return StreamingResponse(
        _pieces(file, start, stop), status_code=status, media_type=kind, headers=headers
    )


def _range(asked: str, size: int) -> tuple[int, int] | None:
    """From and up to which byte is asked for; equal numbers where there is nothing.

    None without a range, and for what is no single range of bytes: it is then ignored.
    """
    found = _RANGE.fullmatch(asked.strip())
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:  # the last so many bytes
        return max(0, size - int(last)), size
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        return 0, 0
    return start, min(int(last) + 1 if last else size, size)


async def _pieces(file: BinaryIO, start: int, stop: int) -> AsyncIterator[bytes]:
    """The bytes from `start` up to `stop`. A file that shrinks breaks the connection: it must."""
    with file:
        at = start
        while at < stop:
            wanted = min(_CHUNK_BYTES, stop - at)
            piece = await anyio.to_thread.run_sync(os.pread, file.fileno(), wanted, at)
            if not piece:
                return
            at += len(piece)
            yield piece


def _disposition(name: str, *, inline: bool) -> str:
    kind = "inline" if inline else "attachment"
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
