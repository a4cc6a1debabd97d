"""Move files into the system's trash: a list of files, or a collection. The list is shown first.

Only this command does that, never the daemon and never the page. Files are moved to the trash of
the desktop, from which they can be restored; they leave the maps as soon as they are gone.
"""

import argparse
import os

from muserd.ctl import prompts
from muserd.ctl.lists import listed
from muserd.ctl.render.output import clean, count, home
from muserd.ctl.session import Session
from muserd.ground.errors import MuserError, UsageError
from muserd.ground.names import path_of

_SHOWN = 20


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument(
        "--from",
        dest="source",
        required=True,
        metavar="FILE|COLLECTION",
        help="a list of paths (- for standard input), or the name of a collection",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask for confirmation")


def run(arguments: argparse.Namespace, session: Session) -> int:
    """List, ask, move."""
    try:
        from send2trash import send2trash
    except ImportError:
        raise MuserError(
            "the trash needs the package Send2Trash", "pip install 'muser[trash]'"
        ) from None
    paths = [path for path in _paths(arguments.source, session) if os.path.lexists(path)]
    if not paths:
        raise UsageError("none of these files is there", "nothing was moved")
    for path in paths[:_SHOWN]:
        session.out.text(clean(home(os.fsdecode(path))))
    if len(paths) > _SHOWN:
        session.out.text(f"… and {len(paths) - _SHOWN} more")
    if not arguments.yes:
        if not prompts.interactive():
            raise UsageError("nobody is there to confirm it", "give --yes")
        if not prompts.confirm(f"move {count(len(paths), 'file')} to the trash?"):
            session.out.note("nothing was moved")
            return 1
    failed = 0
    for path in paths:
        try:
            send2trash(os.fsdecode(path))
        except OSError as error:
            failed += 1
            session.out.note(f"{clean(home(os.fsdecode(path)))}: {error.strerror or error}")
    session.out.note(f"{count(len(paths) - failed, 'file')} moved to the trash")
    return 1 if failed else 0


def _paths(source: str, session: Session) -> list[bytes]:
    """The files of a list, or of a collection of that name."""
    if source == "-" or os.path.exists(source):
        return [_file(one) for one in listed(source)]
    found = session.client.lines("/collections/items", name=source)
    return [path_of(path) for item in found for path in item["paths"]]


def _file(one: str) -> bytes:
    if one.isascii() and one.isdigit():
        raise UsageError(f"{one} is an item id", "give paths: the trash takes files")
    return path_of(one)
