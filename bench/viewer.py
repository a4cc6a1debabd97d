"""The page on synthetic sites of 1k to 1M items, in headless Chromium: `python -m bench.viewer`.

Bytes to the first paint are all bytes, headers too, that a gzipping server sends for what was asked
for until the land was on the screen, from an empty cache.

This Chromium has no GPU. Where WebGL is emulated, the page's thread waits in every frame until a
software rasteriser has finished. So every site is moved about on three times:

own       WebGL2 whose draw calls draw nothing: the page's own work, uploads and waits included.
          The limits are for these figures.
emulated  WebGL2 in software, as `?webgl=1` asks for.
canvas2d  what the page chooses by itself on such a machine.

Beside the time that passed stands, for the own work, the processor time of the page's thread
(`…_cpu_ms`, from Chromium's trace): it hardly changes when other programs want the processor too.

MUSER_BENCH_ITEMS="1000 10000" chooses the sizes; MUSER_BENCH_SITES keeps the sites in a folder, for
another run.
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
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from operator import lt
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "browser"))

from site_maker import make_site  # noqa: E402

SIZES = (1_000, 10_000, 100_000, 1_000_000)
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
LIMITS = {
    "first_paint_bytes": 400_000,  # at 100k
    "first_js_gz_bytes": 120_000,
    "frame_p95_ms": {"100000": 6.0, "1000000": 12.0},
    "draw_calls": 12,
    "longest_task_ms": 50.0,
    "texture_mib": 208.0,
}
# Pictures in view, and the share of the view that they cover, where there are so many items: medians
# of ten viewpoints at 1440 × 900, from the whole map to 64 times its scale.
FLOORS_FROM = 10_000
FLOORS = {
    0: (30, 0.05),
    1: (46, 0.26),
    2: (62, 0.27),
    3: (66, 0.35),
    4: (54, 0.21),
    5: (40, 0.20),
    6: (20, 0.20),
}
LOOK = """async () => {
  const { scene } = muser, fit = scene.fit(), { plane } = scene, { columns } = plane.space;
  const medians = {}, median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
  for (let z = 0; z <= 6; z++) {
    const pictures = [], shares = [];
    for (let k = 0; k < 10; k++) {
      const slot = Math.floor(((k + 0.5) / 10) * columns.slots);
      const at = z ? { x: columns.x[slot], y: columns.y[slot] } : fit;
      scene.look({ x: at.x, y: at.y, scale: fit.scale * 2 ** z });
      for (let n = 0; n < 3; n++) await new Promise(requestAnimationFrame);
      pictures.push(scene.thumbs.inside);
      shares.push(scene.thumbs.area / (scene.size.width * scene.size.height));
    }
    medians[z] = [median(pictures), Math.round(median(shares) * 1000) / 1000];
  }
  return medians;
}"""
WAYS = {"own": "?webgl=1", "emulated": "?webgl=1", "canvas2d": ""}
WATCH = """
  window.tasks = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries())).observe({ type: 'longtask', buffered: true });
"""
MUTE = "for (const name of ['drawArrays', 'drawArraysInstanced']) WebGL2RenderingContext.prototype[name] = () => {};"
MOVE = """async (seconds) => {
  const { scene } = muser, fit = scene.fit(), n = muser.atlas.current.regions.length;
  scene.frames.costs.length = 0;
  const begun = performance.now(), costs = [];
  let calls = 0, frames = 0, turn = 0;
  while (performance.now() < begun + seconds * 1000) {
    await new Promise(requestAnimationFrame);
    const t = (turn++ % 240) / 240;
    const region = muser.atlas.current.regions[Math.floor(turn / 240) % n];
    const scale = fit.scale * 2 ** (5 * Math.sin(Math.PI * t) ** 2);
    scene.look({ x: fit.x + (region.x - fit.x) * Math.min(1, 2 * t), y: fit.y + (region.y - fit.y) * Math.min(1, 2 * t), scale });
    calls = Math.max(calls, muser.stage.painter.drawCalls);
    frames++;
  }
  const long = tasks.filter((task) => task.startTime >= begun).map((task) => task.duration);
  return { costs: [...scene.frames.costs], tasks: long, calls, frames, seconds: (performance.now() - begun) / 1000,
           bytes: muser.stage.painter.textureBytes, kind: muser.stage.painter.kind };
}"""


class Zipping(SimpleHTTPRequestHandler):
    """A static server that gzips text, as most do."""

    protocol_version = "HTTP/1.1"
    sent: list[tuple[float, str, int]]  # when it was asked for, path, bytes

    def do_GET(self) -> None:
        """A file of the folder, counted."""
        asked = time.time() * 1000
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
        head = len(b"".join(self._headers_buffer))  # type: ignore[attr-defined]
        self.end_headers()
        self.wfile.write(data)
        self.sent.append((asked, self.path, head + len(data)))

    def log_message(self, *_: Any) -> None:
        """Only figures are printed."""


def site_of(items: int, folder: Path) -> Path:
    """A site of so many pictures, made unless it was kept, with the page as it is built now."""
    site, page = folder / str(items), ROOT / "muserd" / "_page"
    if not (site / "manifest.json").is_file():
        make_site(site, images=items, texts=0, seed=1, details=False, distinct=1024)
    shutil.rmtree(site / "assets", ignore_errors=True)
    shutil.copytree(page, site, dirs_exist_ok=True)
    return site


def moved_about(page: Any, seconds: float) -> dict[str, Any]:
    """What panning and zooming costs."""
    moved = page.evaluate(MOVE, seconds)
    costs = sorted(moved["costs"]) or [0.0]
    return {
        "painter": moved["kind"],
        "frames_per_s": round(moved["frames"] / moved["seconds"], 1),
        "frame_median_ms": round(statistics.median(costs), 2),
        "frame_p95_ms": round(costs[int(len(costs) * 0.95)], 2),
        "longest_task_ms": round(max(moved["tasks"], default=0)),
        "tasks_over_50_ms": len(moved["tasks"]),
        "draw_calls": moved["calls"],
        "texture_mib": round(moved["bytes"] / 2**20, 1),
    }


class Trace:
    """Processor time of the tasks and frames of the page's thread, while it is open."""

    CATEGORIES = ("toplevel", "devtools.timeline", "__metadata")

    def __init__(self, page: Any) -> None:
        self.page = page
        self.events: list[dict[str, Any]] = []
        self.over = False
        self.session = page.context.new_cdp_session(page)
        self.session.on("Tracing.dataCollected", lambda part: self.events.extend(part["value"]))
        self.session.on("Tracing.tracingComplete", lambda _: setattr(self, "over", True))

    def __enter__(self) -> Self:
        config = {"includedCategories": self.CATEGORIES, "excludedCategories": ["*"]}
        self.session.send("Tracing.start", {"traceConfig": config, "transferMode": "ReportEvents"})
        return self

    def __exit__(self, *_: object) -> None:
        self.session.send("Tracing.end")
        while not self.over:
            self.page.wait_for_timeout(50)

    def figures(self) -> dict[str, float]:
        """Of the busiest page's thread."""
        names = {
            (event["pid"], event["tid"]): event["args"]["name"]
            for event in self.events
            if event["name"] == "thread_name"
        }
        cpu: dict[tuple[int, int], dict[str, list[float]]] = {}
        for event in self.events:
            thread = (event["pid"], event["tid"])
            if "tdur" in event and names.get(thread) == "CrRendererMain":
                kinds = cpu.setdefault(thread, {})
                kinds.setdefault(event["name"].rpartition("::")[2], []).append(event["tdur"] / 1000)
        busiest = max(cpu.values(), key=lambda kinds: sum(kinds.get("RunTask", [])))
        frames = sorted(busiest["FireAnimationFrame"])
        return {
            "frame_p95_cpu_ms": round(frames[int(len(frames) * 0.95)], 2),
            "longest_task_cpu_ms": round(max(busiest["RunTask"]), 1),
        }


def floors(browser: Any, address: str) -> dict[str, Any]:
    """How many pictures one sees at 1440 × 900 from the whole map to 64 times its scale."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{address}?test&webgl=0")
    page.wait_for_function("window.muser?.scene.plane?.arranged", timeout=300_000)
    found = {int(z): tuple(values) for z, values in page.evaluate(LOOK).items()}
    page.close()
    below = [z for z, floor in FLOORS.items() if any(map(lt, found[z], floor))]
    return {"pictures_and_share": found, "below_the_floor": below}


def opened(page: Any, sent: list[tuple[float, str, int]]) -> dict[str, Any]:
    """What the first paint took, and the rest."""
    mark = "performance.getEntriesByName('muser-{}')[0].startTime"
    land_ms, ready_ms = (page.evaluate(mark.format(name)) for name in ("land", "ready"))
    painted = page.evaluate("performance.timeOrigin") + land_ms
    first = [(path, size) for asked, path, size in sent if asked <= painted]
    return {
        "first_paint_bytes": sum(size for _, size in first),
        "first_paint_requests": len(first),
        "first_js_gz_bytes": sum(size for path, size in first if path.endswith(".js")),
        "all_bytes": sum(size for _, _, size in sent),
        "first_contours_ms": round(land_ms),
        "all_items_ms": round(ready_ms),
        "longest_task_opening_ms": round(
            page.evaluate("Math.max(0, ...tasks.map((t) => t.duration))")
        ),
    }


def measure(browser: Any, folder: Path, items: int, seconds: float) -> dict[str, Any]:
    """One site, opened and moved about on in each way."""
    sent: list[tuple[float, str, int]] = []
    handler = type("Counting", (Zipping,), {"sent": sent})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found: dict[str, Any] = {"items": items}
    for way, query in WAYS.items():
        sent.clear()
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.add_init_script(WATCH + (MUTE if way == "own" else ""))
        page.goto(f"http://127.0.0.1:{server.server_address[1]}/{query}")
        ready = "performance.getEntriesByName('muser-ready').length && muser.scene.plane.grid"
        page.wait_for_function(ready, timeout=300_000)
        if way == "own":
            found |= opened(page, sent)
        page.wait_for_timeout(1500)
        found[way] = moved_about(page, seconds)
        if way == "own":
            with Trace(page) as trace:
                moved_about(page, seconds)
            found[way] |= trace.figures()
        page.close()
    found["pictures"] = floors(browser, f"http://127.0.0.1:{server.server_address[1]}/")
    server.shutdown()
    server.server_close()
    return found


def main() -> None:
    """Measure every size and print one JSON object."""
    from playwright.sync_api import sync_playwright

    sizes = [int(size) for size in os.environ.get("MUSER_BENCH_ITEMS", "").split()] or SIZES
    kept = os.environ.get("MUSER_BENCH_SITES")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--enable-unsafe-swiftshader"]
        )
        sites = {items: site_of(items, Path(kept or folder)) for items in sizes}
        results = [measure(browser, site, items, seconds=8) for items, site in sites.items()]
        browser.close()
    print(json.dumps({"seed": 1, "limits": LIMITS, "sites": results}, indent=2))
    large = [one for one in results if one["items"] >= FLOORS_FROM]
    if below := {
        one["items"]: one["pictures"] for one in large if one["pictures"]["below_the_floor"]
    }:
        sys.exit(f"fewer or smaller pictures than there must be: {below}")


if __name__ == "__main__":
    main()
