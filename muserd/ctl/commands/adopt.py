"""Put the shards of `muserctl import` onto the maps of the running daemon.

The folders that were imported must be watched and there. What is on the maps already is left out:
the command may be broken off, and given again, also while the import still makes shards. Until all
are taken no files are read; then a scan confirms what was taken, and reads only what has changed.
"""

import argparse

from muserd.ctl.parsing import add_json, add_timeout, given_path
from muserd.ctl.render.output import clean, count
from muserd.ctl.session import Session
from muserd.ctl.waiting import do
from muserd.ground.errors import UsageError

_REST = (
    ("known", "on the maps already"),
    ("changed", "changed since; the daemon reads them"),
    ("again", "not reached by the import; the daemon reads them"),
    ("gone", "not there any more"),
    ("left_out", "left out by the rules of the watched folders"),
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("shards", metavar="SHARDS", help="the folder given to `import --to`")
    parser.add_argument(
        "--root",
        action="append",
        default=[],
        metavar="FROM=TO",
        help="what a folder of the import is called here; its files then are the same if size and "
        "time of change are; repeatable",
    )
    add_timeout(parser, 86_400)
    add_json(parser)


def run(arguments: argparse.Namespace, session: Session) -> int:
    """Adopt; 1 when a shard was refused."""
    done = do(
        session,
        "/adopt",
        arguments.timeout,
        folder=given_path(arguments.shards),
        roots=[_pair(one) for one in arguments.root],
    )
    refused = done.get("refused") or []
    if session.out.json:
        session.out.object(done)
        return 1 if refused else 0
    out = session.out
    out.text(
        f"{count(done['items'], 'item')} new on the maps, {count(done['files'], 'file')} taken "
        f"from {count(done['shards'], 'shard')}"
    )
    for key, words in _REST:
        if done[key]:
            out.text(f"{count(done[key], 'file')} {words}")
    if done["unfinished"]:
        out.note(
            f"{count(done['unfinished'], 'shard')} not made yet: finish the import, adopt again"
        )
    for one in refused:
        out.text(clean(f"refused: {one['why']}"))
    if refused:
        out.note("to make these shards anew: give the same `muserctl import` again")
    return 1 if refused else 0


def _pair(text: str) -> list[str]:
    before, sign, now = text.partition("=")
    if not (before and sign and now):
        raise UsageError(f"--root {text}", "write FROM=TO: its name in the import, and here")
    return [given_path(before, follow=False), given_path(now)]
