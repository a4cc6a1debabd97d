"""Opening the LMDB environment, and its transactions as context managers."""

import contextlib
import json
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lmdb

from muserd.ground.atomic import sync_file, sync_folder
from muserd.ground.errors import SchemaError, StoreError, StoreFullError
from muserd.ground.failpoints import failpoint
from muserd.ground.logs import fields
from muserd.ground.paths import make_private
from muserd.store import pages, schema
from muserd.store.reader import Reader
from muserd.store.users import Users
from muserd.store.writer import Writer

log = logging.getLogger(__name__)

_SCHEMA_KEY = b"schema"
_MAX_READERS = 64
_LEAST_DISK_BYTES = 16 * 2**20  # with less, a commit that failed is taken to have filled the disk
_CROWDED = 0.8  # of the map: from here on the room is watched closely, and people are told
_RESERVE = 0.05  # of the map is kept by what adds to it: deleting needs room too
_RESERVE_BYTES = (2**20, 16 * 2**20)  # at least and at most
_LARGE_COMMIT_BYTES = 64 * 2**20
_TRIAL_BYTES = 4_096  # a page for each value


class Store:
    """The truth. One process writes, any number of threads and processes read.

    Guarantees: a commit that returned survives a crash and a power failure; a reader sees one
    consistent state; nothing is half-written.
    """

    def __init__(self, folder: Path, *, map_size_bytes: int, read_only: bool = False) -> None:
        """Open, create or migrate the store in `folder`.

        Raises:
            StoreError: it cannot be opened.
            SchemaError: it was written by a newer Muser.
        """
        self.folder = folder
        self.map_size_bytes = map_size_bytes
        self._users = Users()
        try:
            if not read_only:
                make_private(folder)
            self._environment = self._open(read_only=read_only)
            self._tables = self._open_tables(read_only)
        except (lmdb.Error, OSError) as error:
            raise StoreError(
                f"{folder}: the store cannot be opened: {error}",
                "check disk space and permissions; restore a backup if the file is damaged",
            ) from error
        self._environment.reader_check()  # slots of readers that were killed

    def _open(self, *, read_only: bool) -> Any:
        return lmdb.open(
            os.fspath(self.folder),
            map_size=self.map_size_bytes,  # virtual: the file grows as needed
            max_dbs=len(schema.ALL_TABLES),
            max_readers=_MAX_READERS,
            readonly=read_only,
            readahead=False,  # random access; read-ahead would evict other people's pages
            mode=0o600,
            create=not read_only,
            lib_version=0,  # the 0.9 file format: the one every other tool reads
        )

    def _open_tables(self, read_only: bool) -> dict[str, Any]:
        meta = self._environment.open_db(schema.META.encode(), create=not read_only)
        if read_only:  # an earlier schema has fewer tables: its number is looked at first
            with self._environment.begin() as transaction:
                version = self._version(transaction, {schema.META: meta})
            if schema.pending(version):
                raise SchemaError(
                    f"{self.folder}: schema {version} is older than {schema.CURRENT}",
                    "start muserd once: it migrates the store",
                )
        tables = {
            name: self._environment.open_db(name.encode(), create=not read_only)
            for name in schema.ALL_TABLES
        }
        if read_only:
            return tables
        with self._environment.begin(write=True) as transaction:
            version = self._version(transaction, tables)
            for migration in schema.pending(version):
                migration.apply(transaction, tables)
                if version:
                    log.warning(
                        "the store was migrated",
                        extra=fields(schema=migration.version, name=migration.name),
                    )
                transaction.put(
                    _SCHEMA_KEY, json.dumps(migration.version).encode(), db=tables[schema.META]
                )
        return tables

    @staticmethod
    def _version(transaction: Any, tables: dict[str, Any]) -> int:
        return int(json.loads(transaction.get(_SCHEMA_KEY, db=tables[schema.META]) or b"0"))

    @contextlib.contextmanager
    def read(self) -> Iterator[Reader]:
        """A consistent view. Keep it short: pages in view cannot be reused.

        Raises:
            StoreError: the store is closed.
        """
        with self._users.use():
            try:
                transaction = self._environment.begin()
            except lmdb.Error as error:
                raise StoreError(f"{self.folder}: cannot be read: {error}") from error
            with transaction:
                yield Reader(transaction, self._tables)

    @contextlib.contextmanager
    def write(self, *, grows: bool = False) -> Iterator[Writer]:
        """One transaction: all of it or, when the block raises, nothing.

        Args:
            grows: the block adds to the store. It may not use up the reserve, which is kept for
                those that delete: a page is changed by writing a copy of it.

        Raises:
            StoreFullError: the map or the disk is full; nothing of the block was kept.
            StoreError: LMDB failed otherwise.
        """
        try:
            with self._users.use(), self._environment.begin(write=True) as transaction:
                yield Writer(transaction, self._tables)
                if grows and self._nearly_crowded():
                    self._try_reserve(transaction)
                failpoint("store-before-commit")
        except lmdb.MapFullError as error:
            raise StoreFullError(
                f"the store's map of {self.map_size_bytes} bytes is full",
                "raise resources.map_size_gb in the configuration and restart",
            ) from error
        except lmdb.Error as error:
            # a disk that fills during a write gives EIO where LMDB wrote only a part of a page
            if isinstance(error, lmdb.DiskError) or self.free_disk_bytes() < _LEAST_DISK_BYTES:
                raise StoreFullError(
                    f"{self.folder}: no space left on the disk",
                    "free some space; Muser goes on by itself",
                ) from error
            raise StoreError(f"{self.folder}: the commit failed: {error}") from error
        failpoint("store-after-commit")

    def used_bytes(self) -> int:
        """Bytes of the map that hold data."""
        info = self._environment.info()
        return int((info["last_pgno"] + 1) * self._environment.stat()["psize"])

    @property
    def crowded(self) -> bool:
        """Whether most of the map has been in use."""
        return self.used_bytes() >= _CROWDED * self.map_size_bytes

    def _nearly_crowded(self) -> bool:
        """Whether it may be crowded after this transaction, of which the figures know nothing."""
        most = _CROWDED * self.map_size_bytes
        return self.used_bytes() + _LARGE_COMMIT_BYTES >= most

    def has_reserve(self) -> bool:
        """Whether there is room to add to the map, pages that were freed included."""
        try:
            self._try_reserve(None)
        except lmdb.MapFullError:
            self._turn_over()
            return False
        except lmdb.Error as error:
            raise StoreError(f"{self.folder}: cannot be written: {error}") from error
        return True

    def _try_reserve(self, parent: Any) -> None:
        """Write as much as the reserve in a transaction, or in one of its own, and keep nothing.

        Raises:
            lmdb.MapFullError: there is less room.
        """
        least, most = _RESERVE_BYTES
        size_bytes = min(max(int(_RESERVE * self.map_size_bytes), least), most)
        trial = self._environment.begin(write=True, parent=parent)
        try:
            for number in range(0, size_bytes, _TRIAL_BYTES):
                key = b"\xfftrial-%d" % number
                trial.put(key, bytes(_TRIAL_BYTES - 96), db=self._tables[schema.META])
        finally:
            trial.abort()

    def _turn_over(self) -> None:
        """Commit next to nothing: what the last commit freed can be used after the next one."""
        with contextlib.suppress(lmdb.Error), self._environment.begin(write=True) as transaction:
            transaction.put(b"turn", b"%d" % transaction.id(), db=self._tables[schema.META])

    def release_pages(self) -> None:
        """Let go of what was only looked at, after much of the store was."""
        pages.release(self.folder / "data.mdb")

    def free_disk_bytes(self) -> int:
        """Bytes free on the disk that holds the store."""
        return shutil.disk_usage(self.folder).free

    def backup(self, target: Path) -> None:
        """Write a consistent, compacted copy into the empty folder `target`.

        Whoever restores it has the site of a later time beside it: the copy asks for a new one.
        """
        try:
            with self._users.use():
                self._environment.copy(os.fspath(target), compact=True)
            size = self.map_size_bytes
            with lmdb.open(os.fspath(target), map_size=size, max_dbs=1, mode=0o600) as copy:
                table = copy.open_db(schema.META.encode())
                with copy.begin(write=True) as transaction:
                    transaction.put(b"unpublished", b"true", db=table)
        except (lmdb.Error, OSError) as error:
            raise StoreError(
                f"{target}: the backup failed: {error}", "check space and permissions"
            ) from error

    def compact(self) -> None:
        """Put a copy without free pages in the place of the file; readers wait meanwhile.

        LMDB does not overwrite what it frees. Whatever interrupts this, the one file or the other
        is in place, whole.

        Raises:
            BusyError: somebody read for too long.
            StoreError: there is no room for the copy; the file stays.
        """
        aside = self.folder / "compacting"
        with self._users.nobody():
            try:
                shutil.rmtree(aside, ignore_errors=True)
                make_private(aside)
                self._environment.copy(os.fspath(aside), compact=True)
                sync_file(aside / "data.mdb")
                failpoint("store-before-compacted")
                self._environment.close()
                os.replace(aside / "data.mdb", self.folder / "data.mdb")
                sync_folder(self.folder)
            except (lmdb.Error, OSError) as error:
                raise StoreError(
                    f"{self.folder}: the store cannot be compacted: {error}",
                    "free as much space on its disk as the store has",
                ) from error
            finally:
                shutil.rmtree(aside, ignore_errors=True)
                self._reopen()

    def _reopen(self) -> None:
        self._environment.close()
        self._environment = self._open(read_only=False)
        self._tables = self._open_tables(read_only=False)

    def close(self) -> None:
        """Release the environment; every reader must be done."""
        self._environment.close()
