"""`/api/find` and `/api/complete`: what is asked reaches the engine, checked; examples by POST."""

import json

import pytest

from muserd.ground.access import page_key


def get(page, query):
    status, _, body = page.ask(f"/api/find?{query}")
    return status, json.loads(body)


def test_words_reach_the_engine(page):
    status, found = get(page, "q=walrus%20tag:x&space=text&limit=5&meaning=0&like=3,4&unlike=5")
    assert status == 200
    ask = page.engine.find.asked[-1]
    assert (ask.text, ask.spaces, ask.limit, ask.meaning) == ("walrus tag:x", ("text",), 5, False)
    assert (ask.like, ask.unlike) == ((3, 4), (5,))
    assert found["hits"][0]["certain"] is True
    assert found["hits"][0]["snippet"]["marks"] == [[2, 8]]
    assert found["doors"]["words"]["state"] == "done"


@pytest.mark.parametrize(
    "query",
    ["", "q=", "q=%20", "q=a&space=sound", "q=a&limit=0", "q=a&limit=x", "like=x", "like=-1",
     "like=" + ",".join(["1"] * 65)],
)  # fmt: skip
def test_questions_are_checked(page, query):
    assert page.ask(f"/api/find?{query}")[0] == 400


@pytest.mark.parametrize("text", ["%22", "%00", "%F0%9F%A6%AD", "a%20OR", "x" * 3000])
def test_odd_words_are_answered(page, text):
    assert page.ask(f"/api/find?q={text}")[0] == 200


def test_filters_complete(page):
    status, _, body = page.ask("/api/complete?key=tag&prefix=al")
    assert (status, json.loads(body)["values"]) == (200, [{"value": "al-tag", "count": 3}])


def test_items_are_grouped_by_a_filter(page):
    status, _, body = page.ask("/api/groups?key=camera&space=image&most=3")
    assert (status, json.loads(body)["groups"]) == (200, [{"value": "camera-image", "items": [3]}])
    for wrong in ("key=camera", "key=camera&space=sound", "key=camera&space=text&most=0"):
        assert page.ask(f"/api/groups?{wrong}")[0] == 400, wrong


def post(page, body, kind="image/png", query="space=image", **changed):
    headers = {
        "Origin": f"http://127.0.0.1:{page.port}",
        "Sec-Fetch-Site": "same-origin",
        "X-Muser-Page": page_key(page.secret),
        "Content-Type": kind,
        **changed,
    }
    return page.ask(f"/api/find?{query}", method="POST", headers=headers, body=body)


def test_a_picture_is_an_example(page):
    status, _, body = post(page, b"pixels")
    assert status == 200
    assert json.loads(body)["hits"]
    assert list(page.engine.find.asked[-1].vectors) == ["image"]


def test_a_paragraph_is_an_example(page):
    assert post(page, b"some words", "application/vnd.muser.text", "")[0] == 200
    assert list(page.engine.find.asked[-1].vectors) == ["text"]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"broken", "image/png", 422),
        (b"", "image/png", 400),
        (b"<html>", "text/html", 415),
        (b"words", "text/plain", 415),
    ],
)
def test_what_is_no_example_gets_a_sentence(page, body, kind, status):
    found, _, answer = post(page, body, kind)
    assert found == status
    assert answer


@pytest.mark.parametrize(
    "changed",
    [{"Origin": "http://evil.example"}, {"X-Muser-Page": None}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_another_page_may_not_ask(page, changed):
    before = len(page.engine.find.asked)
    assert post(page, b"pixels", **changed)[0] == 403
    assert len(page.engine.find.asked) == before
