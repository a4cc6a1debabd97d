"""`config edit`: a copy in the user's editor; it replaces the file only when it is valid."""

import os
import shlex
import shutil
import subprocess
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from muserd.ctl import prompts
from muserd.ctl.render.output import Output
from muserd.ground import config as configuration
from muserd.ground import config_edit
from muserd.ground.config_text import decode
from muserd.ground.errors import ConfigError, MuserError, UsageError

_EDITORS = ("editor", "nano", "vim", "vi")


def edit(path: Path, out: Output) -> bool:
    """Open the editor; returns whether the file was changed.

    Raises:
        ConfigError: what was written is not valid, and the user does not try again.
        MuserError: there is no editor, or it failed.
    """
    config_edit.create(path)
    before = path.read_bytes()
    with tempfile.TemporaryDirectory(prefix="muser-") as folder:
        copy = Path(folder) / "config.toml"
        copy.write_bytes(before)
        while True:
            _run_editor(copy)
            after = copy.read_bytes()
            try:
                text = decode(after, str(path))
                configuration.parse(text, str(path))
                break
            except ConfigError as error:
                out.note(str(error))
                if not prompts.interactive() or not prompts.confirm("edit again?", default=True):
                    raise ConfigError(
                        f"{path} was not changed: {error.message}", error.hint
                    ) from None
    if after == before:
        return False
    config_edit.replace(path, text)
    return True


def parse_assignment(text: str) -> tuple[str, Any]:
    """`web.port=0` → `("web.port", 0)`. What is no TOML value is taken as a string."""
    key, sign, value = text.partition("=")
    key = key.strip()
    if not sign or not key:
        raise UsageError(f"--set {text}: not KEY=VALUE", "for example --set web.port=0")
    try:
        return key, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key, value.strip()


def _run_editor(file: Path) -> None:
    wanted = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    words = shlex.split(wanted) or next(([e] for e in _EDITORS if shutil.which(e)), [])
    if not words:
        raise MuserError("no editor was found", "set EDITOR, or edit the file yourself")
    try:
        status = subprocess.run([*words, str(file)], check=False).returncode
    except OSError as error:
        raise MuserError(
            f"the editor {words[0]} cannot be started: {error}", "set EDITOR"
        ) from error
    if status:
        raise MuserError(f"{words[0]} ended with {status}: nothing was changed", "set EDITOR")
