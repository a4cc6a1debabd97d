"""Changes to the configuration file keep what people wrote."""

import os

import pytest

from muserd.ground import config as configuration
from muserd.ground import config_edit
from muserd.ground.config import Root
from muserd.ground.errors import ConfigError

WRITTEN = """\
# mine
title = "Map" # of everything

[web]
port = 0 # any

[[roots]]
path = "/pictures" # the old ones
kinds = ["image"]
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(WRITTEN)
    return path


def test_a_folder_is_added_at_the_end(file):
    """Comments, order and the other values stay as they are."""
    root = Root('/notes "x"', ("note",), ("a", "b"), hidden=True, watch="poll")
    assert config_edit.add_root(file, root) is True
    assert file.read_text().startswith(WRITTEN + "\n[[roots]]\n")
    assert configuration.load(file).roots[1] == root
    assert config_edit.add_root(file, root) is False


def test_a_file_without_a_last_line_break(file):
    """As editors and scripts leave them."""
    file.write_text(WRITTEN.rstrip("\n"))
    assert config_edit.add_root(file, Root("/notes")) is True
    config_edit.set_key(file, "logging.level", "debug")
    config = configuration.load(file)
    assert [root.path for root in config.roots] == ["/pictures", "/notes"]
    assert config.logging.level == "debug"


def test_the_same_folder_in_other_words_is_known(file, monkeypatch):
    """`~`, dots and links do not make another folder."""
    monkeypatch.setenv("HOME", "/pictures")
    assert config_edit.add_root(file, Root("/pictures/../pictures/")) is False
    assert config_edit.add_root(file, Root("~")) is False
    assert file.read_text() == WRITTEN


def test_only_what_differs_from_the_defaults_is_written(tmp_path):
    """A new file is made, with its explanation, readable by its owner."""
    path = tmp_path / "new" / "config.toml"
    assert config_edit.add_root(path, Root("/a")) is True
    assert path.read_text().endswith('[[roots]]\npath = "/a"\n')
    assert path.read_text().startswith("# The configuration of Muser.")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_removing_folders(file):
    """The right one, and the rest stays valid down to none."""
    config_edit.add_root(file, Root("/notes"))
    assert config_edit.remove_root(file, "/pictures/") is True
    assert [root.path for root in configuration.load(file).roots] == ["/notes"]
    assert config_edit.remove_root(file, "/notes") is True
    assert config_edit.remove_root(file, "/notes") is False
    assert configuration.load(file).roots == ()
    assert "# of everything" in file.read_text()
    assert config_edit.add_root(file, Root("/again")) is True


def test_setting_keys(file):
    """In a section that is there, in one that is not, at the top."""
    config_edit.set_key(file, "web.port", 8080)
    config_edit.set_key(file, "files.exclude", ("*.tmp",))
    config_edit.set_key(file, "title", "Mine")
    config = configuration.load(file)
    assert (config.web.port, config.files.exclude, config.title) == (8080, ("*.tmp",), "Mine")
    assert "port = 8080 # any" in file.read_text()


@pytest.mark.parametrize(
    ("key", "value"), [("web.port", -1), ("web.prot", 1), ("nothing.x", 1), ("web.host", "0.0.0.0")]
)
def test_what_is_not_allowed_is_not_written(file, key, value):
    """The file is checked before it is replaced."""
    with pytest.raises(ConfigError):
        config_edit.set_key(file, key, value)
    assert file.read_text() == WRITTEN


def test_a_file_that_is_wrong_already_is_left_alone(file):
    """Its own error is told, with file and key."""
    file.write_text("[web]\nprot = 1\n")
    with pytest.raises(ConfigError, match=r"web\.prot"):
        config_edit.add_root(file, Root("/a"))
    file.write_text("roots = [{path = '/inline'}]\n")
    with pytest.raises(ConfigError, match="tables"):
        config_edit.add_root(file, Root("/a"))
    with pytest.raises(ConfigError, match="tables"):
        config_edit.remove_root(file, "/inline")


def test_a_linked_file_stays_a_link(file, tmp_path):
    """Dotfiles managers link it; its mode stays too."""
    link = tmp_path / "link.toml"
    link.symlink_to(file)
    file.chmod(0o640)
    config_edit.set_key(link, "web.port", 1)
    assert link.is_symlink()
    assert configuration.load(file).web.port == 1
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_folder_that_cannot_be_written_is_an_error_with_a_remedy(tmp_path):
    """Never a traceback."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError) as caught:
        config_edit.add_root(tmp_path / "file" / "config.toml", Root("/a"))
    assert caught.value.hint
    assert os.listdir(tmp_path) == ["file"]
