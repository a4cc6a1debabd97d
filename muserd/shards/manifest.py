"""The manifest of a folder of shards: what is whole, by whom it was made, and its checksums."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from muserd.ground.atomic import write
from muserd.ground.errors import ShardError, remedy, why
from muserd.ground.names import exact, path_of
from muserd.ground.records import EncoderInfo, Space

FORMAT = 1
NAME = "manifest.json"
MOST_BYTES = 512 * 2**20  # of a manifest: about a million shards

Count = Annotated[int, Meta(ge=0, le=2**53)]
Text = Annotated[str, Meta(max_length=2_000)]


class MadeBy(msgspec.Struct, frozen=True, kw_only=True):
    """The encoder of a space's vectors: see `EncoderInfo`."""

    id: Annotated[str, Meta(min_length=1, max_length=500)]
    label: Text
    dim: Annotated[int, Meta(ge=1, le=65_536)]
    note: Text = ""

    @classmethod
    def of(cls, info: EncoderInfo) -> "MadeBy":
        """Without the device, which is no matter of the vectors'."""
        return cls(id=info.id, label=info.label, dim=info.dim, note=info.note)

    @property
    def info(self) -> EncoderInfo:
        """As the store keeps it."""
        return EncoderInfo(self.id, self.label, self.dim, note=self.note)


class ShardEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A shard that is whole.

    Attributes:
        files: its rows; `items`, `failed` and `again` of them are in these states.
        sha256: of the file, in hexadecimal digits.
    """

    name: Annotated[str, Meta(pattern=r"^(image|text)-[0-9]{6,9}\.parquet$")]
    files: Count
    items: Count
    failed: Count
    again: Count
    bytes: Count
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]

    @property
    def space(self) -> Space:
        """The space of its items."""
        return "image" if self.name.startswith("image") else "text"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a folder of shards.

    Attributes:
        format: FORMAT.
        muser: the version that made it.
        plan: SHA-256 of the list of files that were to be imported.
        roots: the folders that were imported, as `ground.names.exact` writes them.
        encoders: of each space that has shards.
        wanted: how many shards there will be.
        shards: those that are whole, by name.
    """

    format: int
    muser: Text
    plan: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    roots: tuple[str, ...]
    encoders: dict[Space, MadeBy]
    wanted: Count
    shards: tuple[ShardEntry, ...] = ()

    @property
    def root_paths(self) -> tuple[bytes, ...]:
        """The folders that were imported."""
        return tuple(map(path_of, self.roots))

    def save(self, folder: Path) -> None:
        """Replace the manifest of a folder, durably. Raises OSError."""
        body = msgspec.json.encode(self, order="deterministic")
        write(folder / NAME, msgspec.json.format(body, indent=1) + b"\n", mode=0o644)

    def with_shards(self, shards: Iterable[ShardEntry]) -> "Manifest":
        """The same with these shards, in the order of their names."""
        ordered = tuple(sorted(shards, key=lambda one: one.name))
        return msgspec.structs.replace(self, shards=ordered)


def root_names(paths: Iterable[bytes]) -> tuple[str, ...]:
    """Paths as a manifest names them."""
    return tuple(map(exact, paths))


def load(folder: Path) -> Manifest:
    """The manifest of a folder.

    Raises:
        ShardError: there is none, it cannot be understood, or it is of another format.
    """
    try:
        with open(folder / NAME, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise ShardError(
            f"{folder} holds no shards: there is no {NAME} in it",
            "name the folder that was given to `muserctl import --to`",
        ) from None
    except OSError as error:
        raise ShardError(f"{folder / NAME} cannot be read: {why(error)}", remedy(error)) from error
    _check_format(folder, data)
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
        paths = manifest.root_paths
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeEncodeError) as error:
        raise _damaged(folder, str(error)) from error
    if not all(path.startswith(b"/") for path in paths):
        raise _damaged(folder, "a folder of the import has no absolute path")
    if any(entry.space not in manifest.encoders for entry in manifest.shards):
        raise _damaged(folder, "the encoder of some shards is not said")
    return manifest


def _check_format(folder: Path, data: bytes) -> None:
    if len(data) > MOST_BYTES:
        raise _damaged(folder, "it is too long")
    try:
        found = json.loads(data)["format"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(folder, f"it says no format ({type(error).__name__})") from error
    if found != FORMAT:
        raise ShardError(
            f"the shards in {folder} are of format {found!r}; this Muser takes format {FORMAT}",
            "import with the same version of Muser, or update this one",
        )


def _damaged(folder: Path, what: str) -> ShardError:
    return ShardError(
        f"{folder / NAME} cannot be understood: {what}",
        "run the import again: shards that are whole are kept, and the manifest is made anew",
    )
