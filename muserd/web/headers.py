"""What every answer carries, and the few things that are read of a request before it is trusted."""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response

from muserd.ground.sessions import VALID_MS

_COOKIE_SECONDS = VALID_MS // 1000

_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}


def cookie(headers: Headers, name: str) -> str:
    """The value of a cookie; empty if there is none. Linear in the length of the header."""
    for line in headers.getlist("cookie"):
        for pair in line.split(";"):
            key, _, value = pair.partition("=")
            if key.strip() == name:
                return value.strip().strip('"')
    return ""


def session_cookie(name: str, secret: str) -> str:
    """The header that makes a browser keep its session."""
    return f"{name}={secret}; Max-Age={_COOKIE_SECONDS}; Path=/; HttpOnly; SameSite=Strict"


def refuse(status: int, words: str, **headers: str) -> Response:
    """A refusal in plain words."""
    return PlainTextResponse(f"{words}\n", status_code=status, headers=headers)
