"""The words of the command line: wrong ones, missing ones, help, and what a call loads."""

import json
import subprocess
import sys
from typing import get_args

import pytest

from muserd.ctl.__main__ import main
from muserd.ctl.catalogue import COMMANDS, parser_of
from muserd.ctl.commands import refit
from muserd.ctl.parsing import actions_of
from muserd.ground.records import LayoutEngine

# What is typed, what is said of it, and the hint.
WRONG = [
    ("statsu", "there is no command `statsu`", "did you mean `status`?"),
    ("start", "there is no command `start`", "did you mean `muserctl service start`?"),
    ("zzz", "there is no command `zzz`", "see: muserctl --help"),
    ("--space status", "`--space` must come after the command", "muserctl status --json"),
    ("help nothing", "there is no command `nothing`", "see: muserctl --help"),
    ("roots remvoe x", "`muserctl roots` has no action `remvoe`", "did you mean `remove`?"),
    ("roots xyz", "`muserctl roots` has no action `xyz`", "list, add, remove, confirm"),
    ("sync --wiat", "`muserctl sync` has no option `--wiat`", "did you mean `--wait`?"),
    ("sync --wai", "`muserctl sync` has no option `--wai`", "did you mean `--wait`?"),
    ("roots add x --kind note", "has no option `--kind`", "did you mean `--kinds`?"),
    ("roots --yes", "`muserctl roots` has no option `--yes`", "muserctl roots ACTION … --yes"),
    ("status now", "`muserctl status` takes no argument `now`", "see: muserctl status --help"),
    ("refit --space images", "`--space` cannot be `images`", "did you mean `image`?"),
    ("refit --space", "`--space` needs a value", "see: muserctl refit --help"),
    ("backup", "`muserctl backup` needs DIR", "see: muserctl backup --help"),
    ("fits rollback", "`muserctl fits rollback` needs NUMBER", "rollback --help"),
    ("completion tcsh", "`muserctl completion` has no shell `tcsh`", "known: bash, zsh, fish"),
    ("sync --json=5", "`--json` takes no value", "see: muserctl sync --help"),
    ("status --state", "`--state` needs a directory", "muserctl --state DIR status"),
    ("--state=/nowhere status", "--state /nowhere: there is no such directory", "spelling"),
    ("sync --timeout -1", "`-1` is not a number of seconds above 0", "see: muserctl sync --help"),
    ("sync --timeout nan", "`nan` is not a number of seconds above 0", ""),
    ("sync --timeout soon", "`soon` is not a number of seconds above 0", ""),
    ("status --interval 0", "`0` is not a number of seconds above 0", ""),
    ("logs -n -5", "`-5` is not a whole number from 0 on", ""),
    ("fits rollback 0", "`0` is not a whole number from 1 on", ""),
    ("import x", "`muserctl import` needs --to", "see: muserctl import --help"),
    ("import x --to s --address a:1", "`--address` is of a Ray cluster", "add --engine ray"),
    ("import x --to s --gpus no", "`no` is not a number above 0", ""),
    ("import x --to s --workers 0", "`0` is not a whole number from 1 on", ""),
    ("adopt s --root here", "--root here", "write FROM=TO"),
    ("regions rename Elba x", "`Elba` is not a whole number from 0 on", ""),
]


@pytest.mark.parametrize(("typed", "said", "hint"), WRONG)
def test_wrong_words_name_the_right_ones(places, ctl, typed, said, hint):
    """Commands, actions, options, values: exit status 2, what is wrong, what to do."""
    status, out, err = ctl(*typed.split())
    assert (status, out) == (2, "")
    first, second = err.splitlines()
    assert first.startswith("muserctl: ")
    assert said in first
    assert second.startswith("  hint: ")
    assert hint in second


ALONE = [
    ("roots", "roots list"),
    ("failed", "failed list"),
    ("fits", "fits list"),
    ("fits --space text", "fits list --space text"),
    ("regions --json", "regions list --json"),
    ("encoder", "encoder list"),
    ("config", "config show"),
    ("roots --json", "roots list --json"),
]


@pytest.mark.parametrize(("short", "long"), ALONE)
def test_a_command_alone_shows(up, ctl, short, long):
    """Nobody has to type `list`."""
    status, out, _ = ctl(*short.split())
    assert (status, out) == ctl(*long.split())[:2]
    assert status == 0
    assert out


def test_muserctl_alone_helps(places, ctl):
    """Every command, in groups; `help` and `--help` say the same, also of one command."""
    status, out, err = ctl()
    assert (status, err) == (0, "")
    for command in COMMANDS:
        assert f"  {command.name} " in out
    assert ctl("help")[1] == ctl("--help")[1] == out
    status, out, _ = ctl("help", "roots", "add")
    assert (status, "usage: muserctl roots add" in out) == (0, True)


def test_every_command_has_help(capsys):
    """Its help starts with what it does, and lists its options."""
    for command in COMMANDS:
        assert main([command.name, "--help"]) == 0
        assert f"usage: muserctl {command.name}" in capsys.readouterr().out


def json_commands():
    """Every command and action that knows --json and can be called without an argument."""
    for command in COMMANDS:
        parser = parser_of(command)
        actions = {name: inner for name, (inner, _) in actions_of(parser).items()}
        for name, one in {"": parser, **actions}.items():
            needed = [a for a in one._actions if not a.option_strings and a.required]
            if "--json" in one._option_string_actions and not needed:
                yield f"{command.name} {name}".strip()


@pytest.mark.parametrize("typed", list(json_commands()))
def test_json_has_a_schema_everywhere(up, ctl, typed):
    """Also of an error: nothing but JSON, each object with its number."""
    _, out, err = ctl(*typed.split(), "--json")
    assert (bool(out), err) == (True, "")
    for line in out.splitlines():
        assert json.loads(line)["schema"] == 1
    _, out, err = ctl(*typed.split(), "--nonsense", "--json")
    said = json.loads(out)
    assert (said["schema"], said["error"]["exit"], err) == (1, 2, "")


CHEAP = [
    "status",
    "health",
    "items",
    "regions",
    "failed",
    "failed retry",
    "roots",
    "roots confirm",
    "fits",
    "open --print",
    "pause",
    "resume",
    "sync",
    "sync --wait",
    "rescan",
    "refit",
    "verify",
    "version",
    "config show",
    "config check",
]


LOADS_CONFIG = {"config"}  # and with it msgspec, 10 ms


@pytest.mark.parametrize("typed", CHEAP)
def test_what_only_talks_to_the_daemon_loads_nothing_heavy(up, typed):
    """Start-up is the price of every call: no numpy, no lmdb, no web framework, no renderer."""
    script = (
        f"import sys; from muserd.ctl.__main__ import main; assert main({typed.split()}) == 0; "
        "heavy = {'numpy', 'lmdb', 'starlette', 'uvicorn', 'anyio', 'rich', 'tomlkit', 'psutil', "
        "'prometheus_client', 'shtab', 'faiss', 'torch', 'subprocess', 'asyncio', 'plistlib'}; "
        f"heavy |= set() if {typed.split()[0] in LOADS_CONFIG} else {{'msgspec'}}; "
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("typed", ["status", "roots"])
def test_without_a_daemon_nothing_is_loaded_that_would_speak_to_it(tmp_path, typed):
    """Nor is anything worked out that only texts of strangers need."""
    script = (
        "import sys; from muserd.ctl.__main__ import main; "
        f"main(['--state', {str(tmp_path)!r}, {typed!r}]); "
        "assert not {'http.client', 'email', 'ssl'} & set(sys.modules); "
        "texts = sys.modules.get('muserd.ground.texts'); "
        "assert texts is None or texts._steering.cache_info().currsize == 0"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_engines_of_a_fit_are_all_offered():
    """They are written down twice, for the sake of start-up."""
    assert get_args(LayoutEngine) == refit.ENGINES
