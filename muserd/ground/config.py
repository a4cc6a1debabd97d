"""The configuration: one frozen tree, built once, passed down.

A value comes from a flag, else from the environment, else from the TOML file, else from its
default here. Every key is a dataclass field: its type is checked, its default is documented by
`docs/configuration.md`, and an unknown key is an error that names the nearest known one.
"""

import dataclasses
import difflib
import os
import tomllib
import types
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from muserd.ground.config_text import read_text
from muserd.ground.errors import ConfigError
from muserd.ground.records import KINDS, Kind

LOOPBACK = ("127.0.0.1", "::1", "localhost")
DEFAULT_PORT = 7367  # unassigned at IANA; fixed, so that bookmarks keep working


@dataclass(frozen=True, slots=True)
class Root:
    """One watched folder."""

    path: str
    kinds: tuple[Kind, ...] = KINDS
    exclude: tuple[str, ...] = ()
    hidden: bool = False
    watch: Literal["auto", "events", "poll"] = "auto"

    @property
    def raw(self) -> bytes:
        """The path as the file system wants it."""
        return os.fsencode(self.path)


@dataclass(frozen=True, slots=True)
class Encoders:
    """Which encoder makes the vectors of each space."""

    image: str = "auto"
    text: str = "auto"
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"


@dataclass(frozen=True, slots=True)
class Web:
    """The page. Only loopback addresses are accepted."""

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    metrics: bool = False
    any_account: bool = False


@dataclass(frozen=True, slots=True)
class Files:
    """Which files are taken."""

    exclude: tuple[str, ...] = ()
    image_max_mb: int = 200
    note_max_mb: int = 5
    image_max_megapixels: int = 250


@dataclass(frozen=True, slots=True)
class Watch:
    """When a change counts."""

    settle_ms: int = 150
    delete_delay_ms: int = 1_500
    scan_minutes: int = 60
    poll_seconds: int = 120
    hold_delete_share: float = 0.5
    hold_delete_count: int = 100


@dataclass(frozen=True, slots=True)
class Layout:
    """How places are found, and when a new fit is made and accepted."""

    n_neighbors: int = 15
    min_dist: float = 0.1
    refit_share: float = 0.2
    refit_novelty: float = 3.0
    refit_recall_loss: float = 0.03
    refit_quiet_s: int = 20
    refit_interval_minutes: int = 30
    max_drift_p95: float = 0.5
    max_quality_loss: float = 0.05
    seed: int = 42
    engine: Literal["muser", "umap-learn"] = "muser"


@dataclass(frozen=True, slots=True)
class Regions:
    """How regions are cut."""

    min_cluster_size: int = 0
    min_samples: int = 5
    levels: int = 3


@dataclass(frozen=True, slots=True)
class Resources:
    """What Muser may use of the machine."""

    threads: int = 0
    nice: int = 10
    worker_idle_s: int = 120
    worker_memory_mb: int = 6_144
    layout_memory_mb: int = 12_288
    file_deadline_s: int = 30
    map_size_gb: int = 64
    disk_floor_mb: int = 512
    pause_on_battery: bool = True
    keep_deleted_days: int = 30


@dataclass(frozen=True, slots=True)
class Logging:
    """What is logged and how."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["kv", "json"] = "kv"


@dataclass(frozen=True, slots=True)
class Config:
    """Everything a person can set."""

    title: str = "Muser"
    roots: tuple[Root, ...] = ()
    encoders: Encoders = field(default_factory=Encoders)
    web: Web = field(default_factory=Web)
    files: Files = field(default_factory=Files)
    watch: Watch = field(default_factory=Watch)
    layout: Layout = field(default_factory=Layout)
    regions: Regions = field(default_factory=Regions)
    resources: Resources = field(default_factory=Resources)
    logging: Logging = field(default_factory=Logging)


# key → (least, greatest) allowed value, both included
RANGES: dict[str, tuple[float, float]] = {
    "web.port": (0, 65_535),
    "files.image_max_mb": (1, 2_000),
    "files.note_max_mb": (1, 200),
    "files.image_max_megapixels": (1, 2_000),
    "watch.settle_ms": (20, 60_000),
    "watch.delete_delay_ms": (20, 600_000),
    "watch.scan_minutes": (1, 1_440),
    "watch.poll_seconds": (1, 86_400),
    "watch.hold_delete_share": (0.01, 1.0),
    "watch.hold_delete_count": (1, 1_000_000_000),
    "layout.n_neighbors": (2, 30),
    "layout.min_dist": (0.0, 1.0),
    "layout.refit_share": (0.01, 1.0),
    "layout.refit_novelty": (1.0, 100.0),
    "layout.refit_recall_loss": (0.0, 1.0),
    "layout.refit_quiet_s": (0, 86_400),
    "layout.refit_interval_minutes": (0, 10_080),
    "layout.max_drift_p95": (0.0, 100.0),
    "layout.max_quality_loss": (0.0, 1.0),
    "layout.seed": (0, 2**31 - 1),
    "regions.min_cluster_size": (0, 1_000_000),
    "regions.min_samples": (1, 1_000),
    "regions.levels": (1, 3),
    "resources.threads": (0, 1_024),
    "resources.nice": (0, 19),
    "resources.worker_idle_s": (1, 86_400),
    "resources.worker_memory_mb": (512, 1_048_576),
    "resources.layout_memory_mb": (512, 1_048_576),
    "resources.file_deadline_s": (1, 3_600),
    "resources.map_size_gb": (1, 16_384),
    "resources.disk_floor_mb": (0, 1_048_576),
    "resources.keep_deleted_days": (0, 36_500),
}


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
        config: Config = _build(Config, table, "")
        _check(config)
    except ConfigError as error:
        raise ConfigError(f"{source}: {error.message}", error.hint) from None
    return config


def flatten(config: Config) -> dict[str, Any]:
    """Every key with its value, roots left out: `{"web.port": 7367, …}`, in order."""
    flat: dict[str, Any] = {"title": config.title}
    for section in dataclasses.fields(config):
        value = getattr(config, section.name)
        if dataclasses.is_dataclass(value):
            for key in dataclasses.fields(value):
                flat[f"{section.name}.{key.name}"] = getattr(value, key.name)
    return flat


def _build(cls: type[Any], table: dict[str, Any], prefix: str) -> Any:
    known = typing.get_type_hints(cls)
    values: dict[str, Any] = {}
    for key, value in table.items():
        name = f"{prefix}{key}"
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            remedy = (
                f"did you mean `{prefix}{close[0]}`?"
                if close
                else f"known keys: {', '.join(known)}"
            )
            raise ConfigError(f"unknown key `{name}`", remedy)
        values[key] = _convert(known[key], value, name)
    try:
        return cls(**values)
    except TypeError:
        raise ConfigError(
            f"`{prefix.rstrip('.')}` lacks its key `path`", 'add path = "~/Pictures"'
        ) from None


def _convert(kind: Any, value: Any, name: str) -> Any:
    if dataclasses.is_dataclass(kind):
        if not isinstance(value, dict):
            raise ConfigError(f"`{name}` must be a table, not {value!r}", f"write [{name}]")
        return _build(typing.cast("type[Any]", kind), value, f"{name}.")
    origin = typing.get_origin(kind)
    if origin is Literal:
        choices = typing.get_args(kind)
        if value in choices:
            return value
        raise ConfigError(
            f"`{name}` is {value!r}", f"it must be one of {', '.join(map(repr, choices))}"
        )
    if origin is tuple:
        if not isinstance(value, list):
            raise ConfigError(f"`{name}` must be a list, not {value!r}", f"write {name} = [ … ]")
        inner = typing.get_args(kind)[0]
        return tuple(_convert(inner, one, f"{name}[{i}]") for i, one in enumerate(value))
    if isinstance(kind, types.UnionType):  # pragma: no cover - no key is optional today
        raise NotImplementedError(name)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not kind:
        raise ConfigError(
            f"`{name}` is {value!r}, a {type(value).__name__}", f"it must be a {kind.__name__}"
        )
    return value


def _check(config: Config) -> None:
    for name, value in flatten(config).items():
        least, greatest = RANGES.get(name, (None, None))
        if least is not None and greatest is not None and not least <= value <= greatest:
            raise ConfigError(f"`{name}` is {value}", f"it must lie between {least} and {greatest}")
    if config.web.host not in LOOPBACK:
        raise ConfigError(
            f"`web.host` is {config.web.host!r}, not a loopback address",
            "the page has no accounts: it is served on 127.0.0.1 or ::1 only; "
            "use an SSH tunnel to look at it from elsewhere",
        )
    _check_encoder("encoders.image", config.encoders.image, ("auto", "builtin"), "clip:")
    _check_encoder(
        "encoders.text", config.encoders.text, ("auto", "builtin"), "sentence-transformers:"
    )
    for i, root in enumerate(config.roots):
        if not Path(root.path).expanduser().is_absolute():
            raise ConfigError(
                f"`roots[{i}].path` is {root.path!r}, a relative path", "write it in full"
            )
        if not root.kinds:
            raise ConfigError(f"`roots[{i}].kinds` is empty", 'name "image", "note" or both')


def _check_encoder(name: str, value: str, words: tuple[str, ...], prefix: str) -> None:
    if value not in words and not (value.startswith(prefix) and len(value) > len(prefix)):
        raise ConfigError(
            f"`{name}` is {value!r}", f"it must be one of {', '.join(words)} or {prefix}…"
        )
