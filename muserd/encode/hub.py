"""Weights from a Hugging Face hub: found in its cache, or fetched with progress.

A machine without a hub is a normal machine: nothing here waits for a network for long, and what
is found on disk is never asked for again. A fetch that breaks off goes on where it stopped.
A repository may be named with a revision, `OWNER/NAME@REVISION`: a commit, a branch or a tag.
"""

import io
import os
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from muserd.encode.progress import Progress
from muserd.encode.weights import sha256_of
from muserd.ground.errors import EncoderError

_LOCAL = ("localhost", "127.0.0.1", "::1")
PROBE_S = 4.0  # `auto` must not keep a first start waiting
REPORT_S = 0.5  # between two progress reports
CLIP_FILES = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")

Fetcher = Callable[[str, Progress], None]
_fetcher: Fetcher | None = None

_MAIN = "main"
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def endpoint() -> str:
    """The hub's address."""
    return os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")


def split(repository: str) -> tuple[str, str]:
    """The name of a repository and the revision that is asked for; `main` where none is."""
    name, _, revision = repository.partition("@")
    return name, revision or _MAIN


def caches(cache: Path) -> list[Path]:
    """Where weights may lie already: the user's own hub cache, then Muser's."""
    own = cache / "weights"
    if given := os.environ.get("HF_HUB_CACHE"):
        return [Path(given).expanduser(), own]
    default = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "huggingface"
    return [Path(os.environ.get("HF_HOME") or default).expanduser() / "hub", own]


def snapshots(repository: str, cache: Path) -> Iterator[Path]:
    """The folders of a repository's newest snapshots, one a cache, without asking anybody."""
    name, revision = split(repository)
    for folder in caches(cache):
        base = folder / f"models--{name.replace('/', '--')}"
        commit = revision
        if not _COMMIT.fullmatch(revision):
            try:
                commit = (base / "refs" / revision).read_text("ascii").strip()
            except (OSError, UnicodeDecodeError):
                continue
        if (found := base / "snapshots" / commit).is_dir():
            yield found


def cached(
    repository: str, files: Sequence[str], cache: Path, sha256_start: str = ""
) -> Path | None:
    """The first of `files` that is complete in a cache, and whose hash starts as told."""
    candidates = (folder / file for folder in snapshots(repository, cache) for file in files)
    return next(
        (
            path
            for path in candidates
            if path.is_file() and (not sha256_start or digest(path).startswith(sha256_start))
        ),
        None,
    )


def digest(path: Path) -> str:
    """SHA-256 of weights; a hub's cache tells it by the name of the file behind the link."""
    name = path.resolve().name
    return name if _SHA256.fullmatch(name) else sha256_of(path)


def reachable(timeout_s: float = PROBE_S) -> bool:
    """Whether the hub answers, whatever it says, within `timeout_s`; never when told offline."""
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}:
        return False
    answers: SimpleQueue[bool] = SimpleQueue()

    def ask() -> None:
        request = urllib.request.Request(endpoint(), method="HEAD")  # noqa: S310 - the user's own hub
        try:
            urllib.request.urlopen(request, timeout=timeout_s).close()  # noqa: S310
        except urllib.error.HTTPError as error:
            error.close()
            answers.put(True)
        except (OSError, ValueError):
            answers.put(False)
        else:
            answers.put(True)

    # A thread, since looking up a name obeys no time limit.
    threading.Thread(target=ask, name="hub-probe", daemon=True).start()
    try:
        return answers.get(timeout=timeout_s)
    except Empty:
        return False


def fetch_by(fetcher: Fetcher) -> None:
    """Have another process fetch from now on, of a repository all that is needed: this one has no
    network. It raises EncoderError. Called once, before there are threads.
    """
    global _fetcher  # noqa: PLW0603 - a process has one way to fetch
    _fetcher = fetcher


def fetch(repository: str, files: Sequence[str], cache: Path, progress: Progress) -> Path:
    """Fetch the first of `files` that the repository has, into Muser's cache. Resumes.

    Raises:
        EncoderError: none of them could be fetched.
    """
    if _fetcher is not None:
        return _fetched_by(_fetcher, repository, files, cache, progress)
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError, HFValidationError

    _need_hub(repository)
    name, revision = split(repository)
    missing: EntryNotFoundError | None = None
    for file in files:
        try:
            return Path(
                hf_hub_download(
                    name,
                    file,
                    revision=revision,
                    cache_dir=cache / "weights",
                    tqdm_class=_reporter(f"{repository}/{file}", progress),
                )
            )
        except EntryNotFoundError as error:
            missing = error
        except (OSError, HFValidationError) as error:
            raise _failed(repository, error) from error
    raise _failed(repository, missing) from missing


def _fetched_by(
    fetcher: Fetcher, repository: str, files: Sequence[str], cache: Path, progress: Progress
) -> Path:
    found = cached(repository, files, cache)
    if found is None:
        fetcher(repository, progress)
        found = cached(repository, files, cache)
    if found is None:
        raise _failed(repository, FileNotFoundError("it has none of the files"))
    return found


def fetch_all(repository: str, cache: Path, progress: Progress) -> Path:
    """Fetch what a sentence-transformers model needs; the folder. Resumes. Raises EncoderError."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    _need_hub(repository)
    name, revision = split(repository)
    try:
        return Path(
            snapshot_download(
                name,
                revision=revision,
                cache_dir=cache / "weights",
                allow_patterns=["*.json", "*.txt", "*.model", "*.safetensors"],
                ignore_patterns=["onnx/*", "openvino/*"],
                tqdm_class=_reporter(repository, progress),
            )
        )
    except (OSError, HFValidationError) as error:
        raise _failed(repository, error) from error


def _need_hub(repository: str) -> None:
    """The library would try for most of a minute. Raises EncoderError: nobody answers, or whoever
    is in between could give other weights.
    """
    address = urllib.parse.urlsplit(endpoint())
    if address.scheme != "https" and address.hostname not in _LOCAL:
        raise EncoderError(
            f"weights of {repository} are not fetched from {endpoint()}: it is not https",
            "set HF_ENDPOINT to an address that begins with https:// (http:// is for this machine)",
        )
    if not reachable():
        raise _failed(repository, ConnectionError("it does not answer, or HF_HUB_OFFLINE is set"))


def _failed(repository: str, error: Exception | None) -> EncoderError:
    return EncoderError(
        f"weights of {repository} cannot be fetched from {endpoint()}: {error}",
        "check name and network; what was fetched is kept, the next try goes on from there",
    )


class _Nowhere(io.TextIOBase):
    """Where a bar may draw."""

    def write(self, text: str, /) -> int:
        """Forget it."""
        return len(text)


def _reporter(what: str, progress: Progress) -> type[Any]:
    """A tqdm class that tells `progress` instead of drawing a bar."""
    from huggingface_hub.utils import tqdm as bar  # type: ignore[attr-defined]

    class Reporter(bar):
        told_s = 0.0

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(  # type: ignore[no-untyped-call]
                *args, **{**kwargs, "disable": False, "file": _Nowhere()}
            )

        def update(self, n: float | None = 1) -> bool | None:
            result: bool | None = super().update(n)
            now_s = time.monotonic()
            if self.total and now_s - Reporter.told_s > REPORT_S and self.unit == "B":
                Reporter.told_s = now_s
                share, size_mb = self.n / self.total, self.total / 1e6
                progress("fetching", f"{what}: {share:.0%} of {size_mb:.0f} MB", share)
            return result

    return Reporter
