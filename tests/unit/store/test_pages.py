"""Pages of the map are given back, and read again when needed."""

import sys
from pathlib import Path

import psutil
import pytest

from muserd.store.environment import Store

SIZE = 32 * 2**20


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts them and lets them go")
def test_released_pages_no_longer_count_and_are_still_there(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", map_size_bytes=2**30)
    with store.write() as writer:
        writer.put_meta("large", "x" * SIZE)
    with store.read() as reader:
        assert len(reader.meta("large")) == SIZE
    before = psutil.Process().memory_info().shared
    store.release_pages()
    after = psutil.Process().memory_info().shared
    assert before - after > SIZE // 2
    with store.read() as reader:
        assert len(reader.meta("large")) == SIZE
    store.close()
