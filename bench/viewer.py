"""The page on synthetic sites of 1k to 1M items, in headless Chromium: `python -m bench.viewer`.

Bytes are those of a gzipping server. Frame times are the page's own work per frame (`scene.costs`),
not the software rasteriser's; `longest_task_ms` is measured while panning and zooming.
MUSER_BENCH_ITEMS="1000 10000" chooses the sizes.
"""

# ruff: noqa: E501 (scripts and tables read better unbroken)

import gzip
import json
import os
import shutil
import statistics
import sys
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "browser"))

from site_maker import make_site  # noqa: E402

SIZES = (1_000, 10_000, 100_000, 1_000_000)
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
LIMITS = {
    "first_paint_bytes": 400_000,  # at 100k
    "first_js_gz_bytes": 120_000,
    "frame_p95_ms": {100_000: 6.0, 1_000_000: 12.0},
    "draw_calls": 12,
    "longest_task_ms": 50.0,
    "texture_mib": 208.0,
}
MOVE = """async (seconds) => {
  const { scene } = muser, fit = scene.fit(), n = muser.atlas.current.regions.length;
  const tasks = [];
  const watch = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((e) => e.duration)));
  watch.observe({ entryTypes: ['longtask'] });
  scene.costs.length = 0;
  let calls = 0, frames = 0;
  const until = performance.now() + seconds * 1000;
  let turn = 0;
  while (performance.now() < until) {
    await new Promise(requestAnimationFrame);
    const t = (turn++ % 240) / 240;
    const region = muser.atlas.current.regions[Math.floor(turn / 240) % n];
    const scale = fit.scale * 2 ** (5 * Math.sin(Math.PI * t) ** 2);
    scene.look({ x: fit.x + (region.x - fit.x) * Math.min(1, 2 * t), y: fit.y + (region.y - fit.y) * Math.min(1, 2 * t), scale });
    calls = Math.max(calls, muser.stage.painter.drawCalls);
    frames++;
  }
  watch.disconnect();
  return { costs: [...scene.costs], tasks, calls, frames, bytes: muser.stage.painter.textureBytes, kind: muser.stage.painter.kind };
}"""


class Zipping(SimpleHTTPRequestHandler):
    """A static server that gzips text, as most do."""

    protocol_version = "HTTP/1.1"
    sent: list[tuple[str, int]]

    def do_GET(self) -> None:
        """A file of the folder, counted."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        data = path.read_bytes()
        text = path.suffix in {".html", ".js", ".css", ".json", ".svg"}
        data = gzip.compress(data, 6, mtime=0) if text else data
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if text:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.sent.append((self.path, len(data)))
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Only figures are printed."""


def measure(browser: Any, folder: Path, items: int, seconds: float) -> dict[str, Any]:
    """One site, opened and moved about on."""
    sent: list[tuple[str, int]] = []
    handler = type("Counting", (Zipping,), {"sent": sent})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"http://127.0.0.1:{server.server_address[1]}/")
    done = "performance.getEntriesByName('{}').length > 0"
    page.wait_for_function(done.format("muser-land"), timeout=120_000, polling=10)
    painted = list(sent)
    page.wait_for_function(done.format("muser-ready"), timeout=300_000)
    page.wait_for_function("muser.scene.plane.grid !== null", timeout=300_000)
    mark = "performance.getEntriesByName('{}')[0].startTime"
    land_ms, ready_ms = (page.evaluate(mark.format(f"muser-{name}")) for name in ("land", "ready"))
    moved = page.evaluate(MOVE, seconds)
    page.close()
    server.shutdown()
    server.server_close()
    costs = sorted(moved["costs"]) or [0.0]
    scripts = [size for path, size in painted if path.endswith(".js") and "worker" not in path]
    # Columns and thumbnails that were already on their way are no part of the first paint.
    first = [(path, size) for path, size in painted if not path.startswith(("/columns", "/thumbs"))]
    return {
        "items": items,
        "painter": moved["kind"],
        "first_paint_bytes": sum(size for _, size in first),
        "first_paint_requests": len(first),
        "manifest_bytes": sum(size for path, size in painted if path.startswith("/manifest")),
        "first_js_gz_bytes": sum(scripts),
        "first_contours_ms": round(land_ms),
        "all_items_ms": round(ready_ms),
        "frames": moved["frames"],
        "frame_median_ms": round(statistics.median(costs), 2),
        "frame_p95_ms": round(costs[int(len(costs) * 0.95)], 2),
        "longest_task_ms": round(max(moved["tasks"], default=0)),
        "draw_calls": moved["calls"],
        "texture_mib": round(moved["bytes"] / 2**20, 1),
    }


def main() -> None:
    """Measure every size and print one JSON object."""
    from playwright.sync_api import sync_playwright

    sizes = [int(size) for size in os.environ.get("MUSER_BENCH_ITEMS", "").split()] or SIZES
    results = []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--enable-unsafe-swiftshader"]
        )
        for items in sizes:
            site = Path(folder) / str(items)
            page = ROOT / "muserd" / "_page"
            make_site(site, images=items, texts=0, seed=1, page=page, details=False, distinct=1024)
            results.append(measure(browser, site, items, seconds=8))
            shutil.rmtree(site)
        browser.close()
    limits = LIMITS | {"frame_p95_ms": {str(k): v for k, v in LIMITS["frame_p95_ms"].items()}}  # type: ignore[attr-defined]
    print(json.dumps({"seed": 1, "limits": limits, "sites": results}, indent=2))


if __name__ == "__main__":
    main()
