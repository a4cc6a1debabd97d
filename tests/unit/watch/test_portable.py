"""The way of platforms without inotify, on watchdog's own observer."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from watchdog.observers.polling import PollingObserver

from muserd.ground.config import Root
from muserd.watch.ignore import Ignore
from muserd.watch.observer import Watcher
from muserd.watch.portable import PortableSource

Until = Callable[[Callable[[], object]], None]


@pytest.fixture
def said(tmp_path: Path) -> Iterator[list[str]]:
    said: list[str] = []
    root = Root(str(tmp_path / "root"))
    (tmp_path / "root" / "kept").mkdir(parents=True)
    watcher = Watcher(
        lambda root, path, closed: said.append(os.fsdecode(os.path.relpath(path, root))),
        lambda root, reason: said.append("RESCAN"),
        source=lambda: PortableSource(lambda: PollingObserver(timeout=0.05)),
    )
    watcher.add(root, Ignore(root, (), ()))
    assert watcher.stats(root.raw).mode == "watching"
    yield said
    watcher.stop()


def test_files_and_folders(said: list[str], tmp_path: Path, until: Until) -> None:
    root = tmp_path / "root"
    (root / "a.md").write_bytes(b"x")
    (root / "a.xyz").write_bytes(b"x")
    (root / ".git").mkdir()
    (root / ".git" / "b.md").write_bytes(b"x")
    until(lambda: "a.md" in said)
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "c.md").write_bytes(b"x")
    (tmp_path / "tree").rename(root / "tree")
    until(lambda: "tree/c.md" in said)
    assert "tree" not in said
    shutil.rmtree(root / "tree")
    until(lambda: "tree" in said)
    assert not [name for name in said if ".git" in name or ".pdf" in name]
