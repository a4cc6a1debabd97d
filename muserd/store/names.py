"""Names by which notes link to files: how they are compared, and the keys that they make."""

import hashlib
import os
import unicodedata

_LONGEST = 400  # bytes of a folded name; LMDB's longest key is 511


def folded(name: str) -> bytes:
    """A name as it is compared: case and the two notations of accents do not count."""
    plain = unicodedata.normalize("NFC", name).casefold()
    return plain.encode("utf-8", "surrogatepass")[:_LONGEST].replace(b"\0", b"")


def names_of(path: bytes) -> tuple[bytes, ...]:
    """The folded names of a file: with its suffix, and without."""
    name = os.fsdecode(path.rsplit(b"/", 1)[-1])
    return tuple(dict.fromkeys((folded(name), folded(os.path.splitext(name)[0]))))


def mentioned(target: str) -> bytes:
    """The folded name that a link's target has, whatever folders it names."""
    return folded(target.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1])


def name_entry(name: bytes, path: bytes) -> bytes:
    """The key of a file under one of its names."""
    return name + b"\0" + hashlib.blake2b(path, digest_size=16).digest()
