"""A site whose files are scripts, for a page that is opened from a disk.

Browsers let such a page fetch nothing, but it may run what lies beside it. Each file says
`muserFile(ADDRESS, FORM, BODY)`, and nothing else; see docs/formats.md.
"""

import base64
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from muserd.publish.manifest import FORMAT, Manifest
from muserd.publish.site import FOLDERS

MANIFEST = "manifest.json"
OFFLINE = "offline"  # in the folder of the built page: the page that reads such sites
_SUFFIX = ".js"
_TEXTS = frozenset({".json"})


def wrap(folder: Path) -> None:
    """Replace every file of a site by its script.

    Raises:
        OSError: the disk refuses it.
    """
    for path in list(_files(folder)):
        if path.suffix == _SUFFIX:
            continue
        address = path.relative_to(folder).as_posix()
        path.with_name(path.name + _SUFFIX).write_bytes(script_of(address, path.read_bytes()))
        path.unlink()


def script_of(address: str, data: bytes) -> bytes:
    """The script of a file: a JSON text as it is, anything else in base64."""
    if Path(address).suffix in _TEXTS:
        form, body = "text", data.decode()
    else:
        form, body = "base64", base64.b64encode(data).decode("ascii")
    said = (json.dumps(one, ensure_ascii=False) for one in (address, form, body))
    return f"muserFile({', '.join(said)});\n".encode()


def data_of(script: bytes) -> bytes:
    """The file that a script stands for.

    Raises:
        ValueError: it is no such script.
    """
    if not script.startswith(b"muserFile("):
        raise ValueError("no file of a site")
    _, form, body = json.loads(b"[" + script.strip()[len(b"muserFile(") : -len(b");")] + b"]")
    return base64.b64decode(body) if form == "base64" else str(body).encode()


def is_site(folder: Path) -> bool:
    """Whether a folder holds a site that was exported, by this release or an earlier one."""
    for name, read in ((MANIFEST + _SUFFIX, data_of), (MANIFEST, bytes)):
        try:
            said = msgspec.json.decode(read((folder / name).read_bytes()), type=Manifest)
        except (OSError, ValueError):
            continue
        if said.format == FORMAT:
            return True
    return False


def replace(old: Path, new: Path) -> None:
    """Put a site in the place of another one; what else lies in that folder stays.

    The page and the manifest come last, then what only the old one had is deleted: at every instant
    a whole site is there.

    Args:
        old: the folder that stays.
        new: a folder on the same disk; it is empty of files afterwards.

    Raises:
        OSError: the disk refuses it.
    """
    names = [path.relative_to(new) for path in new.rglob("*") if path.is_file()]
    for name in sorted(names, key=lambda one: (-len(one.parts), one.name == MANIFEST + _SUFFIX)):
        (old / name).parent.mkdir(exist_ok=True)
        (new / name).replace(old / name)
    kept = set(names)
    for path in list(_files(old)):
        if path.relative_to(old) not in kept:
            path.unlink()


def install_page(page: Path, folder: Path) -> None:
    """Copy the page that reads such sites.

    Raises:
        OSError: the disk refuses it.
    """
    shutil.copytree(page / OFFLINE, folder, dirs_exist_ok=True, copy_function=shutil.copyfile)


def _files(folder: Path) -> Iterator[Path]:
    """The files of a site in a folder, whatever their form, and of its page."""
    for name in (MANIFEST, MANIFEST + _SUFFIX):
        if (folder / name).is_file():
            yield folder / name
    for name in (*FOLDERS, "assets"):
        yield from (path for path in (folder / name).glob("*") if path.is_file())
