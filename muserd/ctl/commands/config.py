"""Show, check, edit or locate the configuration. Changes take effect after a restart.

Each value of `show` comes with its origin: the file, or the default. `config` alone shows.
"""

import argparse
import os
import tomllib
from typing import Any

from muserd.ctl.parsing import add_json, subcommands
from muserd.ctl.render.output import home
from muserd.ctl.session import Session
from muserd.ground import config as configuration
from muserd.ground.config_text import read_text
from muserd.ground.errors import ConfigError, UsageError

_VARIABLES = {
    "config": "MUSER_CONFIG",
    "state": "MUSER_STATE_DIR",
    "cache": "MUSER_CACHE_DIR",
    "runtime": "MUSER_RUNTIME_DIR",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    actions = subcommands(parser, default="show")
    add_json(parser)
    for name, words in (
        ("show", "every key with its value and its origin"),
        ("check", "whether the file can be used; exit status 78 if not"),
        ("path", "where the file is"),
    ):
        add_json(actions.add_parser(name, help=words))
    edit = actions.add_parser("edit", help="in $VISUAL or $EDITOR; saved only when it is valid")
    edit.add_argument("--set", metavar="KEY=VALUE", help="change one key, without an editor")


def run(arguments: argparse.Namespace, session: Session) -> int:
    """One of the four."""
    action = {"show": _show, "check": _check, "path": _path, "edit": _edit}[arguments.action]
    return action(arguments, session)


def _show(_arguments: argparse.Namespace, session: Session) -> int:
    out, where = session.out, session.places
    config = configuration.load(where.config)
    written = _written(where.config)
    values = {
        key: {"value": value, "origin": "file" if key in written else "default"}
        for key, value in configuration.flatten(config).items()
    }
    folders = {
        name: {
            "value": str(getattr(where, name)),
            "origin": variable if os.environ.get(variable) else "default",
        }
        for name, variable in _VARIABLES.items()
    }
    if out.json:
        roots = [
            {
                "path": root.path,
                "kinds": list(root.kinds),
                "exclude": list(root.exclude),
                "hidden": root.hidden,
                "watch": root.watch,
                "gitignore": root.gitignore,
            }
            for root in config.roots
        ]
        out.object({"folders": folders, "values": values, "roots": roots})
        return 0
    rows = [(k, home(v["value"]), v["origin"]) for k, v in folders.items()]
    out.table(("folder", "path", "origin"), rows)
    out.text("")
    rows = [(k, _toml(v["value"]), v["origin"]) for k, v in values.items()]
    out.table(("key", "value", "origin"), rows)
    for root in config.roots:
        out.text("")
        rest = [f"kinds = {_toml(root.kinds)}"] if len(root.kinds) == 1 else []
        rest += [f"exclude = {_toml(root.exclude)}"] if root.exclude else []
        rest += ["hidden = true"] if root.hidden else []
        rest += [f'watch = "{root.watch}"'] if root.watch != "auto" else []
        rest += ["gitignore = true"] if root.gitignore else []
        out.text("  ".join([f"root {home(root.path)}", *rest]))
    return 0


def _check(_arguments: argparse.Namespace, session: Session) -> int:
    path = session.places.config
    config = configuration.load(path)
    warnings = [
        f"{root.path} does not exist"
        for root in config.roots
        if not os.path.isdir(os.path.expanduser(root.path))
    ]
    there = path.exists()
    if session.out.json:
        body = {"ok": True, "path": str(path), "exists": there, "warnings": warnings}
        session.out.object(body)
        return 0
    for warning in warnings:
        session.out.note(f"warning: {warning}")
    what = "is valid" if there else "does not exist: every key has its default"
    session.out.text(f"{home(str(path))} {what}")
    return 0


def _path(_arguments: argparse.Namespace, session: Session) -> int:
    path = session.places.config
    if session.out.json:
        session.out.object({"path": str(path), "exists": path.exists()})
    else:
        session.out.text(str(path))
    return 0


def _edit(arguments: argparse.Namespace, session: Session) -> int:
    from muserd.ctl.editing import edit, parse_assignment  # tomlkit: 30 ms
    from muserd.ground import config_edit

    path = session.places.config
    if arguments.set is None:
        changed = edit(path, session.out)
    else:
        key, value = parse_assignment(arguments.set)
        if key == "roots" or key.startswith("roots."):
            raise UsageError("--set cannot change folders", "use `muserctl roots add`")
        config_edit.set_key(path, key, value)
        changed = True
    if changed:
        session.out.text(
            f"{home(str(path))} was written; it takes effect after a restart of the daemon"
        )
    else:
        session.out.text("nothing was changed")
    return 0


def _written(path: Any) -> set[str]:
    """The keys that the file sets."""
    try:
        table = tomllib.loads(read_text(path) or "")
    except ValueError as error:  # it was valid a moment ago
        raise ConfigError(f"{path} cannot be read: {error}", "try again") from error
    keys = {key for key, value in table.items() if not isinstance(value, dict)}
    inner = {f"{s}.{key}" for s, value in table.items() if isinstance(value, dict) for key in value}
    return keys | inner


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return str(value)
