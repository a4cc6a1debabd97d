"""Opens an item's file with the desktop's own programs. Only files of present roots, by item id."""

import os
import shutil
import subprocess
import sys
from typing import Literal
from urllib.parse import quote_from_bytes

from muserd.engine.maps.query import Query
from muserd.ground.errors import MuserError
from muserd.ground.names import harmless
from muserd.ground.records import ItemId

How = Literal["open", "reveal"]

# Obsidian's and VS Code's own addresses.
_ADDRESSES = {
    "system": "",
    "obsidian": "obsidian://open?path={path}",
    "vscode": "vscode://file{path}",
}
_MAC = sys.platform == "darwin"
_LIMIT_S = 10.0
_SHOW_ITEMS = (
    "--session", "--dest=org.freedesktop.FileManager1", "--type=method_call",
    "/org/freedesktop/FileManager1", "org.freedesktop.FileManager1.ShowItems",
)  # fmt: skip


def open_item(queries: Query, item: ItemId, how: How, editor: str = "auto") -> str:
    """Open an item's file with its program, or show it in the file manager; its path for people.

    Args:
        queries: knows the files.
        item: which.
        how: see above.
        editor: `web.editor` of the configuration: what opens notes.

    Raises:
        MuserError: the item has no file in a watched folder, or the desktop offers no such program.
    """
    original = queries.original(item)
    if original is None:
        raise MuserError(
            f"item {item} has no file that is accessible", "its drive may be disconnected"
        )
    note = how == "open" and original.media_type.startswith("text/")
    address = address_of(original.path, editor) if note else ""
    command = ["open" if _MAC else "xdg-open", address] if address else _command(original.path, how)
    if shutil.which(command[0]) is None:
        raise MuserError(
            f"{os.fsdecode(command[0])} is not installed", "the file can be opened by its path"
        )
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MuserError(f"it could not be opened: {error}", "open it by its path") from error
    if done.returncode != 0:
        words = harmless(done.stderr.decode("utf-8", "replace").strip()[-200:])
        raise MuserError(
            f"the desktop refused to open it: {words or done.returncode}",
            "a service that runs without a desktop session cannot open files",
        )
    return original.name


def address_of(path: bytes, editor: str) -> str:
    """The address by which an editor opens a file; empty: the system's own program does.

    Args:
        path: of the file.
        editor: `web.editor`. `auto`: Obsidian for what lies in one of its vaults.
    """
    template = _ADDRESSES.get(editor, editor)
    if editor == "auto":
        template = _ADDRESSES["obsidian"] if _in_vault(path) else ""
    head, question, query = template.partition("?")
    said = head.replace("{path}", quote_from_bytes(path))
    return said + question + query.replace("{path}", quote_from_bytes(path, safe=""))


def _in_vault(path: bytes) -> bool:
    """Whether a folder above a file is a vault of Obsidian's."""
    folder = os.path.dirname(path)
    while len(folder) > 1:
        if os.path.isdir(folder + b"/.obsidian"):
            return True
        folder = os.path.dirname(folder)
    return False


def _command(path: bytes, how: How) -> list[bytes | str]:
    if _MAC:
        return ["open", *(["-R"] if how == "reveal" else []), path]
    if how == "open":
        return ["xdg-open", path]
    address = "file://" + quote_from_bytes(path)
    return ["dbus-send", *_SHOW_ITEMS, f"array:string:{address}", "string:"]
