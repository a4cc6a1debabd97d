"""How files and folders are opened."""

import os
from pathlib import Path

import pytest

from muserd.extract.opening import open_path


def test_a_file_is_opened_for_reading(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"words")
    handle = open_path(bytes(path))
    try:
        assert os.read(handle, 9) == b"words"
        assert not os.get_inheritable(handle)
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.write(handle, b"x")
    finally:
        os.close(handle)


def test_a_folder_is_opened_to_be_listed(tmp_path: Path) -> None:
    """What is none is refused."""
    (tmp_path / "a").touch()
    handle = open_path(bytes(tmp_path), folder=True)
    try:
        assert os.listdir(handle) == ["a"]
    finally:
        os.close(handle)
    with pytest.raises(NotADirectoryError):
        open_path(bytes(tmp_path / "a"), folder=True)


@pytest.mark.parametrize("folder", [False, True])
def test_no_link_is_followed(folder: bool, tmp_path: Path) -> None:
    target = tmp_path / "target"
    if folder:
        target.mkdir()
    else:
        target.touch()
    (tmp_path / "link").symlink_to(target)
    with pytest.raises(OSError, match=r"link|Not a directory"):
        open_path(bytes(tmp_path / "link"), folder=folder)


def test_a_pipe_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    os.close(open_path(bytes(tmp_path / "pipe")))
