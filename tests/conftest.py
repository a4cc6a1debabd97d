"""For every test."""

import logging
import os
import shutil
import signal
from collections.abc import Iterator
from typing import Any

import pytest

CHROMIUM = os.environ.get("MUSER_CHROMIUM") or shutil.which("chromium") or "chromium-browser"


def pytest_configure() -> None:
    """Let Ctrl-C reach what tests start, also where a shell runs them in the background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """A test that configures logging, or runs a program that does, does it for itself only."""
    root = logging.getLogger()
    level, disabled = root.level, root.manager.disable
    yield
    root.setLevel(level)
    logging.disable(disabled)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium with software WebGL; there can be only one Playwright in a process."""
    sync_api = pytest.importorskip("playwright.sync_api")
    if shutil.which(CHROMIUM) is None:
        pytest.skip("no chromium; .ci/run installs it")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which(CHROMIUM),
            args=["--no-sandbox", "--enable-unsafe-swiftshader"],
        )
        yield chromium
        chromium.close()
