"""Converts an encoder in a process of its own, so that its end costs nobody anything.

`python -m muserd.encode.convert SPACE SPEC KEEP CACHE`, with arguments as in `choice`; SPEC is
never `auto`. On stdout one JSON object: `{"converted", "refused"}`, the names of the networks, or
`{"error"}`. A process that is killed leaves a note of its try, and the next one waits longer.
"""

import contextlib
import fcntl
import json
import os
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from muserd.encode import model_cache
from muserd.encode.progress import silent
from muserd.ground.atomic import write
from muserd.ground.errors import EncoderError

BUSY = 75  # EX_TEMPFAIL of sysexits.h: another process converts the same model
FAILED = 1

_when_left: list[Callable[[], None]] = []

_FIRST_WAIT_S = 3_600.0
_LONGEST_WAIT_S = 7 * 86_400.0


class Tries(msgspec.Struct, frozen=True):
    """Conversions that did not end: how many, when the last one began, what it said."""

    count: int = 0
    began_s: float = 0.0
    why: str = ""

    def over_at_s(self) -> float:
        """When the next try may begin, in seconds since the epoch."""
        wait_s = _FIRST_WAIT_S * 2.0 ** min(self.count - 1, 16) if self.count else 0.0
        return self.began_s + min(wait_s, _LONGEST_WAIT_S)


def tries(encoder: str, cache: Path) -> Tries:
    """What is known of conversions that failed."""
    try:
        return msgspec.json.decode(_tries_path(encoder, cache).read_bytes(), type=Tries)
    except (OSError, msgspec.MsgspecError):
        return Tries()


def main(space: str, spec: str, keep: str, cache: Path) -> int:
    """Convert; the exit status. A model that is there already is left alone."""
    try:
        model_cache.models(cache).mkdir(parents=True, exist_ok=True)
        with _alone(keep, cache) as alone:
            if not alone:
                return _say(BUSY, error="another process is converting it")
            if model_cache.find(keep, cache) is not None:
                return _say(0, converted=[], refused=[])
            return _convert(space, spec, keep, cache)
    except OSError as error:
        return _say(FAILED, error=_trouble(error))


def _convert(space: str, spec: str, keep: str, cache: Path) -> int:
    before, began_s = tries(keep, cache), time.time()
    model_cache.prune(cache, began_s)
    path = _tries_path(keep, cache)
    killed = Tries(before.count + 1, began_s, "it was killed, or ran out of memory")
    write(path, msgspec.json.encode(killed), durable=False)
    _when_left.append(lambda: write(path, msgspec.json.encode(before), durable=False))
    try:
        from muserd.encode import export, torch_parts

        parts_of = torch_parts.image_parts if space == "image" else torch_parts.text_parts
        model = export.export(parts_of(spec, keep, cache, silent), cache)
    except EncoderError as error:
        why = error.message
    except OSError as error:
        why = _trouble(error)
    else:
        path.unlink(missing_ok=True)
        return _say(0, converted=sorted(model.said.networks), refused=sorted(model.said.refused))
    with contextlib.suppress(OSError):
        write(path, msgspec.json.encode(Tries(before.count + 1, began_s, why)), durable=False)
    return _say(FAILED, error=why)


@contextlib.contextmanager
def _alone(encoder: str, cache: Path) -> Iterator[bool]:
    """Whether nobody else converts this model; the lock goes with the process."""
    name = f".lock-{model_cache.folder_of(encoder, cache).name}"
    handle = os.open(model_cache.models(cache) / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def _tries_path(encoder: str, cache: Path) -> Path:
    name = model_cache.folder_of(encoder, cache).name
    return model_cache.models(cache) / f".tries-{name}.json"


def _trouble(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    return f"the cache cannot be written: {error.strerror or error}{where}"


def _say(status: int, **said: object) -> int:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()
    return status


def _leave_with_parent() -> None:
    while os.read(0, 1):  # not by `sys.stdin`, whose lock would outlive the interpreter
        pass
    for undo in _when_left:  # that nobody waits any more is no fault of this conversion
        with contextlib.suppress(OSError):
            undo()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    os.nice(5)  # below the worker that waits for it
    warnings.simplefilter("ignore")  # what libraries say about themselves
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4])))
