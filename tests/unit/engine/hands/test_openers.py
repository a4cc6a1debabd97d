"""By which addresses notes are opened."""

from pathlib import Path

import pytest

from muserd.engine.hands.openers import address_of
from muserd.ground.config import is_editor, parse
from muserd.ground.errors import ConfigError


def test_addresses_of_editors(tmp_path: Path) -> None:
    path = b"/a b/caf\xe9 & #1?.md"
    assert address_of(path, "system") == ""
    assert address_of(path, "vscode") == "vscode://file/a%20b/caf%E9%20%26%20%231%3F.md"
    assert address_of(path, "obsidian") == (
        "obsidian://open?path=%2Fa%20b%2Fcaf%E9%20%26%20%231%3F.md"
    )
    assert address_of(b"/x.md", "zed://file{path}?line=1") == "zed://file/x.md?line=1"
    note = tmp_path / "vault/sub/note.md"
    assert address_of(bytes(note), "auto") == ""
    (tmp_path / "vault/.obsidian").mkdir(parents=True)
    assert address_of(bytes(note), "auto").startswith("obsidian://open?path=%2F")


@pytest.mark.parametrize(
    ("editor", "good"),
    [
        ("auto", True),
        ("zed://file{path}", True),
        ("emacsclient://open?f={path}", True),
        ("zed://file", False),
        ("https://evil.example/{path}", False),
        ("javascript:{path}", False),
        ("file://{path}", False),
        ("vim", False),
        ("zed://{path}{path}", False),
        ("zed://a b{path}", False),
        ("", False),
    ],
)
def test_what_may_open_notes(editor: str, good: bool) -> None:
    assert is_editor(editor) == good
    text = f"[web]\neditor = '{editor}'\n"
    if good:
        assert parse(text).web.editor == editor
    else:
        with pytest.raises(ConfigError, match=r"web\.editor"):
            parse(text)
