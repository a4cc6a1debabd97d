"""Configuration files as editors save them."""

import pytest

from muserd.ground import config as configuration
from muserd.ground import config_edit
from muserd.ground.config_text import decode
from muserd.ground.errors import ConfigError

TEXT = 'title = "Karten für später"\n'


def test_a_byte_order_mark_is_accepted(tmp_path):
    """Notepad and PowerShell write one; what is edited afterwards stays valid."""
    path = tmp_path / "config.toml"
    path.write_bytes(TEXT.encode("utf-8-sig"))
    assert configuration.load(path).title == "Karten für später"
    config_edit.set_key(path, "web.port", 0)
    config = configuration.load(path)
    assert (config.title, config.web.port) == ("Karten für später", 0)


@pytest.mark.parametrize(
    ("encoding", "said", "remedy"),
    [
        ("utf-16", "is UTF-16, not UTF-8: it starts with the bytes ff fe", "-f UTF-16 "),
        ("utf-16-le", "byte 00 at line 1, column 2", "-f UTF-16 "),
        ("utf-16-be", "byte 00 at line 1, column 1", "-f UTF-16 "),
        ("utf-32", "is UTF-32, not UTF-8: it starts with the bytes ff fe 00 00", "-f UTF-32 "),
        ("latin-1", "byte fc at line 1, column 18", "-f ISO-8859-1 "),
        ("cp1252", "byte fc at line 1, column 18", "-f ISO-8859-1 "),
    ],
)
def test_other_encodings_are_refused_with_the_byte_and_the_remedy(tmp_path, encoding, said, remedy):
    """Which byte, where, and the command that converts the file."""
    path = tmp_path / "config.toml"
    path.write_bytes(TEXT.encode(encoding))
    with pytest.raises(ConfigError) as raised:
        configuration.load(path)
    assert said in raised.value.message
    assert f"iconv {remedy}-t UTF-8 {path}" in raised.value.hint


def test_positions_count_characters():
    """As editors do, not bytes."""
    with pytest.raises(ConfigError, match="byte ff at line 2, column 3"):
        decode(b"a\n\xc3\xa4b\xff", "x")


def test_no_file_is_no_text(tmp_path):
    """All defaults."""
    assert configuration.load(tmp_path / "none.toml") == configuration.Config()
