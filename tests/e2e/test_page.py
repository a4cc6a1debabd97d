"""The real page of a real daemon in Chromium: what is dropped into a folder appears on it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, expect

from tests.e2e import samples
from tests.e2e.daemon import Daemon, running

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

SHOWN_MS = 60_000


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    base = tmp_path_factory.mktemp("page")
    samples.pictures(base / "pictures", 30)
    samples.notes(base / "notes", 20)
    with running(base) as daemon:
        daemon.sync()
        yield daemon


def test_arrivals_and_departures_reach_the_open_page(daemon: Daemon, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    complaints: list[str] = []
    strangers: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    address = daemon.ctl("open", "--print").stdout.strip()
    origin = address.split("/login")[0]
    page.on(
        "request",
        lambda r: (
            r.url.startswith(("http", "ws"))
            and not r.url.startswith((origin, daemon.home()))
            and strangers.append(r.url)
        ),
    )
    page.goto(address)
    status = page.locator("body")
    expect(status).to_contain_text("30 pictures", timeout=SHOWN_MS)
    path = samples.picture(daemon.pictures / "dropped.png", 5_000)
    expect(status).to_contain_text("31 pictures", timeout=SHOWN_MS)
    path.unlink()
    expect(status).to_contain_text("30 pictures", timeout=SHOWN_MS)
    assert "token" not in page.url  # the secret does not stay in the address bar
    assert not complaints
    assert not strangers
    page.close()


def test_the_site_folder_opens_from_any_web_server(
    daemon: Daemon, browser: Browser, tmp_path: Path
) -> None:
    import functools
    import http.server
    import threading

    shutil.copytree(daemon.base / "state" / "site", tmp_path / "site")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path / "site")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = browser.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    try:
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        expect(page.locator("body")).to_contain_text("30 pictures", timeout=SHOWN_MS)
        assert not failures
    except Error as error:
        raise AssertionError(f"the page did not open: {error}") from error
    finally:
        page.close()
        server.shutdown()
        server.server_close()
