"""Who may look at the page, and how: the checks that every request passes before any route.

Host (against DNS rebinding), Sec-Fetch-Site (against other pages in the same browser), method,
size, token. Who is refused too often hears 429 only. What is let through leaves with the headers
that keep the page to itself. The reasons are in docs/security.md.
"""

import hashlib
import hmac
import time
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from muserd.ground import passes
from muserd.web.gate import Bucket

_MAX_ADDRESS_BYTES = 8_192  # path and query; a search is at most 500 characters
_COOKIE_SECONDS = 400 * 86_400  # the longest that browsers keep one
REFUSALS_PER_S, REFUSALS_BURST = 20.0, 200  # a page with an old cookie asks for many files
_OWN = frozenset({"same-origin", "none"})  # `same-site` is any other port of this machine

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


def loopback_hosts(port: int) -> frozenset[str]:
    """The values of the Host header that mean this page on this port."""
    names = ("127.0.0.1", "localhost", "[::1]")
    hosts = {f"{name}:{port}" for name in names}
    return frozenset(hosts | set(names) if port == 80 else hosts)  # 80 is left out by browsers


def cookie_name(token: str) -> str:
    """The cookie of one instance: cookies are shared by all ports of a host."""
    return f"muser-{hashlib.sha256(token.encode()).hexdigest()[:8]}"


class Guard:
    """ASGI middleware around the whole page."""

    def __init__(self, app: ASGIApp, *, token: str, allowed_hosts: frozenset[str]) -> None:
        self._app = app
        self._token = token.encode()
        self._cookie = cookie_name(token)
        self._hosts = allowed_hosts
        self._judge = passes.Judge(token)
        self._refusals = Bucket(REFUSALS_PER_S, REFUSALS_BURST)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] != "http":
            return  # neither websockets nor lifespan are served

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        answer = self._refusal(scope, headers)
        if answer is None and scope["path"] == "/login":
            answer = self._login(scope, headers)
        elif answer is None and not self._knows(headers):
            answer = _refuse(401, "This page is private. Open it with: muserctl open")
        if answer is None:
            await self._app(scope, receive, send_guarded)
            return
        if answer.status_code >= 400 and not self._refusals.take(time.monotonic()):
            answer = _refuse(429, "Too many refusals.", connection="close", **{"retry-after": "5"})
        await answer(scope, receive, send_guarded)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return _refuse(403, "This host name is not served. Open the page with: muserctl open")
        if headers.get("sec-fetch-site", "none") not in _OWN:
            return _refuse(403, "Requests from other pages are refused.")
        if scope["method"] not in {"GET", "HEAD"}:
            return _refuse(405, "Only GET and HEAD are served.", allow="GET, HEAD")
        if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
            return _refuse(413, "Requests have no body.")
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > _MAX_ADDRESS_BYTES:
            return _refuse(414, "The address is too long.")
        return None

    def _login(self, scope: Scope, headers: Headers) -> Response:
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])
        # Browsers may ask twice for one address: a pass is used up then, but the cookie is there.
        good = len(given) == 1 and (
            hmac.compare_digest(given[0].encode(), self._token)
            or self._judge.accepts(given[0], time.time())
        )
        if not good and not self._knows(headers):
            return _refuse(403, "The token is not valid. Open the page with: muserctl open")
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(
            self._cookie,
            self._token.decode(),
            max_age=_COOKIE_SECONDS,
            path="/",
            httponly=True,
            samesite="strict",
        )
        return answer

    def _knows(self, headers: Headers) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), self._token):
            return True
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(self._cookie)
        except CookieError:
            return False
        return morsel is not None and hmac.compare_digest(morsel.value.encode(), self._token)


def _refuse(status: int, words: str, **headers: str) -> Response:
    return PlainTextResponse(f"{words}\n", status_code=status, headers=headers)
