"""What reading costs, without watching, encoding and storing: processor time of one core.

`raw_times`: a raw file with a preview of 24 megapixels, as often as its embedded JPEG alone.
`pdf_s`: a PDF of 300 pages. `video_s`: a video of an hour (where PyAV is installed).
`jpeg_ms`, `markdown_ms`: an ordinary JPEG of 12 megapixels, an ordinary Markdown note.

With `--before CHECKOUT` the last two are read by the code of another checkout as well, in turns,
each in a process of its own: `times` is the median of the ratios of the rounds.
`python -m bench.readers [--before CHECKOUT]`.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from muserd.extract.content import read_content, scan_content
from muserd.extract.film import read_film
from muserd.extract.limits import Limits
from muserd.extract.note import read_note
from muserd.extract.picture import read_picture
from tests.unit.extract import samples

ROUNDS = 7
SHORTER_PX = 224
JPEGS, NOTES = 12, 400  # in a round
HERE = Path(__file__).parents[1]
PROSE = (
    "The road goes on over the hill, and *nobody* who lives there has seen where it ends. "
    "See [the map](map.md) and `code`, or https://example.org/a?b=c.\n\n"
)
# What both checkouts run: reads every file of a folder, prints seconds of processor time.
CHILD = """
import os, sys, time
from muserd.extract.content import read_content
from muserd.extract.limits import Limits
kind, folder, most = sys.argv[1:4]
paths = [os.fsencode(os.path.join(folder, name)) for name in sorted(os.listdir(folder))]
contents = [read_content(path, 10**8) for path in paths]
if kind == "jpeg":
    from muserd.extract.picture import read_picture as read
    read(contents[0], Limits(), int(most))
else:
    from muserd.extract.note import read_note as read
    read(contents[0], Limits())
started = time.process_time()
for content in contents:
    read(content, Limits(), int(most)) if kind == "jpeg" else read(content, Limits())
print(time.process_time() - started)
"""


def least(work: Callable[[], object], rounds: int = 3) -> float:
    """The least processor time of some runs, seconds."""
    times = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


def picture(folder: Path, size: tuple[int, int], seed: int = 0) -> bytes:
    """A JPEG as a camera makes them: smooth land under some noise."""
    noise = Image.effect_noise(size, 24)
    land = Image.linear_gradient("L").rotate(30 * seed).resize(size)
    image = Image.merge("RGB", (land, Image.blend(land, noise, 0.3), noise))
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8769)[0x9003] = "2023:05:06 07:08:09"
    path = folder / "made.jpg"
    image.save(path, "JPEG", quality=90, exif=exif.tobytes())
    data = path.read_bytes()
    path.unlink()
    return data


def raw_times(folder: Path) -> float:
    """A raw file's cost ÷ that of its embedded JPEG."""
    jpeg = picture(folder, (6000, 4000))
    (folder / "a.jpg").write_bytes(jpeg)
    (folder / "a.dng").write_bytes(samples.raw(jpeg, size=(6000, 4000)))
    read = {name: read_content(os.fsencode(folder / name), 10**9) for name in ("a.jpg", "a.dng")}
    for content in read.values():
        read_picture(content, Limits(), SHORTER_PX)  # what is imported and allocated once
    cost = {
        name: least(lambda content=content: read_picture(content, Limits(), SHORTER_PX))
        for name, content in read.items()
    }
    return cost["a.dng"] / cost["a.jpg"]


def pdf_s(folder: Path) -> float:
    """Seconds for 300 pages of text."""
    page = "\n".join(PROSE.strip() for _ in range(40))
    path = folder / "a.pdf"
    path.write_bytes(samples.pdf([page] * 300))
    content = read_content(os.fsencode(path), 10**9)
    return least(lambda: read_note(content, Limits()))


def video_s(folder: Path) -> float | None:
    """Seconds for an hour of video; None without PyAV."""
    path = folder / "a.mp4"
    try:
        samples.video(str(path), seconds=3_600, size=(320, 240))
    except ImportError:
        return None
    return least(lambda: read_film(scan_content(os.fsencode(path), 10**11), Limits(), SHORTER_PX))


def by(checkout: Path, kind: str, folder: Path) -> float:
    """Seconds that a checkout's code takes for a folder."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, kind, str(folder), str(SHORTER_PX)],
        capture_output=True, text=True, check=True, cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
    )  # fmt: skip
    return float(done.stdout)


def ordinary(folder: Path, before: Path | None) -> dict[str, dict[str, float]]:
    """Ordinary JPEGs and notes: milliseconds of each, and how many times as long as before."""
    for name in ("jpeg", "markdown"):
        (folder / name).mkdir()
    for number in range(JPEGS):
        data = picture(folder, (4000, 3000), number)
        (folder / "jpeg" / f"{number}.jpg").write_bytes(data)
    for number in range(NOTES):
        head = f"---\ntitle: Note {number}\ndate: 2024-03-05\ntags: [a, b]\n---\n\n# Note\n\n"
        text = head + PROSE * (number % 20 + 1) + "- [ ] a task\n- one #tag\n"
        (folder / "markdown" / f"{number}.md").write_text(text, encoding="utf-8")
    said: dict[str, dict[str, float]] = {}
    for kind, count in (("jpeg", JPEGS), ("markdown", NOTES)):
        now, ratios = [], []
        for _ in range(ROUNDS):
            now.append(by(HERE, kind, folder / kind))
            if before is not None:
                ratios.append(now[-1] / by(before, kind, folder / kind))
        said[kind] = {"ms": round(1000 * min(now) / count, 2)}
        if ratios:
            said[kind]["times"] = round(statistics.median(ratios), 3)
    return said


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--before", type=Path, help="a checkout to compare with")
    before = parser.parse_args().before
    with tempfile.TemporaryDirectory(prefix="bench-readers-") as name:
        folder = Path(name)
        found = {"raw_times": raw_times(folder), "pdf_s": pdf_s(folder), "video_s": video_s(folder)}
        said = {key: value and round(value, 2) for key, value in found.items()}
        print(json.dumps({**said, **ordinary(folder, before)}, indent=2))


if __name__ == "__main__":
    main()
