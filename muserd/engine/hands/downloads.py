"""Exports that take their time, made for a download: one at a time, in a folder of Muser's own.

No path comes from whoever asks. What is made is kept until the next but one is, or until the daemon
starts again; what was cut short is never handed out.
"""

import contextlib
import itertools
import os
import shutil
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from muserd.engine import background
from muserd.engine.hands.exporter import Exporter, Manner
from muserd.engine.hands.selection import What
from muserd.engine.job_results import Exported
from muserd.ground.errors import MuserError, UsageError
from muserd.ground.json_bodies import Body
from muserd.hands.bundles import zip_folder
from muserd.hands.file_names import file_name
from muserd.poster.job import Form as Sheet

Bundle = Literal["zip", "parquet", "clusters.json", "site", "poster"]
Stage = Literal["working", "done", "failed"]

_KEPT = 2  # that are done
_MOST_BYTES = 4 * 2**30  # of files in a ZIP
_FREE_BYTES = 2**30  # that a ZIP leaves on the disk


class DownloadState(Body, frozen=True, kw_only=True):
    """How far an export is; `bytes` written, of `total` where that is known."""

    number: int
    state: Stage
    name: str
    bytes: int
    total: int = 0
    items: int = 0
    command: str = ""
    error: str = ""


@dataclass(slots=True)
class _Download:
    number: int
    folder: Path
    name: str
    total: int
    stage: Stage = "working"
    error: str = ""
    made: Exported = field(default_factory=lambda: Exported(files=(), items=0))
    dropped: bool = False


class Downloads:
    """Thread-safe.

    Args:
        exporter: makes them.
        folder: Muser's own, for this alone: it is emptied.
    """

    def __init__(self, exporter: Exporter, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self._exporter = exporter
        self._folder = folder
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._known: dict[int, _Download] = {}

    def begin(
        self, what: What, bundle: Bundle, how: Manner, *, sheet: Sheet, name: str
    ) -> DownloadState:
        """Start to make one.

        Args:
            what: is in it.
            bundle: the format; one of several files becomes a ZIP.
            how: of a site or a poster.
            sheet: the format of a poster.
            name: of the file, without its suffix.

        Raises:
            UsageError: it would be too large; there is no such collection.
            MuserError: another one is being made.
        """
        total = self._exporter.bytes_of(what) if bundle == "zip" else 0
        self._check(total)
        with self._lock:
            if any(one.stage == "working" and not one.dropped for one in self._known.values()):
                raise MuserError("another export is being made", "wait for it, or stop it")
            self._forget([one for one in self._known.values() if one.stage != "working"][:-_KEPT])
            number = next(self._numbers)
            suffix = {"zip": "zip", "poster": sheet}.get(bundle, f"{bundle.split('.')[0]}.zip")
            folder = self._folder / str(number)
            folder.mkdir(parents=True, mode=0o700)
            one = _Download(number, folder, f"{file_name(name) or 'muser'}.{suffix}", total)
            self._known[number] = one
        background.start(
            "muserd-download",
            lambda: self._make(one, what, bundle, how),
            lambda outcome: self._done(one, outcome),
        )
        return self.state(number)

    def state(self, number: int) -> DownloadState:
        """Of one. Raises KeyError."""
        one = self._known[number]
        return DownloadState(
            number=number,
            state=one.stage,
            name=one.name,
            bytes=_written(one.folder),
            total=one.total,
            items=one.made.items,
            command=one.made.command,
            error=one.error,
        )

    def file(self, number: int) -> tuple[Path, str]:
        """What was made, and its name. Raises KeyError where nothing is."""
        one = self._known[number]
        if one.stage != "done":
            raise KeyError(number)
        return one.folder / one.name, one.name

    def drop(self, number: int) -> None:
        """Delete one; what is still being made goes when it is done. Raises KeyError."""
        with self._lock:
            one = self._known[number]
            one.dropped = True
            if one.stage != "working":
                self._forget([one])

    def _check(self, total: int) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        room = min(_MOST_BYTES, shutil.disk_usage(self._folder).free - _FREE_BYTES)
        if total > room:
            raise UsageError(
                f"these files are {total / 2**30:.1f} GB, too large for a download",
                "muserctl export --format zip --to FILE writes them where there is room",
            )

    def _make(self, one: _Download, what: What, bundle: Bundle, how: Manner) -> Exported:
        target = one.folder / one.name
        if bundle in {"zip", "poster"}:
            return self._exporter.make(what, bundle, target, how)
        inner = one.folder / "parts" / Path(one.name.partition(".")[0])
        inner.parent.mkdir()
        if bundle == "parquet":
            inner.mkdir()
            made = self._exporter.make(what, bundle, inner / "muser.parquet", how)
        else:
            made = self._exporter.make(what, bundle, inner, how)
        zip_folder(target, inner)
        shutil.rmtree(inner.parent)
        return made

    def _done(self, one: _Download, outcome: Exported | MuserError) -> None:
        with self._lock:
            if isinstance(outcome, MuserError):
                one.error = (
                    f"{outcome.message}: {outcome.hint}" if outcome.hint else outcome.message
                )
                shutil.rmtree(one.folder, ignore_errors=True)
            else:
                one.made = outcome
            one.stage = "failed" if isinstance(outcome, MuserError) else "done"
            if one.dropped:
                self._forget([one])

    def _forget(self, some: list[_Download]) -> None:
        for one in some:
            del self._known[one.number]
            shutil.rmtree(one.folder, ignore_errors=True)


def _written(folder: str | Path) -> int:
    """Bytes of the files below a folder, in which somebody may be writing and renaming."""
    count = 0
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                is_folder = entry.is_dir(follow_symlinks=False)
                count += _written(entry.path) if is_folder else entry.stat().st_size
    return count
