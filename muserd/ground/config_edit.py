"""Edits of the configuration file that keep comments and order.

Every change is checked before it is written; a file that would not be valid is left alone. Only
for muserctl: tomlkit costs 30 ms to import.
"""

import os
import stat
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import AoT
from tomlkit.toml_document import TOMLDocument

from muserd.ground import atomic
from muserd.ground import config as configuration
from muserd.ground.config import Root
from muserd.ground.config_text import read_text
from muserd.ground.errors import ConfigError, remedy, why
from muserd.ground.paths import make_private

_MODE = 0o600

TEMPLATE = """\
# The configuration of Muser. Every key is described in docs/configuration.md;
# `muserctl config show` lists all of them with their values, `muserctl config check` checks them.
# Folders added or removed by `muserctl roots` take effect at once; other changes after a restart.

# title = "Muser"

# [encoders]
# image = "auto"   # or "builtin", "clip:ViT-B-32/laion2b_s34b_b79k", …
# text = "auto"    # or "builtin", "multilingual", "sentence-transformers:NAME-OR-PATH"

# [web]
# port = 7367      # 0: any free port, shown by `muserctl status`

# [files]
# exclude = ["drafts/", "*.tmp.md"]   # as in a .gitignore
"""


def add_root(path: Path, root: Root) -> bool:
    """Add a watched folder; False when it is in the file already. See `with_root`."""
    text = with_root(path, root)
    if text is not None:
        replace(path, text)
    return text is not None


def with_root(path: Path, root: Root) -> str | None:
    """What the file would say with one more watched folder. Nothing is written.

    Args:
        path: the configuration file; it need not be there.
        root: the folder; only what differs from the defaults is said.

    Returns:
        The new text, checked; None when the folder is in the file already.

    Raises:
        ConfigError: the file is not valid or cannot be read.
    """
    document = _read(path)
    if any(same_folder(str(one.get("path", "")), root.path) for one in _roots(document)):
        return None
    table = tomlkit.table()
    table["path"] = root.path
    default = Root(path=root.path)
    for key in ("kinds", "exclude", "hidden", "watch", "gitignore"):
        value = getattr(root, key)
        if value != getattr(default, key):
            table[key] = list(value) if isinstance(value, tuple) else value
    roots = document.get("roots")
    if not isinstance(roots, AoT):
        _need_tables(path, roots)
    block = tomlkit.document()
    array = tomlkit.aot()
    array.append(table)
    block["roots"] = array
    # At the end of the file another table is always in its place, and nothing else is touched.
    text = f"{tomlkit.dumps(document).rstrip()}\n\n{tomlkit.dumps(block)}".lstrip()
    configuration.parse(text, str(path))
    return text


def remove_root(path: Path, folder: str) -> bool:
    """Take a watched folder out; False when it is not in the file. Raises ConfigError."""
    document = _read(path)
    roots = document.get("roots")
    if not isinstance(roots, AoT):
        _need_tables(path, roots)
        return False
    for at, one in enumerate(roots):
        if same_folder(str(one.get("path", "")), folder):
            del roots[at]
            if not len(roots):
                del document["roots"]
            _write(path, document)
            return True
    return False


def set_key(path: Path, key: str, value: Any) -> None:
    """Set `section.key`, or a key of the top level, to a value.

    Raises:
        ConfigError: there is no such key, or the value is not allowed; nothing is written.
    """
    document = _read(path)
    section, _, name = key.rpartition(".")
    table: Any = document
    if section:
        if section not in document:
            document[section] = tomlkit.table()
        table = document[section]
    table[name] = list(value) if isinstance(value, tuple) else value
    _write(path, document)


def create(path: Path) -> bool:
    """Write the commented template, if there is no file yet; whether it was written."""
    if path.exists():
        return False
    make_folder(path.parent)
    _save(path, TEMPLATE)
    return True


def replace(path: Path, text: str) -> None:
    """Write the whole file. Raises ConfigError: `text` is not valid; nothing is written then."""
    configuration.parse(text, str(path))
    make_folder(path.parent)
    _save(path, text)


def same_folder(one: str, other: str) -> bool:
    """Whether two paths, as written in a configuration, name the same folder."""
    return _real(one) == _real(other)


def make_folder(folder: Path) -> None:
    """Make the configuration's folder, if it is not there. Raises ConfigError."""
    try:
        if not folder.is_dir():
            make_private(folder)
    except OSError as error:
        raise ConfigError(f"{folder} cannot be made: {why(error)}", remedy(error)) from error


def _real(path: str) -> str:
    return os.path.realpath(os.path.expanduser(path))


def _roots(document: TOMLDocument) -> list[Any]:
    roots = document.get("roots")
    return list(roots) if isinstance(roots, list) else []


def _need_tables(path: Path, roots: Any) -> None:
    if roots is not None:
        raise ConfigError(
            f"{path}: `roots` is not written as [[roots]] tables",
            "edit it yourself: muserctl config edit",
        )


def _read(path: Path) -> TOMLDocument:
    configuration.load(path)  # its messages name key, value and remedy
    text = read_text(path)
    if text is None:
        text = TEMPLATE
    # tomlkit writes a new table right behind the last line, whether that ends or not.
    return tomlkit.parse(text if text.endswith("\n") else text + "\n")


def _write(path: Path, document: TOMLDocument) -> None:
    replace(path, tomlkit.dumps(document))


def _save(path: Path, text: str) -> None:
    """Atomically; through a symbolic link, as managers of dotfiles make them."""
    target = Path(os.path.realpath(path))
    try:
        mode = stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        mode = _MODE
    try:
        atomic.write(target, text.encode(), mode=mode)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {why(error)}", remedy(error)) from error
