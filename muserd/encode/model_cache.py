"""Converted models in Muser's cache: found, verified, published, discarded.

A model's folder is `CACHE/models/ID.RUNTIME`, and `model.json` in it names everything else: which
networks it has, their precision and how well they agree with torch, size and SHA-256 of every
file, and the processor for which precision and agreement were found. The folder appears by one
rename, whole. It is a cache: whatever is wrong with it, it is made again.
"""

import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from muserd.encode.compiled import CompiledError, Precision, processor, runtime
from muserd.encode.images import Recipe
from muserd.encode.vocabulary import Cleaning
from muserd.ground.atomic import write as write_file
from muserd.ground.boot import boot_id
from muserd.ground.records import EncoderInfo

log = logging.getLogger(__name__)

FORM = 1  # of the folder: grows with every change of what is in it, or of how it is converted
UNUSED_DAYS = 30  # after which a model of another version or encoder goes

Part = Literal["pictures", "words"]

_MANIFEST = "model.json"
_DAY_S = 86_400


class Converted(msgspec.Struct, frozen=True, kw_only=True):
    """One network of an encoder.

    Attributes:
        precision: `f32` or `bf16`.
        agreement: the least cosine with torch in float32, over the probe.
        batch_size: the largest batch.
        item_ms: what a picture, or a window of text, takes on one core of this machine.
        files: size in bytes and SHA-256 by name.
    """

    precision: Precision
    agreement: float
    batch_size: int
    item_ms: float
    files: dict[str, tuple[int, str]]


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """A `Vocabulary` without its tokenizer, which is a file."""

    window_tokens: int
    pad: int = 0
    document: str = ""
    query: str = ""
    fixed: bool = False
    clean: Cleaning = ""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`model.json`.

    Attributes:
        processor: on which precision and agreement were found.
        encoder: its device is empty.
        networks: those that were converted.
        refused: why the others run on torch.
        recipe: of an image encoder.
        words: of an encoder that knows words.
    """

    form: int = FORM
    processor: str
    encoder: EncoderInfo
    networks: dict[Part, Converted]
    refused: dict[Part, str]
    recipe: Recipe | None = None
    words: Words | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """A model in the cache: its folder, and what that says of itself."""

    folder: Path
    said: Manifest

    def verify(self, part: Part) -> None:
        """Compare all files of a network with what was written; once a boot, while none changed.

        Raises:
            CompiledError: a file is damaged or missing.
        """
        files = self.said.networks[part].files
        stamp = self.folder / f".verified-{part}"
        now = self._stamp(files)
        with suppress(OSError):
            if now and stamp.read_text("utf-8") == now:
                return
        for name, expected in files.items():
            try:
                found = entry(self.folder / name)
            except OSError as error:
                raise CompiledError(f"{self.folder / name} cannot be read: {error}") from error
            if found != expected:
                raise CompiledError(f"{self.folder / name} is damaged")
        with suppress(OSError):
            write_file(stamp, now.encode(), durable=False)

    def _stamp(self, files: Iterable[str]) -> str:
        """Changes with each boot, and with every file; empty where no boot is told from another.

        Raises:
            CompiledError: a file is missing.
        """
        lines = [boot_id()]
        for name in files:
            try:
                stat = (self.folder / name).stat()
            except OSError as error:
                raise CompiledError(f"{self.folder / name} cannot be read: {error}") from error
            lines.append(f"{name} {stat.st_size} {stat.st_mtime_ns} {stat.st_ino}")
        return "\n".join(lines) if lines[0] else ""


def models(cache: Path) -> Path:
    """The folder of all models."""
    return cache / "models"


def folder_of(encoder: str, cache: Path) -> Path:
    """Where the model of an encoder's id lies, or would."""
    return models(cache) / f"{encoder.replace('/', '_')}.{runtime()}"


def find(encoder: str, cache: Path) -> Model | None:
    """The model of an encoder, if this version and this processor can use it."""
    if not encoder or not runtime():
        return None
    model = _read(folder_of(encoder, cache))
    if model is None or model.said.encoder.id != encoder:
        return None
    with suppress(OSError):
        os.utime(model.folder)  # it is in use: see `prune`
    return model


def every(cache: Path) -> list[Model]:
    """All usable models, whatever they are of."""
    try:
        folders = sorted(models(cache).glob("[!.]*/"))
    except OSError:
        return []
    return [model for folder in folders if (model := _read(folder)) is not None]


@contextmanager
def publication(encoder: str, cache: Path) -> Iterator[Path]:
    """A temporary folder that becomes the model's when the block ends without an error.

    Raises:
        OSError: there is no room, or no permission.
    """
    models(cache).mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".new-", dir=models(cache)))
    final = folder_of(encoder, cache)
    try:
        yield made
        discard(final)
        made.rename(final)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def write(folder: Path, said: Manifest) -> None:
    """Write the manifest of a model; every other file of it must be there. Raises OSError."""
    with open(folder / _MANIFEST, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(said)))
        file.flush()
        os.fsync(file.fileno())


def entry(path: Path) -> tuple[int, str]:
    """Size and SHA-256 of a file, as a manifest has them."""
    with open(path, "rb") as file:
        return os.fstat(file.fileno()).st_size, hashlib.file_digest(file, "sha256").hexdigest()


def discard(folder: Path) -> None:
    """Take a model away at once, though its files go one by one."""
    aside = folder.with_name(f".old-{os.getpid()}-{folder.name}")
    with suppress(OSError):
        folder.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)


def prune(cache: Path, now_s: float) -> None:
    """Remove models that nobody used for a month, and after a day what broken conversions left."""
    with suppress(OSError):
        for folder in models(cache).iterdir():
            kept_days = 1 if folder.name.startswith((".new-", ".old-")) else UNUSED_DAYS
            with suppress(OSError):
                if folder.is_dir() and folder.stat().st_mtime < now_s - kept_days * _DAY_S:
                    shutil.rmtree(folder, ignore_errors=True)


def _read(folder: Path) -> Model | None:
    try:
        data = (folder / _MANIFEST).read_bytes()
        said = msgspec.json.decode(data, type=Manifest)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        log.warning("%s is not usable and is made again: %s", folder / _MANIFEST, error)
        return None
    usable = said.form == FORM and said.processor == processor()
    return Model(folder, said) if usable else None
