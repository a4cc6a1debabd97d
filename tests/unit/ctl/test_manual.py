"""What is made from the parsers, and that the documents say what the program does."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from muserd.ctl import manual
from muserd.ctl.__main__ import main
from muserd.ctl.catalogue import COMMANDS
from muserd.ground import config as configuration
from muserd.ground.config import Config, Root

DOCS = Path(__file__).resolve().parents[3] / "docs"


def test_the_commands_page_is_the_programs_own():
    """Made by `muserctl man --markdown > docs/commands.md`."""
    assert (DOCS / "commands.md").read_text() == manual.markdown() + "\n"


def test_every_key_of_the_configuration_is_documented_with_its_default():
    """A key that nobody can find does not exist."""
    text = (DOCS / "configuration.md").read_text()
    rows = dict(re.findall(r"^\| `([a-z0-9_.]+)` \| `([^`]*)` \|", text, re.MULTILINE))
    flat = configuration.flatten(Config())
    shown = {
        key: str(value).lower() if isinstance(value, bool) else "[]" if value == () else str(value)
        for key, value in flat.items()
    }
    assert {key: rows.get(key, "").strip('"') for key in shown} == shown
    for key in Root.__struct_fields__:
        assert f"`roots.{key}`" in text


def test_ranges_are_documented():
    """The limits that the program checks."""
    text = (DOCS / "configuration.md").read_text()
    for key, (least, most) in configuration.ranges().items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{key}` |"))
        assert f"{least} … {most}" in row, row


def test_the_man_page_is_well_formed(capsys):
    """Sections, every command, and no complaint of groff where there is one."""
    assert main(["man"]) == 0
    page = capsys.readouterr().out
    for command in COMMANDS:
        assert rf".SS muserctl {command.name}" in page
    if shutil.which("groff"):
        done = subprocess.run(
            ["groff", "-man", "-Tutf8", "-ww"],
            input=page,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell, capsys):
    """They know the commands, and bash accepts its own."""
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "rollback" in script
    if shutil.which(shell):
        done = subprocess.run(
            [shell, "-n"], input=script, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
