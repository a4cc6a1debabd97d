"""Commands that show: words for people, JSON for scripts."""

import json
import sys
import time

import msgspec

from muserd.ground import passes
from muserd.ground.json_bodies import BySpace, encode


def test_status_for_people(up, ctl):
    """What it does, what it holds, in aligned columns and without colours in a pipe."""
    status, out, err = ctl("status")
    assert (status, err) == (0, "")
    assert "muserd 0.1.0 is working · pid 4711 · up 3 h 12 min · 96 MB" in out
    assert "3 files, the oldest for 4 s" in out
    assert "EfficientNet-Lite0 (built-in), cpu" in out
    assert "2 files; see `muserctl failed`" in out
    assert "\x1b" not in out


def test_status_as_json_is_the_daemons_own(up, ctl):
    """Scripts get the object unchanged."""
    status, out, _ = ctl("status", "--json")
    assert status == 0
    assert json.loads(out) == json.loads(encode(up.engine.status()))


def test_lists_as_ndjson(up, ctl):
    """One object a line, each with its schema."""
    lines = ctl("items", "--json")[1].splitlines()
    assert len(lines) == 1_203
    assert json.loads(lines[7])["schema"] == 1
    assert "not placed yet" in ctl("items")[1].splitlines()[0]
    lines = ctl("items", "--space", "image", "--json")[1].splitlines()
    assert len(lines) == 601
    names = [json.loads(line)["name"] for line in ctl("regions", "--json")[1].splitlines()]
    assert names == ["image land", "county", "text land", "county", "isle"]


def test_regions_are_shown_as_a_tree(up, ctl):
    """Counties under their lands."""
    out = ctl("regions")[1]
    assert "image   1     40  image land" in out
    assert "image   2     20    county" in out


def test_failed_files(up, ctl):
    """Cause and remedy; and once more."""
    out = ctl("failed")[1]
    assert "truncated: ends early" in out
    assert "copy it again" in out
    assert json.loads(ctl("failed", "--json")[1])["failures"][0]["cause"] == "truncated"
    assert ctl("failed", "retry", "/r/bad.jpg")[0] == 0
    assert up.engine.calls == [("retry_failures", b"/r/bad.jpg")]


def test_fits(up, ctl):
    """A table for people, the numbers for scripts."""
    listed = ctl("fits", "list")[1]
    assert "growth" in listed
    assert all(word in listed for word in ("0.960", "0.400", "0.020 / 0.080", "90%"))
    assert len(json.loads(ctl("fits", "list", "--json")[1])["fits"]) == 4
    assert ctl("fits", "rollback", "9")[0] == 2
    assert "--space" in ctl("fits", "rollback", "2")[2]  # both maps have one


def test_health(up, ctl):
    """0 well, 1 degraded."""
    assert ctl("health")[:2] == (0, "ok\n")
    up.engine.ok = False
    status, out, _ = ctl("health")
    assert (status, out) == (1, "degraded\n  the disk is full\n")
    assert json.loads(ctl("health", "--json")[1])["problems"] == ["the disk is full"]


def test_a_page_that_is_off_is_not_ok(up, ctl):
    """Health, status and doctor say so, each with the remedy, and not with exit status 0."""
    problem = "the page is off: port 7367 of 127.0.0.1 cannot be used: Address already in use"
    up.engine.page_url, up.engine.page_problem = "", problem
    status, out, _ = ctl("health")
    assert (status, out) == (1, f"degraded\n  {problem}\n")
    assert problem in ctl("status")[1]
    status, out, _ = ctl("doctor", "--json")
    findings = {one["name"]: one for one in json.loads(out)["findings"]}
    assert (status, findings["daemon"]["level"]) == (1, "fail")
    assert "the page is off" in findings["daemon"]["message"]


def test_open_prints_the_address(up, ctl):
    """Token included; without a page it says why."""
    assert ctl("open", "--print")[1] == "http://127.0.0.1:7367/login?token=secret\n"
    up.engine.page_url, up.engine.page_problem = "", "the page is off: port 7367 is taken"
    status, _, err = ctl("open", "--print")
    assert (status, "port 7367 is taken" in err) == (1, True)


def test_open_gives_the_browser_an_address_that_is_good_once(up, ctl, monkeypatch, places):
    """Command lines are seen by others; the token is not in it."""
    seen = places / "seen"
    browser = places / "browser"
    browser.write_text(f'#!/bin/sh\necho "$@" > {seen}\n')
    browser.chmod(0o700)
    monkeypatch.setenv("BROWSER", str(browser))
    assert ctl("open")[:2] == (0, "")
    token = seen.read_text().strip().partition("token=")[2]
    assert "secret" not in token
    judge = passes.Judge("secret")
    assert judge.accepts(token, time.time())
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert ctl("open")[1] == "http://127.0.0.1:7367/login?token=secret\n"


def test_version(up, ctl, places):
    """Both, if both are there."""
    assert json.loads(ctl("version", "--json")[1])["daemon"] == "0.1.0"
    assert ctl("--version")[0] == 0


def test_another_version_is_noticed(up, ctl, monkeypatch):
    """After an update the old daemon still runs: version and doctor say what to do."""
    whole = msgspec.structs.replace(up.engine.status(), version="0.0.9")
    monkeypatch.setattr(up.engine, "status", lambda: whole)
    _, out, err = ctl("version")
    assert (out.splitlines()[1], "muserctl service restart" in err) == ("muserd 0.0.9", True)
    findings = json.loads(ctl("doctor", "--json")[1])["findings"]
    daemon = next(one for one in findings if one["name"] == "daemon")
    assert (daemon["level"], daemon["remedy"]) == ("warn", "muserctl service restart")


def test_progress_for_people(up, ctl, monkeypatch):
    """What is done, how fast, how long it takes; why intake rests."""
    whole = up.engine.status()
    fitting, idle = whole.progress["image"], whole.progress["text"]
    encoding = msgspec.structs.replace(idle, stage="encoding", pending=400, rate_per_s=5.0)
    fitting = msgspec.structs.replace(fitting, step="umap", share=0.4, pending=0)
    progress = BySpace(encoding, fitting)
    whole = msgspec.structs.replace(whole, progress=progress, pauses=("battery", "user"))
    monkeypatch.setattr(up.engine, "status", lambda: whole)
    out = ctl("status")[1]
    assert "image   encoding, 75%, 400 files to go at 5.0 a second, 1 min 20 s left" in out
    assert "text    fitting umap, 40%" in out
    assert "paused  by you; `muserctl resume` goes on" in out
    assert "paused  until the machine is on mains; see resources.pause_on_battery" in out
    assert "━" not in out


def test_when_a_failed_file_is_tried_again(up, ctl, monkeypatch):
    """In a while, or when it changes."""
    (failure,) = up.engine.failures()
    later = msgspec.structs.replace(failure, next_try_at=int((time.time() + 90) * 1000))
    monkeypatch.setattr(up.engine, "failures", lambda: (failure, later))
    out = ctl("failed")[1]
    assert "again when the file changes" in out
    assert "again in 1 min 29 s" in out
