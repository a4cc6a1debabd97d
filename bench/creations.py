"""A burst of new files before a running engine: every one of them must reach the store.

`python -m bench.creations [FILES]`. Workers are fakes: what is measured is watching, planning and
committing, not encoding. More events come than the kernel's queue holds.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

from muserd.store import schema
from tests.property.world import QUICK, World, fakes

CREATED = 100_000
CONTENTS = 200  # different ones: what it costs to place an item is measured by bench/publish.py
FILES_A_FOLDER = 500
WAIT_S = 3_600.0


def main(count: int = CREATED) -> dict[str, object]:
    """Create files as fast as the disk takes them; wait until all are stored; verify."""
    with fakes(), tempfile.TemporaryDirectory() as folder:
        it = World(Path(folder), QUICK).start()
        try:
            it.sync()
            started = time.perf_counter()
            _create(it.root, count)
            written = time.perf_counter() - started
            it.wait_for(lambda: _files(it) == count and not it.parts.memory.busy, WAIT_S)
            seconds = time.perf_counter() - started
            assert it.engine is not None
            overflows = it.engine.status().roots[0].overflows
            problems = it.verify()
            lost = len(set(it.tree()) - set(it.files()))
        finally:
            it.stop()
    return {
        "created_files": count,
        "written_s": round(written, 2),
        "in_store_s": round(seconds, 2),
        "overflows": overflows,
        "lost": lost,
        "problems": len(problems),
    }


def _create(root: Path, count: int) -> None:
    for number in range(count):
        inner = root / str(number // FILES_A_FOLDER)
        if not number % FILES_A_FOLDER:
            inner.mkdir()
        handle = os.open(inner / f"{number}.md", os.O_CREAT | os.O_WRONLY)
        os.write(handle, b"note %d" % (number % CONTENTS))
        os.close(handle)


def _files(it: World) -> int:
    with it.parts.store.read() as reader:
        return reader.count(schema.FILES)


if __name__ == "__main__":
    print(json.dumps(main(*(int(argument) for argument in sys.argv[1:2]))))
