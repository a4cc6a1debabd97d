"""The person's own files, handed out by item id: never executed, never from outside a root."""

import errno
import os
import stat
from collections.abc import AsyncIterator, Iterable
from typing import BinaryIO
from urllib.parse import quote

import anyio.to_thread
from starlette.responses import Response, StreamingResponse

from muserd.ground.paths import is_inside

_CHUNK_BYTES = 256 * 1024

# Shown in the browser as they are. Everything else that is text becomes plain text, and what is
# neither is a download: markup (SVG, HTML) never runs as a part of this page.
_PICTURES = frozenset(
    f"image/{kind}"
    for kind in ("jpeg", "png", "apng", "webp", "gif", "bmp", "tiff", "avif", "heic", "heif")
)
_PLAIN = "text/plain; charset=utf-8"


def open_original(path: bytes, roots: Iterable[bytes]) -> BinaryIO:
    """A regular file, opened, that lies under a root, symbolic links resolved.

    Raises:
        OSError: it is away, is no regular file, or a link leads out of its root.
    """
    real = os.path.realpath(path)
    mine = [root for root in map(os.path.expanduser, roots) if is_inside(path, root)]
    held = any(is_inside(real, os.path.realpath(root)) for root in mine)
    if not held and not (not mine and real == os.path.abspath(path)):
        raise PermissionError(errno.EACCES, "leads out of its root")
    handle = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "not a regular file")
    return os.fdopen(handle, "rb", buffering=0)


def original_response(
    file: BinaryIO, media_type: str, name: str, *, head: bool = False
) -> Response:
    """A file as a response, which closes it when it was sent; with `head`, its headers only."""
    kind, inline = _PLAIN, True
    if media_type in _PICTURES:
        kind = media_type
    elif not media_type.startswith("text/"):
        kind, inline = "application/octet-stream", False
    size = os.fstat(file.fileno()).st_size
    headers = {
        "content-length": str(size),
        "content-disposition": _disposition(name, inline=inline),
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "cache-control": "private, no-cache",
    }
    if head:
        file.close()
        return Response(media_type=kind, headers=headers)
    return StreamingResponse(_pieces(file, size), media_type=kind, headers=headers)


async def _pieces(file: BinaryIO, size: int) -> AsyncIterator[bytes]:
    """Exactly `size` bytes, unless the file shrinks: then the connection breaks, as it must."""
    with file:
        at = 0
        while at < size:
            wanted = min(_CHUNK_BYTES, size - at)
            piece = await anyio.to_thread.run_sync(os.pread, file.fileno(), wanted, at)
            if not piece:
                return
            at += len(piece)
            yield piece


def _disposition(name: str, *, inline: bool) -> str:
    kind = "inline" if inline else "attachment"
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
