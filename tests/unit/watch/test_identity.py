"""What a root is at a moment."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from muserd.ground.config import Root
from muserd.watch import identity
from muserd.watch.identity import Mount, probe, silent_fstype

TABLE = [
    Mount(b"/", "ext4"),
    Mount(b"/home", "btrfs"),
    Mount(b"/home/me/cloud", "fuse.rclone"),
    Mount(b"/home/me/stick", "fuseblk"),
    Mount(b"/srv", "nfs4"),
    Mount(b"/srv/local", "xfs"),
    Mount(b"/over", "nfs"),
    Mount(b"/over", "tmpfs"),
]


@pytest.mark.parametrize(
    ("path", "fstype"),
    [
        (b"/home/me/pictures", ""),
        (b"/home/me/cloud", "fuse.rclone"),
        (b"/home/me/cloud/a", "fuse.rclone"),
        (b"/home/me/cloudy", ""),
        (b"/home/me/stick/a", ""),
        (b"/srv/a", "nfs4"),
        (b"/srv/local/a", ""),
        (b"/over/a", ""),
        (b"/elsewhere", ""),
    ],
)
def test_network_and_fuse_mounts_are_polled(path: bytes, fstype: str) -> None:
    """The deepest mount counts, and of several on one point the last."""
    assert silent_fstype(path, TABLE) == fstype


def test_a_folder_that_is_there(tmp_path: Path) -> None:
    assert probe(Root(str(tmp_path))) == ("watching", "")
    state, reason = probe(Root(str(tmp_path), watch="poll"))
    assert state == "polling"
    assert "poll" in reason


def test_a_network_mount_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "mount_table", lambda: [Mount(b"/", "nfs4")])
    assert probe(Root(str(tmp_path)))[0] == "polling"
    assert "nfs4" in probe(Root(str(tmp_path)))[1]
    assert probe(Root(str(tmp_path), watch="events")) == ("watching", "")


def test_a_folder_that_is_away(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x")
    for path in (tmp_path / "gone", file, file / "below"):
        state, reason = probe(Root(str(path)))
        assert state == "offline"
        assert path.name in reason


def test_a_folder_that_may_not_be_read(
    open_folder: Path, unprivileged: Callable[[], contextlib.AbstractContextManager[None]]
) -> None:
    """Denied is not offline, and neither is deleted."""
    folder = open_folder / "shut"
    folder.mkdir(mode=0o000)
    with unprivileged():
        assert probe(Root(str(folder)))[0] == "denied"
        assert probe(Root(str(folder / "below")))[0] == "denied"


def test_an_emptied_folder_is_not_an_unmounted_one(tmp_path: Path) -> None:
    """The device tells: the same as before, its owner emptied it; another, its volume is away."""
    root, device = Root(str(tmp_path)), tmp_path.stat().st_dev
    assert probe(root, {})[0] == "watching"
    assert probe(root, {root.raw: device})[0] == "watching"
    state, reason = probe(root, {root.raw: device + 1})
    assert state == "offline"
    assert "not mounted" in reason
    (tmp_path / "file").write_bytes(b"x")
    assert probe(root, {root.raw: device + 1})[0] == "watching"


def test_an_empty_mount_point_of_fstab_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "_fstab", lambda: frozenset({os.fsencode(tmp_path)}))
    assert probe(Root(str(tmp_path)))[0] == "offline"


def test_fstab_is_read_with_its_escapes(tmp_path: Path) -> None:
    table = tmp_path / "fstab"
    table.write_bytes(b"# /no /comment x\nUUID=1 /my\\040disk/ ext4 defaults 0 0\n\nshort line\n")
    assert identity._fstab(os.fsencode(table)) == {b"/my disk"}
    assert identity._fstab(b"/nonexistent/fstab") == frozenset()


def test_a_link_to_a_folder_is_a_root(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert probe(Root(str(tmp_path / "link")))[0] == "watching"
