"""The ways in: which host a tab ends at, who may send it there, and what is answered unasked."""

import pytest

from muserd.ground.clock import ManualClock
from tests.unit.web.page import TOKEN, make_access

TAB = {
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
    "Accept": "text/html,*/*",
}


def at_home(page):
    return {"Host": f"{page.access.name}.localhost:{page.port}"}


def test_a_tab_at_127_0_0_1_is_led_home(page):
    """Its script tries the name first; what it is asked for is not repeated in the page."""
    status, headers, body = page.ask("/?<script>", token=False, headers=TAB | NONE)
    assert status == 401
    assert f'data-home="http://{page.access.name}.localhost:{page.port}"'.encode() in body
    assert b"<script>" not in body.replace(b'<script src="/entry.js"', b"")
    assert f"connect-src http://{page.access.name}.localhost" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    given = page.access.issue(60)
    status, headers, body = page.ask(f"/login?token={given}", token=False, headers=TAB)
    assert (status, "set-cookie" in headers) == (200, False)
    assert given.encode() not in body
    staying = f"/login?token={given}&stay=1"  # the script's way where the name is not known
    assert "set-cookie" in page.ask(staying, token=False, headers=TAB)[1]


NONE = {"Sec-Fetch-Site": "none"}


def test_a_file_may_send_a_tab_to_the_login_and_nowhere_else(page):
    """A file is another origin. Frames, pictures and scripts of other origins stay refused."""
    given = page.access.issue(60)
    headers = TAB | at_home(page)
    for elsewhere in ("/", "/original?id=1", "/api/session", "/manifest.json"):
        assert page.status(elsewhere, headers=headers) == 403
    for dest in ("iframe", "image", "script", "empty", "object", "embed"):
        assert (
            page.status(f"/login?token={given}", headers=headers | {"Sec-Fetch-Dest": dest}) == 403
        )
    assert page.status(f"/login?token={given}", headers=headers | {"Sec-Fetch-Mode": "cors"}) == 403
    status, answer, body = page.ask(f"/login?token={given}", token=False, headers=headers)
    assert (status, "location" in answer) == (200, False)
    assert answer["set-cookie"].startswith(f"{page.access.name}=")
    assert b'src="/entry.js"' in body
    assert page.status("/arrive", token=False, headers=headers) == 200


def test_a_preview_does_not_spend_a_pass(page):
    """Prefetching, and HEAD of whatever shows links."""
    given = page.access.issue(60)
    for more in ({"method": "HEAD"}, {"headers": {"Sec-Purpose": "prefetch"}}):
        assert page.status(f"/login?token={given}", token=False, **more) == 403
    assert page.status(f"/login?token={given}", token=False) == 303


def test_only_the_own_name_answers_a_knock(page):
    """`/here` tells a script whether a name resolves; at 127.0.0.1 it would tell any page."""
    knock = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "empty"}
    status, headers, body = page.ask("/here", token=False, headers=knock | at_home(page))
    assert (status, body) == (204, b"")
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert page.status("/here", token=False, headers=knock) == 403


def test_what_an_older_release_left_in_the_cookie_is_taken_away(page):
    """It kept the token there, which every other local server was sent."""
    old = {"Cookie": f"{page.access.name}={TOKEN}"}
    status, headers, _ = page.ask("/", token=False, headers=old)
    assert status == 401
    assert headers["set-cookie"] == f"{page.access.name}=; Max-Age=0; Path=/"


def test_a_session_is_renewed_daily(tmp_path):
    """30 days from the last visit, and the cookie with it; one that was not used ends."""
    clock = ManualClock()
    access = make_access(tmp_path, clock)
    secret = access.enter(TOKEN, "", "").secret
    assert access.find(secret)[1] is False
    clock.advance(29 * 86_400)
    assert access.find(secret)[1] is True
    assert access.find(secret)[1] is False
    clock.advance(29 * 86_400)
    assert access.find(secret)[0] is not None
    clock.advance(31 * 86_400)
    assert access.find(secret)[0] is None


@pytest.mark.parametrize("days", [-400, -3, 3, 400])
def test_a_clock_that_jumps_and_comes_back_shuts_nobody_out(tmp_path, days):
    """A year ahead for an hour: sessions are refused meanwhile, and none is lost."""
    clock = ManualClock()
    access = make_access(tmp_path, clock)
    secret = access.enter(TOKEN, "", "").secret
    given = access.issue(60)
    clock.jump(days * 86_400_000)
    access.find(secret)
    assert access.enter(given, "another", "") is not None  # passes run on a clock nobody sets
    clock.jump(-days * 86_400_000)
    assert access.find(secret)[0] is not None
    assert make_access(tmp_path, clock).find(secret)[0] is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"version": 0}',
        '{"version": 1, "name": "../x", "sessions": []}',
        '{"version": 1, "name": "muser-00000000", "sessions": [{}]}',
        '{"version": 1, "name": "muser-00000000", "sessions": 7}',
        "[" * 100_000,
    ],
)
def test_a_sessions_file_that_is_damaged_or_of_another_version(tmp_path, text):
    """Counts as empty; `muserctl open` lets browsers in anew."""
    (tmp_path / "sessions.json").write_text(text)
    access = make_access(tmp_path)
    assert access.sessions() == []
    secret = access.enter(TOKEN, "", "").secret
    assert (tmp_path / "sessions.json").stat().st_mode & 0o777 == 0o600
    assert secret not in (tmp_path / "sessions.json").read_text()
    again = make_access(tmp_path)
    assert again.find(secret)[0] is not None
    assert again.name == access.name
    again.revoke(None)
    assert again.name == access.name  # bookmarks go on working
