"""Delete what is stored about files that are gone: texts, thumbnails, vectors, pages of the site.

Deleted files leave the page at once, but what is stored about them is kept for
`resources.keep_deleted_days`, so that nothing has to be encoded again if they return. This command
deletes it now: for a file or folder, for all deleted files, or, with the daemon stopped, for
everything. The store is then compacted.

Not covered: the browser's cache (previews for a day, thumbnails for a year), backups, copies of
the site, and file names in the log.
"""

import argparse
import shutil
from pathlib import Path

from muserd.ctl import prompts
from muserd.ctl.parsing import add_json, add_timeout, given_path
from muserd.ctl.render.output import count, home, size
from muserd.ctl.session import Session
from muserd.ground.errors import BusyError, DaemonDownError, MuserError, UsageError, remedy, why

# Of the cache: models and weights say nothing of anybody's files.
_OF_CACHE = ("vectors", "find", "previews", "names", "words", "words-titles.npz", "scratch")
_OF_STATE = ("store", "site", "work", "collections", "token", "sessions.json")
_STAYS = "a browser may keep previews for a day and thumbnails for a year: clear its cache"


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files or folders that are gone")
    parser.add_argument("--deleted", action="store_true", help="all that was deleted")
    parser.add_argument(
        "--everything",
        action="store_true",
        help="all that is stored; the daemon must not be running",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask before --everything")
    add_timeout(parser, 600)
    add_json(parser)


def run(arguments: argparse.Namespace, session: Session) -> int:
    """Forget."""
    given = (bool(arguments.paths), arguments.deleted, arguments.everything)
    if sum(given) != 1:
        raise UsageError("nothing to forget was named", "give paths, or --deleted, or --everything")
    if arguments.everything:
        return _everything(arguments, session)
    what = {"paths": [given_path(path) for path in arguments.paths]}
    result = session.client.do(
        "/forget", wait_s=arguments.timeout, **({"deleted": True} if arguments.deleted else what)
    )
    if session.out.json:
        session.out.object(result)
        return 0
    before, after = result["bytes_before"], result["bytes_after"]
    session.out.text(
        f"{count(result['items'], 'item')} forgotten; the store has {size(after)}, it had "
        f"{size(before)}"
    )
    if by_name := result.get("by_name", 0):
        session.out.note(
            f"{by_name} of them by name: they were deleted before Muser kept the paths of what is "
            "gone"
        )
    session.out.note(_STAYS)
    return 0


def _everything(arguments: argparse.Namespace, session: Session) -> int:
    places, out = session.places, session.out
    try:
        session.client.get("/url")
    except DaemonDownError:
        pass
    else:
        raise BusyError("the daemon runs", "stop it first: muserctl service stop, or Ctrl-C")
    what = f"all that Muser knows, in {home(str(places.state))} and {home(str(places.cache))}"
    if not arguments.yes:
        if out.json or not prompts.interactive():
            raise UsageError(f"this removes {what}", "add --yes if you mean it")
        if not prompts.confirm(f"remove {what}? Your own files are not touched."):
            raise UsageError("nothing was removed", "answer y to have it removed")
    logs = places.state.glob(f"{places.log.name}*")
    mine = [places.state / name for name in _OF_STATE] + [places.cache / n for n in _OF_CACHE]
    removed = [path for path in (*mine, *logs) if _remove(path)]
    if out.json:
        out.object({"removed": [str(path) for path in removed]})
    else:
        out.text(f"removed: {', '.join(home(str(path)) for path in removed) or 'nothing'}")
        out.note(_STAYS)
    return 0


def _remove(path: Path) -> bool:
    """Whether there was something, which is gone now. Raises MuserError."""
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise MuserError(f"{path} cannot be removed: {why(error)}", remedy(error)) from error
    return True
