"""The published site: immutable files by name, and the few that change."""

import os
import re
import stat

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

# One plain name per folder: no empty names, no leading dots (so no `..` and no temporary files),
# no backslashes, no bytes outside the names that publishing makes.
_SAFE = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._@-]*/){0,4}[A-Za-z0-9_-][A-Za-z0-9._@-]*")
_HASHED = re.compile(r"[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+$")
_MAX_BYTES = 64 * 2**20
_FOREVER = "private, max-age=31536000, immutable"
_ASK = "no-cache"

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".txt": "text/plain; charset=utf-8",
}


class Site:
    """Serves one folder. Reads whole files: the largest is a terrain or a chunk of details."""

    def __init__(self, folder: os.PathLike[str]) -> None:
        self._folder = os.fspath(folder)

    async def endpoint(self, request: Request) -> Response:
        """The route of everything that no other route takes."""
        name = request.path_params.get("name") or "index.html"
        if not _SAFE.fullmatch(name):
            raise HTTPException(404, "no such file")
        try:
            data, tag = await anyio.to_thread.run_sync(self.read, name)
        except OSError:
            if name == "index.html":
                raise HTTPException(503, "the page is not published yet; try again") from None
            raise HTTPException(404, "no such file") from None
        caching = _FOREVER if _is_immutable(name) else _ASK
        headers = {"cache-control": caching, "etag": tag}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        kind = _TYPES.get(os.path.splitext(name)[1].lower(), "application/octet-stream")
        return Response(data, media_type=kind, headers=headers)

    def read(self, name: str) -> tuple[bytes, str]:
        """The bytes of a file and its entity tag. No component may be a symbolic link.

        Raises:
            OSError: there is no such regular file.
        """
        *folders, last = name.split("/")
        handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for folder in folders:
                flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
                inner = os.open(folder, flags, dir_fd=handle)
                os.close(handle)
                handle = inner
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            file = os.open(last, flags, dir_fd=handle)
        finally:
            os.close(handle)
        with os.fdopen(file, "rb") as stream:
            seen = os.fstat(file)
            if not stat.S_ISREG(seen.st_mode) or seen.st_size > _MAX_BYTES:
                raise OSError(f"{name}: not a file to serve")
            tag = f'"{seen.st_ino:x}-{seen.st_mtime_ns:x}-{seen.st_size:x}"'
            return stream.read(_MAX_BYTES), tag


def _is_immutable(name: str) -> bool:
    return "/" in name and _HASHED.search(name) is not None
