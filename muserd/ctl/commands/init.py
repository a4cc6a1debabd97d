"""First-time set-up: choose folders, write the configuration, estimate the first import."""

import argparse
import os
import sys
from dataclasses import dataclass

from muserd.ctl import checks, prompts
from muserd.ctl.commands import doctor
from muserd.ctl.render.output import count, duration, home, size
from muserd.ctl.session import Session
from muserd.ground import config as configuration
from muserd.ground.config import Root
from muserd.ground.errors import MuserError, UsageError
from muserd.ground.kinds import kind_of

_SUGGESTED = ("~/Pictures", "~/Photos", "~/Notes", "~/notes", "~/Documents")
# Files a second on two cores with the built-in encoders: see docs/performance.md.
_PICTURES_PER_S, _NOTES_PER_S = 40.0, 40.0
_BEGIN_S = 20.0  # models are loaded, the first map is computed
_MOST_LOOKED_AT = 500_000  # files: an estimate need not take longer than the import


@dataclass(slots=True)
class Census:
    """What lies in a folder."""

    pictures: int = 0
    notes: int = 0
    bytes: int = 0
    folders: int = 0
    cut: bool = False

    @property
    def seconds(self) -> float:
        """About how long it takes until everything is on a map."""
        return _BEGIN_S + self.pictures / _PICTURES_PER_S + self.notes / _NOTES_PER_S


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument(
        "--folder", action="append", default=[], metavar="DIR", help="watch it; may be repeated"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(arguments: argparse.Namespace, session: Session) -> int:
    """Ask, write, show."""
    from muserd.ground import config_edit  # tomlkit: 30 ms

    out, path = session.out, session.places.config
    known = [root.path for root in configuration.load(path).roots]
    chosen = _choose(arguments, known, session)
    written = config_edit.create(path)
    for folder in chosen:
        config_edit.add_root(path, Root(path=folder))
    out.text(
        f"{home(str(path))} {'was written' if written else 'was kept; your folders were added'}"
    )
    out.text("")
    total = _show(chosen or known, session)
    running = checks.daemon(session).level == "ok"
    _show_checks(total, session, running=running)
    out.text("")
    if running:
        out.text(
            "Next: `muserctl service restart`, so that the running daemon reads the new folders"
        )
    else:
        out.text("Next: `muserctl service install` (in the background, at every login),")
        out.text("      or `muserd run --open` (in this terminal)")
    return 0


def _choose(arguments: argparse.Namespace, known: list[str], session: Session) -> list[str]:
    """The folders to add, checked; after a mistake the question is repeated."""
    if arguments.folder or arguments.yes or not prompts.interactive():
        if not arguments.folder and not known:
            raise UsageError("no folder was named", "add --folder DIR; it may be repeated")
        return _checked(arguments.folder, known, session, yes=arguments.yes)
    while True:
        try:
            return _checked(_ask(known), known, session, yes=False)
        except UsageError as error:
            session.out.note(str(error))


def _checked(wanted: list[str], known: list[str], session: Session, *, yes: bool) -> list[str]:
    from muserd.ctl.folders import check_folder, confirm_folder

    chosen: list[str] = []
    for one in wanted:
        folder = check_folder(one, [*known, *chosen], session.own_folders)
        confirm_folder(folder, session.out, yes=yes)
        chosen.append(folder)
    return chosen


def _ask(known: list[str]) -> list[str]:
    there = [one for one in _SUGGESTED if os.path.isdir(os.path.expanduser(one))]
    suggested = "" if known else ", ".join(there)
    if known:
        sys.stderr.write(f"Watched already: {', '.join(map(home, known))}\n")
    answer = prompts.ask(
        "Which folders with pictures and notes should be on the maps? Separate them with commas"
        f"{f' [{suggested}]' if suggested else ''}: "
    )
    folders = [part.strip() for part in (answer or suggested).split(",") if part.strip()]
    if not folders and not known:
        raise MuserError("no folder was named", "run it again, or use --folder DIR")
    return folders


def take_census(folder: str) -> Census:
    """Count a folder by names alone: nothing is opened, hidden files and links are left out."""
    census, waiting, looked_at = Census(), [os.fsencode(os.path.expanduser(folder))], 0
    while waiting:
        census.folders += 1
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:
            continue
        for entry in entries:
            if entry.name.startswith(b".") or entry.is_symlink():
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
                continue
            kind = kind_of(entry.name)
            if kind is None or not entry.is_file(follow_symlinks=False):
                continue
            census.pictures += kind == "image"
            census.notes += kind == "note"
            census.bytes += entry.stat(follow_symlinks=False).st_size
            looked_at += 1
        if looked_at >= _MOST_LOOKED_AT:
            census.cut = True
            break
    return census


def _show(folders: list[str], session: Session) -> Census:
    total, rows = Census(), []
    for folder in folders:
        census = take_census(folder)
        more = " or more" if census.cut else ""
        rows.append(
            (
                home(folder),
                count(census.pictures) + more,
                count(census.notes) + more,
                size(census.bytes),
                f"about {duration(census.seconds)}",
            )
        )
        total.folders += census.folders
    session.out.table(
        ("folder", "pictures", "notes", "size", "first import"), rows, right="pictures notes size"
    )
    session.out.text("")
    return total


def _show_checks(total: Census, session: Session, *, running: bool) -> None:
    config = configuration.load(session.places.config)
    for finding in (
        checks.watches(total.folders),
        *checks.state(session, config),
        *checks.weights(config),
        checks.port(config, running=running),
    ):
        doctor.show(finding, session)
