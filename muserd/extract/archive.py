"""ZIP containers that strangers packed: office documents and e-books. All stays in memory."""

import io
import zipfile
import zlib

from muserd.extract import budget
from muserd.extract.content import Content
from muserd.extract.limits import Limits
from muserd.ground.errors import FileError
from muserd.ground.paths import display

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of old and of encrypted documents
_MOST_PARTS = 20_000
_PIECE_BYTES = 2**20


class Archive:
    """The parts of a ZIP by name, within limits: a bomb is measured while it is unpacked.

    Args:
        content: of the file.
        limits: `unpacked_max_bytes` for all parts that are read, together.

    Raises:
        FileError: `encrypted`, `corrupt`, `truncated` or `bomb`; the methods too.
    """

    def __init__(self, content: Content, limits: Limits) -> None:
        self._name = display(content.path)
        self._left = self._limit = limits.unpacked_max_bytes
        if content.data.startswith(_OLE):
            raise FileError(
                "encrypted",
                f"{self._name} is protected by a password, or of the format before 2007",
                "open it, and save it without a password in the present format",
            )
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content.data))
            self._parts = {part.filename: part for part in self._zip.infolist()}
        except (zipfile.BadZipFile, ValueError, NotImplementedError, LookupError) as error:
            raise self._broken(content, error) from error
        if len(self._parts) > _MOST_PARTS:
            raise FileError("bomb", f"{self._name} has {len(self._parts)} parts", "save it anew")

    def names(self) -> list[str]:
        """The names of all parts, as the directory lists them."""
        return list(self._parts)

    def read(self, name: str) -> bytes | None:
        """A part; None where there is none of this name."""
        part = self._parts.get(name)
        if part is None or part.is_dir():
            return None
        if part.flag_bits & 0x1:
            raise FileError(
                "encrypted", f"{self._name} is protected by a password", "save it without one"
            )
        pieces: list[bytes] = []
        try:
            with self._zip.open(part) as file:
                while piece := file.read(_PIECE_BYTES):
                    self._left -= len(piece)
                    if self._left < 0:
                        raise FileError(
                            "bomb",
                            f"{self._name} unpacks to more than {self._limit // 2**20} MB of text",
                            "split the document",
                        )
                    budget.unpacked(len(piece))
                    pieces.append(piece)
        except (
            *(zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError),
            *(NotImplementedError, RuntimeError, LookupError),
        ) as error:
            raise FileError(
                "corrupt", f"{self._name} is damaged: {name}: {error}", "copy it anew"
            ) from error
        return b"".join(pieces)

    def need(self, name: str) -> bytes:
        """A part without which the document says nothing."""
        data = self.read(name)
        if data is None:
            raise FileError(
                "corrupt",
                f"{self._name} has no {name}: it is not what its suffix says",
                "open it in the program that made it; its suffix may be wrong",
            )
        return data

    def _broken(self, content: Content, error: Exception) -> FileError:
        if content.data.startswith(b"PK\3\4"):
            return FileError(
                "truncated",
                f"{self._name} ends too early",
                "it is tried again; if it stays so, copy it anew",
                retry=True,
            )
        return FileError("corrupt", f"{self._name} is damaged: {error}", "its suffix may be wrong")
