"""The watched folders: list, add, remove; confirm a mass deletion that is held back.

`muserctl roots` alone lists them. Changes take effect at once if the daemon runs, and are
written to the configuration file.
"""

import argparse
import os
from pathlib import Path
from typing import Any

from muserd.ctl.parsing import add_json, add_timeout, given_path, subcommands
from muserd.ctl.render.output import ago, clean, count, home
from muserd.ctl.session import Session
from muserd.ground.errors import DaemonDownError, MuserError, UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    actions = subcommands(parser, default="list")
    add_json(parser)
    add_json(actions.add_parser("list", help="every folder with its state"))

    add = actions.add_parser("add", help="watch a folder")
    add.add_argument("path", metavar="DIR", help="pictures and notes in it are put on the maps")
    add.add_argument("--kinds", choices=("image", "note"), help="only pictures, or only notes")
    add.add_argument(
        "--exclude", action="append", default=[], metavar="PATTERN", help="as in a .gitignore"
    )
    add.add_argument("--hidden", action="store_true", help="include hidden files")
    add.add_argument(
        "--gitignore", action="store_true", help="also apply the .gitignore files in it"
    )
    add.add_argument(
        "--watch",
        choices=("auto", "events", "poll"),
        default="auto",
        help="how changes are detected (default auto: events, but polling on network file systems)",
    )
    add.add_argument("--yes", action="store_true", help="do not ask for confirmation")

    remove = actions.add_parser("remove", help="stop watching a folder; its items leave the map")
    remove.add_argument("path", metavar="DIR", help="as `muserctl roots` shows it")
    remove.add_argument(
        "--keep",
        action="store_true",
        help="keep texts, thumbnails and vectors for resources.keep_deleted_days",
    )

    confirm = actions.add_parser(
        "confirm", help="confirm a mass deletion: the items leave the maps"
    )
    confirm.add_argument("path", nargs="?", metavar="DIR", help="only in this folder")
    for one in (add, remove, confirm):
        add_json(one)
        add_timeout(one, 30)


def run(arguments: argparse.Namespace, session: Session) -> int:
    """One of the four."""
    action = {"list": _list, "add": _add, "remove": _remove, "confirm": _confirm}
    return action[arguments.action](arguments, session)


def _list(_arguments: argparse.Namespace, session: Session) -> int:
    out = session.out
    try:
        roots, running = session.client.get("/roots")["roots"], True
    except DaemonDownError:
        from muserd.ground import config as configuration  # msgspec: 10 ms

        config = configuration.load(session.places.config)
        paths = [os.path.realpath(os.path.expanduser(root.path)) for root in config.roots]
        roots, running = [{"path": path, "state": "not running"} for path in paths], False
    if out.json:
        out.object({"roots": roots, "running": running})
        return 0
    rows = [
        (home(r["path"]), r["state"], count(r.get("files")), ago(r.get("last_scan_at")))
        for r in roots
    ]
    if rows:
        out.table(("folder", "state", "files", "scanned"), rows, right="files")
    else:
        out.note("no folder is watched; add one with `muserctl roots add DIR`")
    for root in roots:
        if root.get("reason"):
            out.note(clean(f"{home(root['path'])}: {root['reason']}"))
    return 0


def _add(arguments: argparse.Namespace, session: Session) -> int:
    from muserd.ctl.folders import check_folder, confirm_folder
    from muserd.ground import config as configuration
    from muserd.ground import config_edit  # tomlkit: 30 ms
    from muserd.ground.config import Root

    out = session.out
    config_path, running = config_file(session)
    config = configuration.load(config_path)
    known = [root.path for root in config.roots]
    path = check_folder(arguments.path, known, session.own_folders)
    confirm_folder(path, out, yes=arguments.yes)
    kinds = (arguments.kinds,) if arguments.kinds else Root(path=path).kinds
    exclude = tuple(arguments.exclude)
    root = Root(path, kinds, exclude, arguments.hidden, arguments.watch, arguments.gitignore)
    text = config_edit.with_root(config_path, root)  # a file that is wrong is told of first
    result: dict[str, Any] = {}
    if running:  # then the daemon: what it refuses is not written
        result = session.client.do(
            "/roots",
            wait_s=arguments.timeout,
            path=path,
            kinds=list(kinds),
            exclude=list(exclude),
            hidden=root.hidden,
            watch=root.watch,
            gitignore=root.gitignore,
        )
    if text is not None:
        config_edit.replace(config_path, text)
    if out.json:
        out.object({"path": path, "added": text is not None, "running": running, **result})
    elif text is None:
        out.text(f"{home(path)} is watched already")
    else:
        then = "its files are being read" if running else "it will be read when the daemon starts"
        out.text(f"{home(path)} was added; {then}")
    return 0


def _remove(arguments: argparse.Namespace, session: Session) -> int:
    from muserd.ground import config_edit

    out = session.out
    config_path, running = config_file(session)
    path = given_path(arguments.path)
    result: dict[str, Any] = {}
    known = False
    if running:
        try:
            result = session.client.do(
                "/roots/remove", wait_s=arguments.timeout, path=path, keep=arguments.keep
            )
            known = True
        except DaemonDownError:
            raise
        except MuserError as error:  # perhaps it is in the file only
            refusal = error
    removed = config_edit.remove_root(config_path, path)
    if not removed and not known:
        if running:
            raise refusal
        raise UsageError(f"{path} is not watched", "see `muserctl roots list`")
    if out.json:
        out.object({"path": path, "removed": True, "running": running, **result})
    else:
        out.text(f"{home(path)} is no longer watched; its files were not changed")
    return 0


def _confirm(arguments: argparse.Namespace, session: Session) -> int:
    path = given_path(arguments.path) if arguments.path else None
    result = session.client.do("/roots/confirm", wait_s=arguments.timeout, path=path)
    if session.out.json:
        session.out.object(result)
    elif result.get("roots") == 0:
        session.out.text("nothing to confirm")
    else:
        session.out.text("confirmed: the deleted items leave the maps")
    return 0


def config_file(session: Session) -> tuple[Path, bool]:
    """The configuration file that counts, and whether the daemon runs: it may use another one."""
    try:
        return Path(session.client.get("/config")["path"]), True
    except DaemonDownError:
        return session.places.config, False
