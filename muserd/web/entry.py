"""The ways in: `/login`, and from the addresses of loopback to the page's own origin.

Cookies belong to a host name, whatever the port: on `127.0.0.1` every other local server would be
sent the page's. So the page has a name of its own below `localhost` (RFC 6761), which nobody else
serves. A browser that comes to 127.0.0.1 is shown a page whose script tries whether it knows that
name, and leads there if it does; other clients (curl, browsers without it) stay where they are.

The paths of this module are answered before a session is known; none tells anything.
"""

import re
from functools import cache
from importlib import resources
from urllib.parse import unquote

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Scope

from muserd.ground.access import Access
from muserd.web.headers import refuse, session_cookie

LOGIN, ARRIVE, HERE, SCRIPT = "/login", "/arrive", "/here", "/entry.js"
_PRIVATE = "This page is private. Open it with: muserctl open"
_PAGE = """\
<!doctype html>
<html lang="en"{home}>
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<title>Muser</title>
<script src="/entry.js" defer></script>
{more}<p>{words}</p>
</html>
"""
_ENDINGS = re.compile(r"(Edg|OPR|Firefox|Chrome|Version|curl)/(\d{1,4})")
_NAMES = {"Edg": "Edge", "OPR": "Opera", "Version": "Safari"}
_ORDER = ("Edg", "OPR", "Firefox", "Chrome", "Version", "curl")  # Chrome's followers name it too
_SYSTEMS = ("Android", "iPhone", "iPad", "Mac OS X", "Windows", "Linux")


class Entry:
    """Answers what needs no session.

    Args:
        access: judges passes and the token, makes sessions.
        home: the page's own origin, `http://muser-….localhost:PORT`; empty where it has none.
    """

    def __init__(self, access: Access, home: str) -> None:
        self._access = access
        self._home = home
        self._home_host = home.partition("//")[2]

    def takes_from_elsewhere(self, scope: Scope, headers: Headers) -> bool:
        """Whether a request may come from another origin: a tab that is led here, or a knock.

        A file that hands a pass to the browser is another origin, and so is 127.0.0.1.
        """
        if scope["path"] == HERE:
            return headers.get("host", "").lower() == self._home_host
        seen = (headers.getlist("sec-fetch-mode"), headers.getlist("sec-fetch-dest"))
        return scope["path"] in {LOGIN, ARRIVE} and seen == (["navigate"], ["document"])

    def answer(self, scope: Scope, headers: Headers, cookie: str) -> Response | None:
        """The answer to a path of this module; None for every other."""
        match scope["path"]:
            case "/here":
                return Response(
                    status_code=204, headers={"cross-origin-resource-policy": "cross-origin"}
                )
            case "/entry.js":
                return Response(_script(), media_type="text/javascript; charset=utf-8")
            case "/arrive":
                return self._page("Opening the maps …", 200)
            case "/login":
                return self._login(scope, headers, cookie)
        return None

    def way_home(self, headers: Headers) -> Response | None:
        """401 for a tab at an address of loopback, with the script that leads it home."""
        if self._elsewhere(headers):
            return self._page(_PRIVATE, 401, home=self._home)
        return None

    def _login(self, scope: Scope, headers: Headers, cookie: str) -> Response:
        if scope["method"] != "GET" or "sec-purpose" in headers:  # previews must not spend a pass
            return refuse(403, "Only a browser tab can log in.")
        query = _query(scope["query_string"])
        if "stay" not in query and self._elsewhere(headers):
            return self._page("Opening the maps …", 200, home=self._home)
        given = query.get("token", [""])
        browser = browser_name(headers.get("user-agent", ""))
        try:
            entered = self._access.enter(given[0], browser, cookie) if len(given) == 1 else None
        except OSError as error:
            words = f"The session cannot be kept: {error.strerror}. Free some space."
            return refuse(503, words)
        if entered is None and self._access.find(cookie)[0] is None:
            return refuse(403, "The token is not valid. Open the page with: muserctl open")
        if "text/html" in headers.get("accept", ""):
            # Not a redirect: a browser that was led here by another origin would send its strict
            # cookie only to what this page itself asks for.
            more = '<noscript><meta http-equiv="refresh" content="0; url=/"></noscript>\n'
            answer = self._page("Opening the maps …", 200, more=more)
        else:
            answer = RedirectResponse("/", status_code=303)
        if entered is not None:
            sealed = session_cookie(self._access.name, entered.secret)
            answer.headers.append("set-cookie", sealed)
        return answer

    def _elsewhere(self, headers: Headers) -> bool:
        """Whether a browser's tab asks at another host name than the page's own."""
        at_home = headers.get("host", "").lower() == self._home_host
        return bool(self._home) and not at_home and headers.get("sec-fetch-dest") == "document"

    def _page(self, words: str, status: int, *, home: str = "", more: str = "") -> Response:
        reach = home or "'none'"
        policy = (
            f"default-src 'none'; script-src 'self'; connect-src {reach}; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        marked = f' data-home="{home}"' if home else ""
        body = _PAGE.format(home=marked, words=words, more=more)
        return HTMLResponse(body, status, {"content-security-policy": policy})


def browser_name(agent: str) -> str:
    """What a browser calls itself, in few words: `Firefox 145, Linux`."""
    found = dict(_ENDINGS.findall(agent[:512]))
    name = next((f"{_NAMES.get(key, key)} {found[key]}" for key in _ORDER if key in found), "")
    system = next((one for one in _SYSTEMS if one in agent[:512]), "")
    plain = name or "".join(c for c in agent[:40] if c.isprintable())
    return ", ".join(filter(None, (plain, system))) or "unknown"


def _query(raw: bytes) -> dict[str, list[str]]:
    """The fields of a query string. Linear: no library looks at it before a session is known."""
    fields: dict[str, list[str]] = {}
    for pair in raw.decode("latin-1").split("&"):
        key, _, value = pair.partition("=")
        fields.setdefault(key, []).append(unquote(value))
    return fields


@cache
def _script() -> bytes:
    return resources.files("muserd.web").joinpath("entry.js").read_bytes()
