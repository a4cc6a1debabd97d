"""What is freed goes back to the kernel."""

import subprocess
import sys
from pathlib import Path

import pytest

from muserd.ground import memory

# a large block once, then smaller ones with something lasting between them
PROGRAM = """
import re
from muserd.ground import memory

def anonymous_mb():
    status = open("/proc/self/status").read()
    return int(re.search(r"RssAnon:\\s+(\\d+)", status)[1]) / 1024

memory.stay_small()
before = anonymous_mb()
once = bytearray(b"x") * (30 << 20)
del once
blocks, lasting = [], []
for number in range(32):
    blocks.append(bytearray(b"x") * (1 << 20))
    lasting.append(bytes(600))
blocks.clear()
print(anonymous_mb() - before)
"""


def grown_mb() -> float:
    root = Path(memory.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={"PYTHONPATH": str(root)},
    )
    return float(done.stdout)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc")
def test_what_was_freed_is_given_back() -> None:
    assert grown_mb() < 4  # 31 without
