"""Makes the pictures of the README anew, from a daemon that shows the demo.

    make demo                                    # in one terminal, until it is idle
    python demo/pictures.py .cache/demo/state    # in another: the daemon's state directory

Playwright and Debian's Chromium take them; they are written into docs/images as WebP.
"""

import argparse
import io
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
SIZE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
WIDE_PX = 1280  # of what is written
QUALITY = 78
CHROMIUM = "/usr/bin/chromium"
REST = "muser.scene.resting && muser.atlas.pictures.waiting === 0 && !muser.scene.flying"


def until(page: Page, condition: str, limit_s: float = 60) -> None:
    """Wait for a condition; Playwright's own way needs `eval`, which the page's policy forbids."""
    last = time.monotonic() + limit_s
    while not page.evaluate(condition):
        if time.monotonic() > last:
            raise SystemExit(f"never came true: {condition}")
        page.wait_for_timeout(60)


def rest(page: Page, calm_s: float = 1.5) -> None:
    """Until nothing moves, and nothing is being fetched."""
    last = time.monotonic() + 40
    since = time.monotonic()
    while time.monotonic() - since < calm_s and time.monotonic() < last:
        if not page.evaluate(REST):
            since = time.monotonic()
        page.wait_for_timeout(50)


def near(page: Page, region: str, times: float) -> None:
    """Look at a region, so many times nearer than the whole map."""
    page.evaluate(
        """([name, times]) => {
          const { scene, current } = muser.atlas;
          const one = current.regions.filter((r) => r.name.startsWith(name))
            .sort((a, b) => b.count - a.count)[0] ?? current.regions[0];
          scene.look({ x: one.x, y: one.y, scale: scene.fit().scale * times });
        }""",
        [region, times],
    )


def land(page: Page, space: str) -> None:
    """The map of pictures, or of notes."""
    page.evaluate("(space) => muser.navigation.showSpace(space)", space)
    page.wait_for_timeout(4_500)  # its stamp goes by


def find(page: Page, words: str) -> None:
    """Results beside the map."""
    page.keyboard.press("/")
    page.keyboard.type(words, delay=20)
    page.wait_for_selector(".results .cell")
    until(page, "!document.querySelector('.results.busy')")


def region(page: Page, name: str) -> None:
    """A region as a network."""
    page.evaluate(
        "(name) => muser.regions.open(muser.atlas.current.regions"
        ".find((r) => r.name.startsWith(name)) ?? muser.atlas.current.regions[0])",
        name,
    )
    page.wait_for_selector(".region-view .member")
    page.wait_for_timeout(3_500)


def collect(page: Page) -> None:
    """A collection with its border, the colours by year and their key."""
    if page.evaluate("muser.keeping.client.collections().then((all) => all.length)") == 0:
        page.evaluate(
            """() => {
              const { regions, columns } = muser.atlas.current;
              const one = regions.find((r) => r.name.startsWith('Countries')) ?? regions[0];
              const slots = muser.regions.slotsOf(one);
              const [x, y] = [columns.x, columns.y].map((of) => slots.map((s) => of[s]));
              const pad = muser.scene.plane.cell * 3;
              const wide = (Math.max(...x) - Math.min(...x)) / 2 + pad;
              const tall = (Math.max(...y) - Math.min(...y)) / 2 + pad;
              const border = Array.from({ length: 60 }, (_, i) => [
                Math.min(...x) - pad + wide * (1 + Math.cos((i * Math.PI) / 30)),
                Math.min(...y) - pad + tall * (1 + Math.sin((i * Math.PI) / 30))]);
              return muser.keeping.client.add('Flags', {
                items: slots.map((s) => columns.id[s]), space: 'image', border });
            }"""
        )
    page.evaluate(
        "muser.keeping.client.collections()"
        ".then((all) => all.forEach(({ id }) => muser.keeping.collections.layers.add(id)))"
    )
    page.keyboard.press("k")
    page.get_by_label("Colour by", exact=True).select_option("year")
    page.evaluate("muser.keeping.collections.show()")
    page.wait_for_selector(".collection-name")
    page.locator(".collection-name").first.click()
    page.wait_for_timeout(500)


def read(page: Page) -> None:
    """A note beside its land."""
    land(page, "text")
    page.evaluate("muser.navigation.openItem(muser.atlas.current.regions[0].medoid)")
    page.wait_for_selector(".note-text p")


def tree(page: Page) -> None:
    """The phylogeny, with one item's way back to the root."""
    page.keyboard.press("p")
    until(page, "muser.atlas.view === 'tree'")
    page.wait_for_timeout(2_500)
    page.evaluate("muser.tree.lineage(muser.atlas.current.regions.at(-1).medoid)")


Steps = Callable[[Page], Any]
PICTURES: dict[str, tuple[str, Steps]] = {
    "map-dark": ("dark", lambda page: page.wait_for_timeout(4_500)),
    "map-near": ("dark", lambda page: near(page, "Food", 5)),
    "map-light": ("light", lambda page: near(page, "People", 2.2)),
    "find": ("light", lambda page: find(page, "animals")),
    "collections": ("dark", collect),
    "region": ("dark", lambda page: region(page, "Animals")),
    "map-notes": ("light", lambda page: (land(page, "text"), near(page, "", 3))),
    "notes": ("dark", read),
    "phylogeny": ("dark", tree),
}


def picture(page: Page, name: str) -> None:
    """Write what one sees."""
    with Image.open(io.BytesIO(page.screenshot())) as shot:
        small = shot.convert("RGB")
        small.thumbnail((WIDE_PX, WIDE_PX), Image.Resampling.LANCZOS)
    path = IMAGES / f"{name}.webp"
    small.save(path, quality=QUALITY, method=6)
    print(f"{path.name}: {path.stat().st_size // 1000} kB")


def phones(shots: list[bytes]) -> None:
    """Screens of a phone side by side."""
    opened = [Image.open(io.BytesIO(shot)).convert("RGB") for shot in shots]
    gap = 24
    sheet = Image.new(
        "RGB", (sum(one.width + gap for one in opened) - gap, opened[0].height), "white"
    )
    for n, one in enumerate(opened):
        sheet.paste(one, (n * (one.width + gap), 0))
    sheet.thumbnail((WIDE_PX, WIDE_PX), Image.Resampling.LANCZOS)
    sheet.save(IMAGES / "phone.webp", quality=QUALITY, method=6)


def on_a_phone(browser: Any, address: str) -> None:
    """The map, results, and notes."""
    settings = {"viewport": PHONE, "has_touch": True, "is_mobile": True, "color_scheme": "light"}
    page = browser.new_context(**settings).new_page()
    page.goto(address)
    page.wait_for_selector("html[data-ready=true]", state="attached")
    page.wait_for_timeout(4_500)
    rest(page)
    shots = [page.screenshot()]
    page.locator(".target[data-target=find]").tap()
    page.keyboard.type("animals", delay=20)
    page.wait_for_selector(".results .cell")
    until(page, "!document.querySelector('.results.busy')")
    rest(page)
    shots.append(page.screenshot())
    page.get_by_role("button", name="Close (Esc)").locator("visible=true").first.tap()
    page.locator(".target[data-target=timeline]").tap()
    rest(page)
    shots.append(page.screenshot())
    phones(shots)
    page.close()


def main() -> None:
    """Take the pictures that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("state", help="the daemon's state directory")
    parser.add_argument("names", nargs="*", default=[*PICTURES, "phone"])
    options = parser.parse_args()
    ask = [sys.executable, "-m", "muserd.ctl", "--state", options.state, "open", "--print"]

    def address() -> str:
        return subprocess.check_output(ask, text=True).split()[-1]

    with sync_playwright() as play:
        arguments = ["--no-sandbox", "--enable-unsafe-swiftshader"]
        browser = play.chromium.launch(executable_path=CHROMIUM, args=arguments)
        for name in options.names:
            if name == "phone":
                on_a_phone(browser, address())
                continue
            theme, steps = PICTURES[name]
            page = browser.new_context(viewport=SIZE, color_scheme=theme).new_page()
            page.goto(address())
            page.wait_for_selector("html[data-ready=true]", state="attached")
            page.wait_for_timeout(2_000)
            rest(page)
            steps(page)
            rest(page)
            picture(page, name)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
