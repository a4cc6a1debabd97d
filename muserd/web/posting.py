"""What a POST must bring along before any route sees it.

GET changes nothing. The few routes that change Muser's own data, open something for the person, or
take an example to search by, are asked by POST, and only from the page itself: a session's cookie
(never the bearer token), the page's own origin in `Origin`, `Sec-Fetch-Site: same-origin` where
the browser says it, the session's page key in `X-Muser-Page`, a content type that no form can
send, and a body whose length is announced and bounded. How often is bounded too.
"""

import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Message, Receive, Scope

from muserd.ground.access import page_key
from muserd.web.gate import Bucket
from muserd.web.headers import refuse

PAGE_HEADER = "x-muser-page"
# What a form of another page can send without asking first (WHATWG Fetch, CORS-safelisted).
_OF_FORMS = {"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"}


@dataclass(frozen=True, slots=True)
class PostRule:
    """What one kind of POST may be.

    Attributes:
        max_bytes: the longest body.
        per_s, burst: how often, for all pages together.
        types: the media types that a body may have.
    """

    max_bytes: int = 65_536
    per_s: float = 10.0
    burst: int = 50
    types: tuple[str, ...] = ("application/json",)

    def __post_init__(self) -> None:
        if _OF_FORMS.intersection(self.types):
            raise ValueError("a form of another page could send this type")


class Posting:
    """The rules of all POST routes, by the beginning of their paths."""

    def __init__(self, rules: Mapping[str, PostRule]) -> None:
        self._rules = sorted(rules.items(), key=lambda pair: -len(pair[0]))
        self._buckets = {start: Bucket(rule.per_s, rule.burst) for start, rule in self._rules}

    def rule(self, path: str) -> PostRule | None:
        """The rule of a path; None where nothing is posted to."""
        found = self._find(path)
        return found[1] if found else None

    def check(
        self, scope: Scope, headers: Headers, cookie: str, receive: Receive
    ) -> tuple[Response | None, Receive]:
        """A refusal, or None and a `receive` that gives no more than the announced body.

        Args:
            scope: a POST to a path that has a rule, of a session that is known.
            headers: its headers.
            cookie: the secret of its session.
            receive: of ASGI.
        """
        found = self._find(scope["path"])
        if found is None:
            return refuse(405, "Only GET and HEAD are served here."), receive
        start, rule = found
        wrong = _origin(headers) or _key(headers, cookie) or _type(headers, rule)
        if wrong is not None:
            return wrong, receive
        length = _length(headers)
        if length is None:
            return refuse(411, "The request must declare the length of its body."), receive
        if length > rule.max_bytes:
            return refuse(413, f"At most {rule.max_bytes} bytes are taken."), receive
        if not self._buckets[start].take(time.monotonic()):
            return refuse(429, "Too many requests.", **{"retry-after": "1"}), receive
        return None, _bounded(receive, length)

    def _find(self, path: str) -> tuple[str, PostRule] | None:
        for start, rule in self._rules:
            if path == start or (start.endswith("/") and path.startswith(start)):
                return start, rule
        return None


def _origin(headers: Headers) -> Response | None:
    """Browsers send `Origin` with every POST; its host is the one that was asked."""
    origins, sites = headers.getlist("origin"), headers.getlist("sec-fetch-site")
    if origins != [f"http://{headers['host'].lower()}"]:
        return refuse(403, "Only the page itself may send this request.")
    if sites not in ([], ["same-origin"]):
        return refuse(403, "Only the page itself may send this request.")
    return None


def _key(headers: Headers, cookie: str) -> Response | None:
    given = headers.getlist(PAGE_HEADER)
    key = page_key(cookie).encode()
    if len(given) == 1 and hmac.compare_digest(given[0].encode("utf-8", "surrogatepass"), key):
        return None
    return refuse(403, "The page's key is missing or wrong: load the page again.")


def _type(headers: Headers, rule: PostRule) -> Response | None:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in rule.types:
        return None
    return refuse(415, f"Send {' or '.join(rule.types)}.")


def _length(headers: Headers) -> int | None:
    given = headers.getlist("content-length")
    if len(given) != 1 or "transfer-encoding" in headers:
        return None
    number = given[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) <= 12 else None


def _bounded(receive: Receive, length: int) -> Receive:
    """`receive`, which breaks off should more come than was announced."""
    left = length

    async def bounded() -> Message:
        nonlocal left
        message = await receive()
        if message["type"] == "http.request":
            left -= len(message.get("body", b""))
            if left < 0:
                return {"type": "http.disconnect"}
        return message

    return bounded
