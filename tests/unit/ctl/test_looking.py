"""Commands that show: words for people, JSON for scripts."""

import json
import re
import sys
import time
from pathlib import Path

import msgspec

from muserd.ctl import browsers
from muserd.ctl.commands import open as open_command
from muserd.ground.json_bodies import BySpace, encode
from tests.unit.ctl.conftest import TOKEN


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


def test_open_prints_an_address_that_is_good_once(up, ctl):
    """For ten minutes; the token only with --permanent; without a page it says why."""
    printed = ctl("open", "--print")[1].strip()
    given = printed.removeprefix("http://127.0.0.1:7367/login?token=")
    assert given != printed
    assert TOKEN not in printed
    assert up.access.enter(given, "", "") is not None
    assert up.access.enter(given, "", "") is None
    up.access.revoke(None)
    lasting = ctl("open", "--print", "--permanent")[1].strip()
    assert lasting.endswith(f"token={up.access.token}")
    assert ctl("open", "--permanent")[0] == 2
    up.engine.page_url, up.engine.page_problem = "", "the page is off: port 7367 is taken"
    status, _, err = ctl("open", "--print")
    assert (status, "port 7367 is taken" in err) == (1, True)


BROWSER = """#!/bin/sh
printf '%s\\n' "$@" > {seen}/argv
path=$(printf '%s' "$1" | sed 's,file://,,')
ls -ld "$path" "$(dirname "$path")" > {seen}/modes
cp "$path" {seen}/page
"""


def browser(folder, monkeypatch):
    """A browser that notes how it was started and what it was handed."""
    script = folder / "browser"
    script.write_text(BROWSER.format(seen=folder))
    script.chmod(0o700)
    monkeypatch.setenv("BROWSER", str(script))


def test_open_hands_the_browser_a_private_file_and_no_secret(up, ctl, monkeypatch, places):
    """Command lines are read by everybody: neither the token nor a pass stands on one."""
    browser(places, monkeypatch)
    monkeypatch.setattr(open_command, "_arrived", lambda *_: True)
    assert ctl("open")[:2] == (0, "")
    argv = (places / "argv").read_text().strip()
    assert re.fullmatch(r"file://\S+/open/muser-[0-9a-f]{16}\.html", argv)
    page = (places / "page").read_text()
    given = re.search(r"login\?token=([\w-]+)", page)[1]
    assert given not in argv
    assert TOKEN not in page
    modes = (places / "modes").read_text()
    assert modes.count("-rw-------") == modes.count("drwx------") == 1
    assert not Path(argv.removeprefix("file://")).exists()
    assert up.access.enter(given, "", "") is not None
    assert up.access.enter(given, "", "") is None


def test_open_shows_an_address_where_no_browser_comes(up, ctl, monkeypatch, places):
    """No window, one that is shut in, or one that never spends its pass: a person can."""
    browser(places, monkeypatch)
    monkeypatch.setattr(open_command, "_ARRIVES_S", 0.2)
    status, out, err = ctl("open")
    assert (status, "login?token=" in out) == (0, True)
    assert "did not open the page" in err
    monkeypatch.setattr(browsers, "confined", lambda: "the snap firefox_firefox")
    assert "the snap firefox_firefox" in ctl("open")[2]
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    status, out, err = ctl("open")
    assert TOKEN not in out
    assert "ten minutes" in err


def test_a_browser_that_is_shut_in_is_recognised(monkeypatch, tmp_path):
    """By the folder that its desktop entry lies in, or by the file that $BROWSER leads to."""
    monkeypatch.delenv("BROWSER", raising=False)
    (tmp_path / "firefox_firefox.desktop").touch()
    monkeypatch.setattr(browsers, "_SNAPS", (tmp_path,))
    monkeypatch.setattr(browsers, "_default_entry", lambda: "firefox_firefox.desktop")
    assert browsers.confined() == "the snap firefox_firefox"
    monkeypatch.setattr(browsers, "_default_entry", lambda: "chromium.desktop")
    assert browsers.confined() == ""
    monkeypatch.setattr(browsers, "_default_entry", lambda: "../firefox_firefox.desktop")
    assert browsers.confined() == ""
    monkeypatch.setenv("BROWSER", sys.executable)
    assert browsers.confined() == ""


def test_sessions(up, ctl):
    """Listed with what they call themselves; shut out by id, or all at once."""
    up.access.revoke(None)
    assert "no browser" in ctl("sessions")[2]
    up.access.enter(up.access.token, "Firefox 145\x1b[2J, Linux", "")
    listed = ctl("sessions", "list")[1]
    assert "Firefox 145" in listed
    assert "\x1b" not in listed
    name = json.loads(ctl("sessions", "--json")[1])["sessions"][0]["id"]
    assert ctl("sessions", "revoke")[0] == 2
    assert ctl("sessions", "revoke", name, "--all")[0] == 2
    assert ctl("sessions", "revoke", name)[0] == 0
    assert ctl("sessions", "revoke", name)[0] == 2
    token = up.access.token
    assert "token was replaced" in ctl("sessions", "revoke", "--all")[1]
    assert not up.access.is_token(token)


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
    assert "image      encoding, 75%, 400 files to go at 5.0 a second, 1 min 20 s left" in out
    assert "text       fitting umap, 40%" in out
    assert "paused by you; `muserctl resume` continues" in out
    assert "paused until the machine is on mains power; see resources.pause_on_battery" in out
    assert "━" not in out


def test_when_a_failed_file_is_tried_again(up, ctl, monkeypatch):
    """In a while, or when it changes."""
    (failure,) = up.engine.failures()
    later = msgspec.structs.replace(failure, next_try_at=int((time.time() + 90) * 1000))
    monkeypatch.setattr(up.engine, "failures", lambda: (failure, later))
    out = ctl("failed")[1]
    assert "retried when the file changes" in out
    assert "retried in 1 min 29 s" in out
