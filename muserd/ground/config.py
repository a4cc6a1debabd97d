"""The configuration: one frozen tree of structs, built once, passed down.

A value comes from a flag, else from the environment, else from the TOML file, else from its
default here. The type of a field has the range of its values; docs/configuration.md describes
every key, and a test compares the two.
"""

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from muserd.ground.config_text import read_text
from muserd.ground.errors import ConfigError, MuserError
from muserd.ground.records import KINDS, Kind, LayoutEngine
from muserd.ground.struct_checks import build, limits

LOOPBACK = ("127.0.0.1", "::1", "localhost")
EDITORS = ("auto", "system", "obsidian", "vscode")  # of notes; or an address
_ADDRESS = re.compile(
    r"(?!https?:|file:|data:|javascript:)[a-z][a-z0-9+.-]+:[^\s{}]*\{path\}[^\s{}]*\Z"
)
DEFAULT_PORT = 7367  # unassigned at IANA; fixed, so that bookmarks keep working


class Root(msgspec.Struct, frozen=True):
    """One watched folder."""

    path: str
    kinds: tuple[Kind, ...] = KINDS
    exclude: tuple[str, ...] = ()
    hidden: bool = False
    watch: Literal["auto", "events", "poll"] = "auto"
    gitignore: bool = False

    @property
    def raw(self) -> bytes:
        """The path as the file system wants it."""
        return os.fsencode(self.path)


class Encoders(msgspec.Struct, frozen=True):
    """Which encoder makes the vectors of each space."""

    image: str = "auto"
    text: str = "auto"
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    runtime: Literal["auto", "openvino", "torch"] = "auto"


class Web(msgspec.Struct, frozen=True):
    """The page. Only loopback addresses are accepted."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535)] = DEFAULT_PORT
    metrics: bool = False
    any_account: bool = False
    editor: str = "auto"


class Files(msgspec.Struct, frozen=True):
    """Which files are taken."""

    exclude: tuple[str, ...] = ()
    image_max_mb: Annotated[int, Meta(ge=1, le=2_000)] = 200
    note_max_mb: Annotated[int, Meta(ge=1, le=200)] = 5
    document_max_mb: Annotated[int, Meta(ge=1, le=2_000)] = 200
    video_max_mb: Annotated[int, Meta(ge=1, le=1_000_000)] = 20_000
    image_max_megapixels: Annotated[int, Meta(ge=1, le=2_000)] = 250


class Watch(msgspec.Struct, frozen=True):
    """When a change of the file system is acted on."""

    settle_ms: Annotated[int, Meta(ge=20, le=60_000)] = 150
    delete_delay_ms: Annotated[int, Meta(ge=20, le=600_000)] = 1_500
    scan_minutes: Annotated[int, Meta(ge=1, le=1_440)] = 60
    poll_seconds: Annotated[int, Meta(ge=1, le=86_400)] = 120
    hold_delete_share: Annotated[float, Meta(ge=0.01, le=1.0)] = 0.5
    hold_delete_count: Annotated[int, Meta(ge=1, le=1_000_000_000)] = 100


class Layout(msgspec.Struct, frozen=True):
    """How coordinates are computed, and when a new fit is made and accepted."""

    n_neighbors: Annotated[int, Meta(ge=2, le=30)] = 15
    min_dist: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.1
    refit_share: Annotated[float, Meta(ge=0.01, le=1.0)] = 0.2
    refit_novelty: Annotated[float, Meta(ge=1.0, le=100.0)] = 3.0
    refit_recall_loss: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.03
    refit_quiet_s: Annotated[int, Meta(ge=0, le=86_400)] = 20
    refit_interval_minutes: Annotated[int, Meta(ge=0, le=10_080)] = 30
    max_drift_p95: Annotated[float, Meta(ge=0.0, le=100.0)] = 0.5
    max_quality_loss: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.05
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 42
    engine: LayoutEngine = "muser"


class Regions(msgspec.Struct, frozen=True):
    """How regions are cut."""

    min_cluster_size: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    min_samples: Annotated[int, Meta(ge=1, le=1_000)] = 5
    levels: Annotated[int, Meta(ge=1, le=3)] = 3


class Resources(msgspec.Struct, frozen=True):
    """What Muser may use of the machine."""

    threads: Annotated[int, Meta(ge=0, le=1_024)] = 0
    nice: Annotated[int, Meta(ge=0, le=19)] = 10
    worker_idle_s: Annotated[int, Meta(ge=1, le=86_400)] = 120
    worker_memory_mb: Annotated[int, Meta(ge=512, le=1_048_576)] = 6_144
    layout_memory_mb: Annotated[int, Meta(ge=512, le=1_048_576)] = 12_288
    file_deadline_s: Annotated[int, Meta(ge=1, le=3_600)] = 30
    map_size_gb: Annotated[int, Meta(ge=1, le=16_384)] = 64
    disk_floor_mb: Annotated[int, Meta(ge=0, le=1_048_576)] = 512
    pause_on_battery: bool = True
    keep_deleted_days: Annotated[int, Meta(ge=0, le=36_500)] = 30


class Logging(msgspec.Struct, frozen=True):
    """What is logged and how."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["kv", "json"] = "kv"


class Config(msgspec.Struct, frozen=True):
    """All settings."""

    title: str = "Muser"
    roots: tuple[Root, ...] = ()
    encoders: Encoders = Encoders()
    web: Web = Web()
    files: Files = Files()
    watch: Watch = Watch()
    layout: Layout = Layout()
    regions: Regions = Regions()
    resources: Resources = Resources()
    logging: Logging = Logging()


def load(path: Path) -> Config:
    """Read and check a configuration file; a file that is not there means all defaults.

    Raises:
        ConfigError: naming file, key, value and remedy.
    """
    text = read_text(path)
    return Config() if text is None else parse(text, str(path))


def parse(text: str, source: str = "config") -> Config:
    """Check the TOML `text`. Raises ConfigError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{source}: not valid TOML: {error}", "the message names line and column"
        ) from error
    try:
        config = build(Config, table, ConfigError)
        _check(config)
    except ConfigError as error:
        raise ConfigError(f"{source}: {error.message}", error.hint) from None
    return config


def flatten(config: Config) -> dict[str, Any]:
    """Every key with its value, roots left out: `{"web.port": 7367, …}`, in order."""
    return {name: value for name, _, value in _keys(config)}


def ranges() -> dict[str, tuple[float, float]]:
    """The least and the greatest value of every key that is a number, both included."""
    found = {name: limits(kind) for name, kind, _ in _keys(Config())}
    return {name: limit for name, limit in found.items() if limit is not None}


def check_root(root: Root, name: str, error: type[MuserError] = ConfigError) -> None:
    """What the types of a root cannot say. Raises `error`."""
    if not Path(root.path).expanduser().is_absolute():
        raise error(f'`{name}.path` is "{root.path}", a relative path', "write it in full")
    if not root.kinds:
        raise error(f"`{name}.kinds` is empty", 'name "image", "note" or both')


def _keys(config: Config) -> Iterator[tuple[str, Any, Any]]:
    """Name, type and value of every key, roots left out."""
    for field in msgspec.structs.fields(Config):
        value = getattr(config, field.name)
        if isinstance(value, msgspec.Struct):
            for key in msgspec.structs.fields(value):
                yield f"{field.name}.{key.name}", key.type, getattr(value, key.name)
        elif field.name != "roots":
            yield field.name, field.type, value


def is_editor(value: str) -> bool:
    """Whether a value says how notes are opened: a name, or an address of a desktop program.

    Addresses of the web are none: they would carry paths off this machine.
    """
    return value in EDITORS or _ADDRESS.match(value) is not None


def _check(config: Config) -> None:
    if not is_editor(config.web.editor):
        raise ConfigError(
            f'`web.editor` is "{config.web.editor}"',
            f"give {', '.join(EDITORS)}, or an address with {{path}}: zed://file{{path}}",
        )
    if config.web.host not in LOOPBACK:
        raise ConfigError(
            f'`web.host` is "{config.web.host}", not a loopback address',
            "the page has no accounts: it is served on 127.0.0.1 or ::1 only; "
            "use an SSH tunnel to look at it from elsewhere",
        )
    words = ("auto", "builtin")
    _check_encoder("encoders.image", config.encoders.image, words, "clip:")
    texts = (*words, "multilingual")
    _check_encoder("encoders.text", config.encoders.text, texts, "sentence-transformers:")
    for at, root in enumerate(config.roots):
        check_root(root, f"roots[{at}]")


def _check_encoder(name: str, value: str, words: tuple[str, ...], prefix: str) -> None:
    if value not in words and not (value.startswith(prefix) and len(value) > len(prefix)):
        raise ConfigError(
            f'`{name}` is "{value}"', f"it must be one of {', '.join(words)} or {prefix}…"
        )
