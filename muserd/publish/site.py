"""The published folder: immutable files named by their content, and one manifest that names them.

Guarantee: at every instant, also after `kill -9`, every file that the manifest names exists. New
files are written first, the manifest is replaced last, and files that no manifest names any more
stay for a while, since a page may still be reading them.
"""

import contextlib
import hashlib
import logging
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from muserd.ground import atomic
from muserd.ground.clock import Clock
from muserd.ground.errors import SiteError, remedy, why
from muserd.ground.failpoints import failpoint
from muserd.ground.logs import fields
from muserd.ground.paths import make_private
from muserd.publish import page_files
from muserd.publish.manifest import FORMAT, Manifest, ThumbIndex
from muserd.publish.packed import dumps

log = logging.getLogger(__name__)

FOLDERS = (
    *("columns", "details", "neighbours", "regions", "terrain", "lineage", "links", "thumbs"),
)

_DIGEST_DIGITS = 16
_KEPT_MS = 60_000  # unnamed files stay so long: a page may be reading the manifest before
_SWEEP_MS = 60_000


class Site:
    """One published folder. Used by the loop's thread; anybody may read the files."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Open or create the folder.

        Raises:
            SiteError: it cannot be created.
        """
        self.folder = folder
        self._clock = clock
        self._next_sweep_ms = 0
        self._sweeps = True
        self.bytes_written = 0  # since the start; the benchmark looks at it
        try:
            make_private(folder)
            for name in FOLDERS:
                make_private(folder / name)
        except OSError as error:
            raise _refused(folder, error) from error

    def manifest(self) -> Manifest | None:
        """The manifest in force; None when there is none, or none that can be believed."""
        try:
            data = (self.folder / "manifest.json").read_bytes()
            manifest = msgspec.json.decode(data, type=Manifest)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        if manifest.format != FORMAT:
            return None
        missing = [name for name in self.named(manifest) if not (self.folder / name).is_file()]
        if missing:
            log.warning(
                "the site is not whole; it is published anew",
                extra=fields(missing=len(missing), first=missing[0]),
            )
            return None
        return manifest

    def damaged(self, manifest: Manifest) -> list[str]:
        """The files of a manifest that are not what their names say. Reads all of them."""
        found = []
        for name in self.named(manifest):
            digest = name.rsplit("-", 1)[-1].split(".", 1)[0]
            try:
                data = (self.folder / name).read_bytes()
            except OSError:
                data = b""
            if _digest(data) != digest:
                found.append(name)
        return found

    def drop_damaged(self) -> None:
        """Delete what is not what its name says, so that it is written anew.

        Raises:
            SiteError: the disk refuses it.
        """
        manifest = self.manifest()
        damaged = self.damaged(manifest) if manifest is not None else []
        for name in damaged:
            try:
                (self.folder / name).unlink(missing_ok=True)
            except OSError as error:
                raise _refused(self.folder / name, error) from error
        if damaged:
            log.warning(
                "files of the site were damaged; it is published anew",
                extra=fields(damaged=len(damaged), first=damaged[0]),
            )

    def index(self, name: str) -> ThumbIndex | None:
        """The list of pages of thumbnails; None when the file is missing or damaged."""
        try:
            return msgspec.json.decode((self.folder / name).read_bytes(), type=ThumbIndex)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None

    def named(self, manifest: Manifest) -> Iterator[str]:
        """Every address that a manifest names, itself or by way of an index."""
        for space in manifest.spaces.values():
            yield from space.named()
            address = space.thumbs.index if space.thumbs else None
            index = self.index(address) if address else None
            for level in index.levels if index is not None else ():
                yield from level.pages

    def put(self, prefix: str, value: object) -> str:
        """Write JSON under a name made of `prefix` and its digest; returns the name."""
        return self.put_bytes(prefix, "json", dumps(value))

    def put_bytes(self, prefix: str, suffix: str, data: bytes) -> str:
        """Write a file under a name made of `prefix` and its digest, unless it is there already.

        Returns:
            Its address, relative to the site.

        Raises:
            SiteError: the disk refuses it.
        """
        name = f"{prefix}-{_digest(data)}.{suffix}"
        path = self.folder / name
        try:
            if path.is_file() and path.stat().st_size == len(data):
                os.utime(path)  # the sweep goes by age
            else:
                atomic.write(path, data, durable=False)
                self.bytes_written += len(data)
                failpoint("site-file-written")
        except OSError as error:
            raise _refused(path, error) from error
        return name

    def publish(self, manifest: Manifest) -> None:
        """Put a manifest in force, then sweep. Raises SiteError; the old one stays then."""
        data = dumps(manifest)
        failpoint("site-before-manifest")
        try:
            atomic.write(self.folder / "manifest.json", data, durable=False)
        except OSError as error:
            raise _refused(self.folder, error) from error
        self.bytes_written += len(data)
        failpoint("site-after-manifest")
        self._sweep(manifest)

    def pause_sweep(self) -> None:
        """Delete nothing while another thread writes files that no manifest names yet."""
        self._sweeps = False

    def resume_sweep(self, written: Iterable[str]) -> None:
        """Go on; the files that were written meanwhile count as new from now on.

        Args:
            written: their addresses; a manifest will name them soon.
        """
        self._sweeps = True
        for name in written:
            with contextlib.suppress(OSError):
                os.utime(self.folder / name)

    def install_page(self, page: Path) -> None:
        """Copy the built viewer beside the manifest, so that the folder opens anywhere.

        Raises:
            SiteError: the disk refuses it.
        """
        try:
            page_files.install(page, self.folder, self._clock.now_ms() - _KEPT_MS)
        except OSError as error:
            raise _refused(self.folder, error) from error

    def sweep(self) -> bool:
        """Delete files that no manifest has named for a while; whether some are left to be."""
        manifest = self.manifest()
        return manifest is not None and self._sweep(manifest)

    def sweep_now(self) -> None:
        """Delete all files that the manifest does not name, however new they are.

        A page that is just reading the manifest before meets a missing file, and reads it again.
        """
        manifest = self.manifest()
        if manifest is not None and self._sweeps:
            self._next_sweep_ms = 0
            self._sweep(manifest, kept_ms=-math.inf)

    def _sweep(self, manifest: Manifest, kept_ms: float = _KEPT_MS) -> bool:
        now = self._clock.now_ms()
        if now < self._next_sweep_ms or not self._sweeps:
            return True
        self._next_sweep_ms = now + _SWEEP_MS
        keep = set(self.named(manifest))
        left = False
        for folder in FOLDERS:
            with os.scandir(self.folder / folder) as entries:
                for entry in entries:
                    if f"{folder}/{entry.name}" in keep:
                        continue
                    if now - entry.stat().st_mtime * 1000 > kept_ms:
                        os.unlink(entry.path)
                    else:
                        left = True
        return left


def with_chunk(names: Sequence[str], number: int, name: str) -> list[str]:
    """A list of chunk addresses with one set; it grows by one at most."""
    return [*names[:number], name, *names[number + 1 :]]


def chunks_of(slots: Iterable[int], size: int) -> list[int]:
    """The numbers of the chunks that hold some slots, ascending."""
    return sorted({slot // size for slot in slots})


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:_DIGEST_DIGITS]


def _refused(path: Path, error: OSError) -> SiteError:
    return SiteError(f"{path} cannot be written: {why(error)}", remedy(error))
