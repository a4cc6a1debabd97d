"""Who may look at the page, and how: the checks that every request passes before any route.

Host (against DNS rebinding), Sec-Fetch-Site (against other pages in the same browser), method,
size, session. Who is refused too often hears 429 only. What is let through leaves with the headers
that keep the page to itself. Until the session is known, all work is linear in a head of at most
16 kB, and no library parses any of it. The reasons are in docs/security.md.
"""

import time
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from muserd.ground.access import Access
from muserd.web import entry
from muserd.web.gate import Bucket
from muserd.web.headers import HEADERS, cookie, refuse, session_cookie
from muserd.web.posting import Posting, PostRule

_MAX_ADDRESS_BYTES = 8_192  # path and query; a search is at most 500 characters
REFUSALS_PER_S, REFUSALS_BURST = 20.0, 200  # a page with an old cookie asks for many files
_OWN = frozenset({"same-origin", "none"})  # `same-site` is any other port of this machine


def loopback_hosts(port: int, name: str = "") -> frozenset[str]:
    """The values of the Host header that mean this page on this port.

    Args:
        port: of the page.
        name: a host name of its own below `localhost`, if the page has one.
    """
    names = ("127.0.0.1", "localhost", "[::1]", *([name] if name else []))
    hosts = {f"{one}:{port}" for one in names}
    return frozenset(hosts | set(names) if port == 80 else hosts)  # 80 is left out by browsers


class Guard:
    """ASGI middleware around the whole page.

    Args:
        app: what is guarded.
        access: knows tokens, passes and sessions.
        allowed_hosts: exact values of the Host header.
        home: the origin of the page's own, which addresses of loopback lead to; empty if none.
        posts: what may be asked by POST, by the beginning of its path.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        access: Access,
        allowed_hosts: frozenset[str],
        home: str = "",
        posts: Mapping[str, PostRule] | None = None,
    ) -> None:
        self._app = app
        self._access = access
        self._hosts = allowed_hosts
        self._entry = entry.Entry(access, home)
        self._posting = Posting(posts or {})
        self._refusals = Bucket(REFUSALS_PER_S, REFUSALS_BURST)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] != "http":
            return  # neither websockets nor lifespan are served
        headers = Headers(scope=scope)
        given = cookie(headers, self._access.name)
        renewed = False
        answer = self._refusal(scope, headers) or self._entry.answer(scope, headers, given)
        if answer is None:
            answer, renewed = self._unknown(scope, headers, given)
        if answer is None and scope["method"] == "POST":
            answer, receive = self._posting.check(scope, headers, given, receive)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    sent.setdefault(name, value)
                if renewed:
                    sent.append("set-cookie", session_cookie(self._access.name, given))
            await send(message)

        if answer is None:
            await self._app(scope, receive, send_guarded)
            return
        if answer.status_code >= 400 and not self._refusals.take(time.monotonic()):
            answer = refuse(
                429, "Too many refused requests.", connection="close", **{"retry-after": "5"}
            )
        await answer(scope, receive, send_guarded)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return refuse(403, "This host name is not served. Open the page with: muserctl open")
        from_elsewhere = not _OWN.issuperset(headers.getlist("sec-fetch-site"))
        if from_elsewhere and not self._entry.takes_from_elsewhere(scope, headers):
            return refuse(403, "Requests from other pages are refused.")
        posted = scope["method"] == "POST" and self._posting.rule(scope["path"]) is not None
        if scope["method"] not in {"GET", "HEAD"} and not posted:
            return refuse(405, "Only GET and HEAD are served.", allow="GET, HEAD")
        if not posted and _has_body(headers):
            return refuse(413, "Requests must not have a body.")
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > _MAX_ADDRESS_BYTES:
            return refuse(414, "The address is too long.")
        return None

    def _unknown(self, scope: Scope, headers: Headers, given: str) -> tuple[Response | None, bool]:
        """401 for whoever has neither session nor token; and whether a cookie is to be renewed."""
        session, renewed = self._access.find(given)
        if session is not None:
            return None, renewed
        if scope["method"] != "POST" and self._access.is_token(_bearer(headers)):
            return None, False
        answer = self._entry.way_home(headers) or refuse(
            401, "This page is private. Open it with: muserctl open"
        )
        if given:  # it has ended, or is the token itself, which an older Muser kept in the cookie
            answer.headers.append("set-cookie", f"{self._access.name}=; Max-Age=0; Path=/")
        return answer, False


def _bearer(headers: Headers) -> str:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""


def _has_body(headers: Headers) -> bool:
    lengths = headers.getlist("content-length")
    return any(one.strip("0") for one in lengths) or "transfer-encoding" in headers
