"""Chromium, the built page, and synthetic sites to show."""

import fcntl
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))  # these tests share two modules with bench/viewer.py

from site_maker import make_site  # noqa: E402
from site_server import SiteServer  # noqa: E402

AT_REST = (
    "muser.scene.plane.grid !== null && muser.scene.resting && muser.atlas.pictures.waiting === 0"
)


@pytest.fixture(scope="session")
def page_folder() -> Path:
    """The built page, built now if its sources are newer; one process at a time."""
    sources, page = ROOT / "viewer", ROOT / "muserd" / "_page"
    with (sources / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        npm = shutil.which("npm")
        if npm is None:  # `make setup` has built the page with the Node of a wheel
            return page
        if not (sources / "node_modules").is_dir():
            install = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            subprocess.run(install, cwd=sources, check=True)
        index = page / "index.html"
        newest = max(path.stat().st_mtime for path in (sources / "src").rglob("*"))
        if not index.is_file() or index.stat().st_mtime < newest:
            subprocess.run([npm, "run", "--silent", "build"], cwd=sources, check=True)
    return page


@pytest.fixture(scope="session")
def shared_site(page_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of 600 pictures and 300 notes that no test changes."""
    folder = tmp_path_factory.mktemp("site")
    make_site(folder, images=600, texts=300, seed=3, page=page_folder, distinct=128)
    return folder


@pytest.fixture
def serve() -> Iterator[Callable[[Path], SiteServer]]:
    """Serve a folder until the test ends."""
    servers: list[SiteServer] = []

    def start(folder: Path) -> SiteServer:
        servers.append(SiteServer(folder).__enter__())
        return servers[-1]

    yield start
    for server in servers:
        server.__exit__()


class Viewer:
    """A page that is ready, with what it complained about."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._console)

    def _console(self, message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def go(self, url: str) -> "Viewer":
        """Open an address and wait for the map."""
        origin = url.split("/", 3)[2]
        self.page.on(
            "request",
            lambda request: None if origin in request.url else self.foreign.append(request.url),
        )
        self.page.goto(url)
        return self.ready()

    def ready(self) -> "Viewer":
        """Wait until everything that the address asks for is there."""
        self.wait("document.documentElement.dataset.ready === 'true'")
        return self

    def eval(self, script: str) -> Any:
        """What a script says; `muser` is the application."""
        return self.page.evaluate(script)

    def wait(self, condition: str, timeout_s: float = 20) -> None:
        """Until a condition holds; Playwright's own wait needs `eval`, which the policy forbids."""
        last = time.monotonic() + timeout_s
        while not self.page.evaluate(condition):
            assert time.monotonic() < last, f"never came true: {condition}"
            self.page.wait_for_timeout(60)

    def rest(self, calm_s: float = 0.5, timeout_s: float = 20) -> "Viewer":
        """Wait until nothing was drawn, fetched or faded in for a while."""
        last = time.monotonic() + timeout_s
        since = time.monotonic()
        while time.monotonic() - since < calm_s:
            assert time.monotonic() < last, "the map never came to rest"
            if not self.page.evaluate(AT_REST):
                since = time.monotonic()
            self.page.wait_for_timeout(30)
        return self

    def free_item(self) -> tuple[int, float, float]:
        """An item that nothing covers on the screen: its slot and where it is drawn."""
        found = self.page.evaluate(
            """(() => {
              for (const slot of muser.list.inSight()) {
                const [x, y] = muser.scene.screenOf(slot);
                // Clear all around: browsers lead a finger to a button nearby.
                const free = [[0, 0], [40, 0], [-40, 0], [0, 40], [0, -40]].every(([dx, dy]) => {
                  const top = document.elementFromPoint(x + dx, y + dy);
                  return top?.closest('.map') && !top.closest('button');
                });
                if (free && muser.scene.pick(x, y) === slot) return [slot, x, y];
              }
            })()"""
        )
        assert found, "every item is covered"
        return found[0], found[1], found[2]

    def pixels(self) -> tuple[float, int]:
        """Standard deviation of luminance, and the number of distinct colours, of a screenshot."""
        import io

        import numpy as np
        from PIL import Image

        with Image.open(io.BytesIO(self.page.screenshot())) as image:
            small = np.asarray(image.convert("RGB"))[60:-30:3, ::3].reshape(-1, 3)
        grey = small @ np.array([0.299, 0.587, 0.114])
        return float(grey.std()), len(np.unique(small // 8, axis=0))


@pytest.fixture
def viewer(browser: Any) -> Iterator[Callable[..., Viewer]]:
    """Make pages; when the test ends none may have complained or asked another origin."""
    contexts: list[Any] = []
    viewers: list[Viewer] = []

    def make(*, context: Any = None, **options: Any) -> Viewer:
        if context is None:
            settings = {"viewport": {"width": 900, "height": 640}, "color_scheme": "dark"} | options
            context = browser.new_context(**settings)
            contexts.append(context)
        viewers.append(Viewer(context.new_page()))
        return viewers[-1]

    yield make
    for one in viewers:
        assert one.complaints == []
        assert one.foreign == []
    for context in contexts:
        context.close()
