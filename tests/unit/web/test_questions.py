"""Questions: checked before the engine is asked; whatever they are, never a server error."""

import itertools
import json
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from urllib.parse import quote

import pytest

from tests.odd_addresses import odd_addresses

BAD_IDS = [
    "",
    "x",
    "-1",
    "1.5",
    "4294967296",
    "9" * 30,
    "1e3",
    "%00",
    "٣",
    "0x1",
    "..",
    "/etc/passwd",
]


@pytest.mark.parametrize("given", BAD_IDS)
def test_ids_are_numbers(page, given):
    """Whatever is no number of an item is 400, on every route that takes one."""
    for route in ("/preview", "/original", "/api/similar", "/api/note"):
        assert page.status(f"{route}?id={quote(given, safe='%')}") == 400
        assert page.status(route) == 400


def test_questions_are_checked(page):
    """Spaces, limits and words out of range are 400 before the engine is asked."""
    bad = [
        "/api/search?q=&space=image",
        "/api/search?space=image",
        "/api/search?q=a",
        "/api/search?q=a&space=sound",
        "/api/search?q=a&space=image&limit=0",
        "/api/search?q=a&space=image&limit=501",
        f"/api/search?q={'a' * 501}&space=image",
        "/preview?id=1&size=63",
        "/preview?id=1&size=4097",
    ]
    before = page.engine.queries.searches
    assert {page.status(address) for address in bad} == {400}
    assert page.engine.queries.searches == before
    status, _, body = page.ask("/api/search?q=a%20%20b&space=image")
    assert (status, json.loads(body)["query"]) == (200, "a b")


def test_a_cold_encoder_is_503_with_words(page):
    """The page can say why and try again."""
    status, _, body = page.ask("/api/search?q=cold&space=image")
    assert status == 503
    assert json.loads(body)["error"]["message"] == "the encoder is loading"


def test_a_crowd_waits_or_hears_503(page, monkeypatch):
    """Two searches at once, sixteen wait, the rest is sent away; eighteen are answered."""
    release, lock, inside, most = threading.Event(), threading.Lock(), [0], [0]

    def slow(words, space, limit):
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        release.wait(20)
        with lock:
            inside[0] -= 1
        return {"space": space, "query": words, "hits": []}

    monkeypatch.setattr(page.engine.queries, "search", slow)
    with ThreadPoolExecutor(30) as pool:
        asked = [pool.submit(page.ask, "/api/search?q=a&space=image") for _ in range(30)]
        first = [one.result() for one in itertools.islice(as_completed(asked, 20), 12)]
        assert page.status("/api/similar?id=1") == 200  # other gates are open
        release.set()
        statuses = [one.result()[0] for one in asked]
    assert {status for status, *_ in first} == {503}
    assert first[0][1]["retry-after"] == "2"
    assert (statuses.count(200), statuses.count(503), most[0]) == (18, 12, 2)


def test_no_odd_request_is_a_server_error(page):
    """A thousand odd addresses with odd parameters: refused or answered, never 500."""
    for address in odd_addresses(1_000, seed=7):
        assert page.status(address) < 500, address
