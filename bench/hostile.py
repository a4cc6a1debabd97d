"""An ordinary note's time to the map while fifty hostile contents lie in the folder.

The contents are the kinds that once took a reader half a minute each or more: front matter that
multiplies, markup that is never ended, nesting. All fifty are written in one go; the note is saved
right after them, and again once the daemon is at work on them.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench import _world
from bench.live import told_s
from tests.e2e import samples
from tests.e2e.daemon import Daemon
from tests.e2e.page import Page

COUNT = 50
SIZE = 300_000  # bytes of each content that grows
MOST_S = 3.0
PAUSE_S = 1.0  # between two ordinary notes
SEED = 11


def _merge_keys(levels: int = 9) -> str:
    rows = [f"{chr(98 + n)}: &{chr(98 + n)}\n  <<: [{_aliases(n)}]" for n in range(levels)]
    return "---\ntitle: t\na: &a {x: 1}\n" + "\n".join(rows) + "\n---\ntext"


def _aliases(n: int) -> str:
    return ", ".join([f"*{chr(97 + n)}"] * 10)


def _repeated(start: str, piece: str) -> str:
    return start + piece * (SIZE // len(piece))


# Name and content: the table of an audit, without what only fails.
KINDS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("merge.md", _merge_keys),
    ("brackets.md", lambda: "---\ntitle: t\na: " + "[" * 30_000 + "\n---\ntext"),
    ("dotted.md", lambda: "+++\ntitle = 't'\n" + "a." * 15_000 + "a = 1\n+++\ntext"),
    ("svg.html", lambda: _repeated("<html><body>" + "<svg>" * 20_000, "</object>")),
    *(
        (f"tag{n}.html", lambda piece=piece: _repeated("<html><body>", piece))
        for n, piece in enumerate(("<a", "<!--", "<?", "<![CDATA[", "</", '<img alt="'))
    ),
    ("equation.tex", lambda: _repeated("", "\\begin{equation}")),
    ("verbatim.tex", lambda: _repeated("", "\\begin{verbatim}")),
    ("section.tex", lambda: _repeated("\\section", " ")),
    ("heading.org", lambda: "* a" + " " * SIZE + ":"),
    *(
        (f"open{n}.md", lambda piece=piece: _repeated("# A\n\n", piece))
        for n, piece in enumerate(("<!--", "[", "![a", "[["))
    ),
    ("nested.rst", lambda: "".join(f"{'   ' * n}.. note::\n\n" for n in range(400)) + "text"),
)


def main(arguments: argparse.Namespace) -> dict[str, object]:
    """Write the fifty, then ordinary notes, and wait for each of these to be told."""
    with tempfile.TemporaryDirectory() as folder:
        daemon = Daemon(Path(folder))
        daemon.configure('worker_idle_s = 120\n[encoders]\ntext = "builtin"\nimage = "builtin"\n')
        samples.notes(daemon.notes, 30)
        daemon.start()
        daemon.sync()
        try:
            before = _seconds(daemon, "before", 3)
            _write_hostile(daemon, arguments.count)
            among = _seconds(daemon, "among", arguments.notes)
            left = daemon.json("status")["queue"]
        finally:
            daemon.stop()
    most = max(among)
    return {
        "hostile": arguments.count,
        "load": round(os.getloadavg()[0], 2),
        "before_p50_s": round(float(np.median(before)), 3),
        "first_s": round(among[0], 3),
        "p50_s": round(float(np.median(among)), 3),
        "most_s": round(most, 3),
        "queue_left": left,
        "most_of_limit": _world.ratio(most, MOST_S),
    }


def _write_hostile(daemon: Daemon, count: int) -> None:
    """`count` contents, each different, in a seeded order."""
    chosen = [KINDS[n % len(KINDS)] for n in range(count)]
    random.Random(SEED).shuffle(chosen)
    folder = daemon.notes / "hostile"
    folder.mkdir()
    for n, (name, content) in enumerate(chosen):
        (folder / f"{n}-{name}").write_text(content() + f"\n{n}\n")


def _seconds(daemon: Daemon, name: str, count: int) -> list[float]:
    page, seconds = Page(daemon), []
    with page.events() as events:
        for n in range(count):
            path = samples.note(daemon.notes / f"{name}-{n}.md", 50_000 + len(name) * 100 + n)
            closed = time.monotonic()
            seconds.append(told_s(daemon, events, path) - closed)
            time.sleep(PAUSE_S)
    return seconds


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--notes", type=int, default=8)
    return parser.parse_args(words)


if __name__ == "__main__":
    print(json.dumps(main(_arguments(sys.argv[1:]))))
