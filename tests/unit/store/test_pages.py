"""Pages of the map are given back, and read again when needed."""

import mmap
import sys
from pathlib import Path

import psutil
import pytest

from muserd.store import pages
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


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc/self/maps")
def test_only_what_is_mapped_of_the_file_to_read_it_is_let_go(tmp_path: Path) -> None:
    """Its shared read-only mappings: no other file's, no private and no writable one."""
    file, other = tmp_path / "a b.mdb", tmp_path / "a b.mdb2"
    length = 4 * mmap.PAGESIZE
    for path in (file, other):
        path.write_bytes(bytes(length))
    with file.open("r+b") as opened, other.open("rb") as beside:
        with (
            mmap.mmap(opened.fileno(), length, mmap.MAP_PRIVATE, mmap.PROT_READ),
            mmap.mmap(opened.fileno(), length, mmap.MAP_SHARED, mmap.PROT_WRITE | mmap.PROT_READ),
            mmap.mmap(beside.fileno(), length, mmap.MAP_SHARED, mmap.PROT_READ),
        ):
            assert pages._mappings(str(file).encode()) == []
            with mmap.mmap(opened.fileno(), length, mmap.MAP_SHARED, mmap.PROT_READ):
                ((address, size),) = pages._mappings(str(file).encode())
                assert size == length
                assert address % mmap.PAGESIZE == 0
        assert pages._mappings(str(file).encode()) == []
