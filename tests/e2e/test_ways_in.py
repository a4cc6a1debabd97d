"""The ways into the page with a real daemon (fake encoders): a browser, a thief, a flood."""

import contextlib
import http.client
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from muserd.ground import handover, unix_socket
from tests.crash.victim import Victim

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another account")
NOBODY = 65_534
SHOWN_MS = 30_000


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    it = Victim(tmp_path_factory.mktemp("ways"))
    it.start()
    yield it
    assert it.stop() == 0


@pytest.mark.browser
def test_a_browser_ends_at_the_pages_own_origin(victim: Victim, browser: Browser) -> None:
    """By a printed address, by a handed-over file, and by a bookmark of 127.0.0.1 with a place."""
    printed = victim.ctl("open", "--print").stdout.strip()
    context = browser.new_context()
    page = context.new_page()
    page.goto(printed)
    home = victim.home()
    expect(page).to_have_url(re.compile(re.escape(home) + "/(#.*)?$"), timeout=SHOWN_MS)
    (cookie,) = context.cookies()
    assert cookie["domain"] == urlsplit(home).hostname
    assert cookie["value"] != (victim.base / "state" / "token").read_text()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    page.goto(f"{victim.json('status')['url']}#/text/3/0.25/0.25")
    expect(page).to_have_url(re.compile(re.escape(home) + "/#/text/.*"), timeout=SHOWN_MS)
    context.close()
    login = json.loads(victim.ctl("open", "--json").stdout)["login"]
    context = browser.new_context()
    page = context.new_page()
    page.goto(handover.write(victim.base / "run" / "open", login).as_uri())
    expect(page).to_have_url(re.compile(re.escape(home) + "/(#.*)?$"), timeout=SHOWN_MS)
    assert page.evaluate("fetch('/manifest.json').then((answer) => answer.status)") == 200
    context.close()


@pytest.mark.browser
def test_no_other_local_server_is_sent_the_cookie_or_shuts_the_page_out(
    victim: Victim, browser: Browser
) -> None:
    """Cookies know no ports: those of 127.0.0.1 and those of the page never meet."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(victim.ctl("open", "--print").stdout.strip())
    home = victim.home()
    expect(page).to_have_url(re.compile(re.escape(home) + "/(#.*)?$"), timeout=SHOWN_MS)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        heads: list[bytes] = []

        def answer_one(connection: socket.socket) -> None:
            cookies = b"".join(b"Set-Cookie: c%d=%s\r\n" % (n, b"x" * 3_800) for n in range(40))
            with connection:
                heads.append(connection.recv(65_536))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + cookies + b"\r\n")

        def serve() -> None:  # a browser may open a second connection, and use either
            with contextlib.suppress(OSError):
                while True:
                    one = other.accept()[0]
                    threading.Thread(target=answer_one, args=[one], daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        page.goto(f"http://127.0.0.1:{other.getsockname()[1]}/")
        other.shutdown(socket.SHUT_RDWR)
    assert any(heads)
    assert not any(b"muser-" in head for head in heads)
    page.goto(home)
    expect(page).to_have_title("Muser", timeout=SHOWN_MS)
    answer = page.goto(victim.json("status")["url"])
    assert answer is not None
    assert answer.status == 431
    assert "clear the cookies" in page.inner_text("body")
    context.close()


BROWSER = """#!/bin/sh
sleep 1
exec {python} -I -c '
import http.cookiejar, re, sys, urllib.request
page = open(sys.argv[1].removeprefix("file://")).read()
address = re.search(r"http://[^\\"]+login[^\\"]+", page)[0].replace("\\\\u003c", "<")
opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
opener.open(address).read()
print(opener.open(address.split("login")[0] + "manifest.json").status)
' "$1" > {out} 2>&1
"""
THIEF = """
import encodings.idna, glob, http.client, os, re, sys, time
os.setuid(int(sys.argv[1]))
seen, got, end = set(), 0, time.monotonic() + float(sys.argv[2])
print("watching", flush=True)
while time.monotonic() < end:
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            words = open(path, "rb").read()
        except OSError:
            continue
        for port, secret in re.findall(rb":(\\d+)/login\\?token=([\\w-]+)", words):
            seen.add(secret)
            try:
                one = http.client.HTTPConnection("127.0.0.1", int(port), timeout=2)
                one.request("GET", "/login?token=" + secret.decode())
                got += one.getresponse().status < 400
            except (OSError, http.client.HTTPException):
                pass
        for name in re.findall(rb"file://(\\S+?)\\0", words):
            try:
                got += len(open(name, "rb").read())
            except OSError:
                pass
    time.sleep(0.001)
print(len(seen), got)
"""


@as_root
def test_a_thief_who_polls_command_lines_gets_nothing(victim: Victim) -> None:
    """Another account watches /proc while the browser is opened: no pass, no page, no file."""
    script, out = victim.base / "browser", victim.base / "browser.out"
    script.write_text(BROWSER.format(python=sys.executable, out=out))
    script.chmod(0o700)
    victim.environment["BROWSER"] = str(script)
    command = [sys.executable, "-I", "-c", THIEF, str(NOBODY), "5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd="/") as thief:
        assert thief.stdout is not None
        assert thief.stdout.readline() == b"watching\n"
        assert victim.ctl("open").returncode == 0
        assert thief.stdout.read() == b"0 0\n"
    deadline = time.monotonic() + 5
    while "200" not in out.read_text():
        assert time.monotonic() < deadline, out.read_text()
        time.sleep(0.05)


FLOOD = """
import encodings.idna, os, socket, sys, time
os.setuid(int(sys.argv[1]))
port, end = int(sys.argv[2]), time.monotonic() + float(sys.argv[3])
start = b"GET / HTTP/1.1\\r\\nHost: 127.0.0.1:%d\\r\\n" % port
cookie = b'Cookie: a="' + b"\\\\0" * 8000
heads = [start + b"\\r\\n", start + cookie + b"\\r\\n\\r\\n", start + b"A: b\\r\\n" * 20000]
heads = heads if sys.argv[4] == "large" else heads[:1]
asked = 0
print("flooding", flush=True)
while time.monotonic() < end:
    for head in heads:
        one = socket.socket()
        try:
            one.settimeout(2)
            one.connect(("127.0.0.1", port))
            one.sendall(head)
            one.recv(64)
        except OSError:
            pass
        one.close()
        asked += 1
print(asked)
"""
FLOOD_S = 4


def time_status(path: Path) -> float:
    """Seconds that the control socket needs for a status."""
    started = time.monotonic()
    connection = http.client.HTTPConnection("localhost", timeout=10)
    connection.sock = socket.socket(socket.AF_UNIX)
    with unix_socket.address(path) as address:
        connection.sock.connect(address)
    connection.request("GET", "/status")
    assert connection.getresponse().status == 200
    connection.close()
    return time.monotonic() - started


@pytest.mark.parametrize("uid", [pytest.param(NOBODY, marks=as_root), os.geteuid()])
@pytest.mark.parametrize(("heads", "floods", "least_a_s"), [("large", 1, 75), ("small", 2, 200)])
def test_status_answers_whatever_the_page_is_asked(
    victim: Victim, uid: int, heads: str, floods: int, least_a_s: int
) -> None:
    """Refusals by the thousand, of another account and of the own one: control has its own loop.

    How many were asked is printed, and bounded by what a busy machine reaches.
    """
    port = urlsplit(victim.json("status")["url"]).port
    words = [sys.executable, "-I", "-c", FLOOD, str(uid), str(port), str(FLOOD_S), heads]
    running = [subprocess.Popen(words, stdout=subprocess.PIPE, cwd="/") for _ in range(floods)]
    for flood in running:
        assert flood.stdout is not None
        assert flood.stdout.readline() == b"flooding\n"
    taken: list[Any] = []
    while any(flood.poll() is None for flood in running):
        taken.append(time_status(victim.base / "run" / "control.sock"))
        time.sleep(0.02)
    asked_a_s = sum(int(flood.communicate()[0]) for flood in running) / FLOOD_S
    print(f"{asked_a_s:.0f} refusals a second, status in {statistics.median(taken) * 1e3:.0f} ms")
    assert asked_a_s > least_a_s
    assert statistics.median(taken) < 0.15, sorted(taken)[-5:]
    assert sorted(taken)[int(0.95 * len(taken))] < 0.15, sorted(taken)[-10:]
