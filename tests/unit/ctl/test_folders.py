"""Watched folders: added, removed, refused, asked about."""

import json

from muserd.ground import config as configuration
from tests.unit.ctl.terminal import in_terminal


def test_adding_and_removing_folders_with_the_daemon(up, ctl, tmp_path):
    """The daemon is told, then the file of the daemon is changed."""
    folder = tmp_path / "new"
    folder.mkdir()
    status, out, _ = ctl("roots", "add", str(folder), "--kinds", "note", "--exclude", "*.tmp")
    assert status == 0
    assert "its files are being read" in out
    root = up.engine.calls[0][1]
    assert (root.path, root.kinds, root.exclude) == (str(folder), ("note",), ("*.tmp",))
    assert configuration.load(up.base / "config.toml").roots == (root,)
    assert ctl("roots", "remove", str(folder))[0] == 0
    assert configuration.load(up.base / "config.toml").roots == ()
    up.engine.failure = {"code": "ConfigError", "message": "no", "hint": ""}
    assert ctl("roots", "add", str(folder))[0] == 78
    assert configuration.load(up.base / "config.toml").roots == ()


def test_folders_without_the_daemon(places, ctl):
    """Written for its next start."""
    folder = places / "pictures"
    folder.mkdir()
    assert ctl("roots", "add", str(folder))[0] == 0
    assert ctl("roots", "add", str(folder))[1].endswith("is watched already\n")
    listed = json.loads(ctl("roots", "list", "--json")[1])
    assert (listed["running"], listed["roots"][0]["path"]) == (False, str(folder))
    (folder / "inner").mkdir()
    (places / "file").write_text("")
    for wrong, said in (("inner", "is inside ~/pictures"), ("file", "is a file")):
        base = folder if wrong == "inner" else places
        status, _, err = ctl("roots", "add", str(base / wrong))
        assert (status, said in err, "hint:" in err) == (2, True, True)
    assert "no such folder" in ctl("roots", "add", str(places / "nowhere"))[2]
    assert ctl("roots", "add", str(places))[0] == 2  # home: asks, and nobody is there
    assert ctl("roots", "add", "/")[0] == 2
    (places / "state" / "site").mkdir(parents=True)
    assert "own folder" in ctl("roots", "add", str(places / "state" / "site"))[2]
    assert ctl("roots", "remove", str(folder))[0] == 0
    assert ctl("roots", "remove", str(folder))[0] == 2


def test_the_home_directory_is_asked_about(places):
    """No is no, yes is yes."""
    status, text = in_terminal("roots", "add", str(places), typed=b"n\n")
    assert (status, "your whole home" in text) == (2, True)
    assert not (places / "config.toml").exists()
    assert in_terminal("roots", "add", str(places), typed=b"y\n")[0] == 0
    assert configuration.load(places / "config.toml").roots[0].path == str(places)
