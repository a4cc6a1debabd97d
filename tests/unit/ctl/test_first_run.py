"""`init` and `doctor`: from nothing to a configuration."""

import json
import sys

import pytest

from muserd.ctl import checks
from muserd.ground import config as configuration
from muserd.ground.confinement import Protection
from muserd.ground.formats import Format
from tests.unit.ctl.terminal import in_terminal


def test_init_and_doctor(places, ctl):
    """From nothing to a configuration, with a census; the doctor finds nothing that fails."""
    folder = places / "pictures"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.jpg").write_bytes(b"1")
    (folder / "deep" / "b.md").write_text("b")
    (folder / ".hidden.png").write_bytes(b"1")
    status, out, _ = ctl("init", "--folder", str(folder), "--yes")
    assert status == 0
    assert "~/pictures         1      1   2 B" in out
    assert [root.path for root in configuration.load(places / "config.toml").roots] == [str(folder)]
    assert ctl("init", "--yes")[0] == 0  # once more changes nothing
    assert len(configuration.load(places / "config.toml").roots) == 1
    status, out, _ = ctl("doctor", "--json")
    findings = {one["name"]: one for one in json.loads(out)["findings"]}
    assert findings["folder"]["level"] == "ok"
    assert findings["daemon"]["level"] == "warn"
    assert all(one["remedy"] for one in findings.values() if one["level"] != "ok")
    (places / "config.toml").write_text("nonsense")
    assert ctl("doctor")[0] == 1


def test_init_without_a_folder_asks_for_one(places, ctl):
    """Where nobody can be asked, that is a usage error."""
    assert ctl("init")[0] == 2


def test_init_asks_a_person(places):
    """Return takes what is suggested; an answer wins."""
    for name in ("Pictures", "notes", "else"):
        (places / name).mkdir()
    status, text = in_terminal("init", typed=b"\n")
    assert (status, "[~/Pictures, ~/notes]" in text) == (0, True)
    chosen = [root.path for root in configuration.load(places / "config.toml").roots]
    assert chosen == [str(places / "Pictures"), str(places / "notes")]
    assert in_terminal("init", typed=f"{places}/else\n".encode())[0] == 0
    assert len(configuration.load(places / "config.toml").roots) == 3


def test_a_slip_is_asked_about_again(places):
    """The first answer names no folder, the second does; Ctrl-D changes nothing."""
    (places / "mine").mkdir()
    status, text = in_terminal("init", typed=b"~/mien\n~/mine\n")
    assert (status, "~/mien: no such folder" in text) == (0, True)
    assert [root.path for root in configuration.load(places / "config.toml").roots] == [
        str(places / "mine")
    ]
    (places / "config.toml").unlink()
    status, text = in_terminal("init", typed=b"\x04")
    assert (status, "nothing was changed" in text) == (1, True)
    assert not (places / "config.toml").exists()


@pytest.mark.parametrize(
    "encoders",
    ['image = "clip:ViT-B-32//nowhere/x.safetensors"', 'text = "sentence-transformers:~/nowhere"'],
)
def test_weights_that_are_not_where_they_should_be(places, ctl, encoders):
    """A path is looked at; a name is the daemon's to find."""
    (places / "config.toml").write_text(f"[encoders]\n{encoders}\n")
    status, out, _ = ctl("doctor")
    assert (status, "nowhere" in out, "muserctl encoder list" in out) == (1, True, True)
    (places / "config.toml").write_text('[encoders]\nimage = "clip:ViT-L-14/laion2b_s32b_b82k"\n')
    assert "`muserctl encoder fetch` downloads it now" in ctl("doctor")[1]


def test_the_estimate_counts_the_beginning(places, ctl):
    """Even one picture waits for a model."""
    (places / "one").mkdir()
    (places / "one" / "a.jpg").write_bytes(b"1")
    assert "about 20 s" in ctl("init", "--folder", str(places / "one"), "--yes")[1]


def test_a_daemon_that_runs_is_not_forgotten(up, ctl, tmp_path):
    """It has read its configuration already."""
    (tmp_path / "mine").mkdir()
    out = ctl("init", "--folder", str(tmp_path / "mine"), "--yes")[1]
    assert "Next: `muserctl service restart`" in out


def test_few_watches_are_told_with_the_line_that_mends_it(places, ctl, monkeypatch):
    """More folders than inotify lets one watch."""
    limit = places / "max_user_watches"
    limit.write_text("8192\n")
    monkeypatch.setattr("muserd.ctl.checks._WATCHES", limit)
    (places / "one").mkdir()
    out = ctl("init", "--folder", str(places / "one"), "--yes")[1]
    assert "only 8,192 folders can be watched; the others are polled" in out
    assert "echo fs.inotify.max_user_watches=524288 | sudo tee /etc/sysctl.d/60-muser.conf" in out
    limit.unlink()
    assert "no limit on this system" in ctl("doctor")[1]


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs"])
def test_a_network_mount_is_polled_and_said_so(places, ctl, monkeypatch, kind):
    """Its changes made elsewhere send no events; the state never lies on one."""
    (places / "one").mkdir()
    monkeypatch.setattr("muserd.ctl.folders.filesystem", lambda _: kind)
    status, _, err = ctl("roots", "add", str(places / "one"))
    assert (status, f"network file system ({kind}): it is polled" in err) == (0, True)
    monkeypatch.setattr("muserd.ctl.checks.filesystem", lambda _: kind)
    status, out, _ = ctl("doctor")
    assert (status, f"({kind}: polled, not watched)" in out) == (1, True)
    assert "set MUSER_STATE_DIR to a folder on a local disk" in out


def test_what_others_may_read_is_told(places, ctl):
    """The state is for its owner."""
    (places / "state").mkdir(mode=0o755)
    (places / "state").chmod(0o755)
    out = ctl("doctor")[1]
    assert "can be read by others" in out
    assert "chmod 700" in out


def test_a_clock_that_is_wrong_is_told(places, ctl, monkeypatch):
    """A machine without a battery wakes up in another year."""
    monkeypatch.setattr("muserd.ctl.checks.time.time", lambda: 1e9)
    assert "timedatectl set-ntp true" in ctl("doctor")[1]


def test_the_doctor_names_the_files_that_nothing_can_read() -> None:
    """A format whose package is missing: its suffixes, and how to install it."""
    row = Format(
        "odd", "odd picture", "image", {b".odd": "image/x-odd"}, "decode:open_picture", "picture",
        package="no_such_package_here", extra="odd",
    )  # fmt: skip
    (finding,) = checks.formats([row])
    assert finding.level == "warn"
    assert ".odd" in finding.message
    assert "pip install 'muser[odd]'" in finding.remedy
    (finding,) = checks.formats()
    assert finding.level == "ok"


@pytest.mark.parametrize(
    ("can", "level", "said"),
    [
        (Protection(7, True), "ok", "workers run in a sandbox: Landlock 7, seccomp"),
        (Protection(0, True), "warn", "no Landlock, seccomp"),
        (Protection(0, False), "warn", "no Landlock, no seccomp"),
    ],
)
def test_doctor_says_what_shuts_decoders_in(monkeypatch, can, level, said):
    """And what does not, with the remedy."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(checks, "available", lambda: can)
    finding = checks.protection()
    assert finding.level == level
    assert said in finding.message
    assert bool(finding.remedy) is (level == "warn")


@pytest.mark.parametrize(("there", "level"), [(True, "ok"), (False, "warn")])
def test_doctor_says_whether_macos_shuts_workers_in(monkeypatch, there, level):
    """With what it leaves to them."""
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(checks.seatbelt, "available", lambda: there)
    finding = checks.protection()
    assert finding.level == level
    assert ("they may read" in finding.message) is there
