"""What muserd does for a child that is shut in: in processes that read no foreign file.

The child only says what it would like. What is run is fixed: the conversion of the model of the
child's own settings, or of a built-in one; the weights that `auto` may take for notes in many
languages; hashes of weights in the caches of hubs.
"""

import json
import logging
import os
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from muserd.encode import hub
from muserd.encode.catalogue import AUTO_CLIP, E5_REPOSITORY, MULTILINGUAL
from muserd.ground import python
from muserd.ground.records import SPACES
from muserd.workers.encode.protocol import Delegate

log = logging.getLogger(__name__)

Work = Literal["convert", "fetch", "record"]
WORKS: tuple[Work, ...] = get_args(Work)

# What a process printed: one of its JSON objects. Those with a `message` are not the last.
Said: TypeAlias = dict[str, Any]

QUIET = {"HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}

# what `auto` may have led to
OF_AUTO = ("builtin", MULTILINGUAL, f"clip:{AUTO_CLIP.model}/{AUTO_CLIP.pretrained}")

_ENCODER = re.compile(r"[\w./@+:-]{1,300}")
_MOST_PATHS = 64
_NOT_YOURS = {"error": {"message": "that is not done for this worker", "hint": ""}}


def convert(space: str, spec: str, keep: str, cache: Path) -> Said:
    """Convert a model in a process of its own, and return what that said. Takes minutes.

    Returns:
        The object that `muserd.encode.convert` prints; `error` tells why there is no model.
    """
    said = list(_run("muserd.encode.convert", space, spec, keep, str(cache)))[-1]
    if isinstance(error := said.get("error"), dict):  # it ended without a word
        return {"error": error["message"]}
    return said


def begin(asked: Delegate, own_spec: str, cache: Path, tell: Callable[[Said], None]) -> None:
    """Do what a child asks for, if it may, in a thread; `tell` gets what is said of it."""
    work = {"convert": _convert, "fetch": _fetch, "record": _record}.get(asked.work)
    if work is None:
        tell(_NOT_YOURS)
        return

    def do() -> None:
        try:
            for said in work(asked, own_spec, cache):
                tell(said)
        except OSError as error:
            tell({"error": {"message": f"nothing can be started: {error.strerror}", "hint": ""}})

    threading.Thread(target=do, name=f"muserd-{asked.work}", daemon=True).start()


def _convert(asked: Delegate, own_spec: str, cache: Path) -> Iterator[Said]:
    if asked.space not in SPACES or asked.spec not in {own_spec, *OF_AUTO}:
        yield {"error": "it is not an encoder of this worker"}
    elif not _ENCODER.fullmatch(asked.keep):
        yield {"error": "it has an odd name"}
    else:
        yield convert(asked.space, asked.spec, asked.keep, cache)


def _fetch(asked: Delegate, own_spec: str, cache: Path) -> Iterator[Said]:
    if own_spec == "auto" and asked.repository == E5_REPOSITORY:
        yield from _run("muserd.encode.fetch", "text", MULTILINGUAL, str(cache))
    else:
        yield _NOT_YOURS


def _record(asked: Delegate, _own_spec: str, cache: Path) -> Iterator[Said]:
    paths = [os.path.normpath(path) for path in asked.paths]
    if 0 < len(paths) <= _MOST_PATHS and all(_is_in_a_hub(Path(path), cache) for path in paths):
        yield from _run("muserd.encode.pinning", str(cache), *paths)
    else:
        yield _NOT_YOURS


def _is_in_a_hub(path: Path, cache: Path) -> bool:
    return any(path.is_relative_to(folder) for folder in hub.caches(cache))


def _run(module: str, *arguments: str) -> Iterator[Said]:
    """What a module prints, an object a line; the last one has no `message` of its own."""
    said: Said = {"message": ""}
    with subprocess.Popen(
        python.command(module, *arguments),
        cwd=python.FOLDER,
        env=python.environment(QUIET),
        stdin=subprocess.PIPE,  # its end tells a conversion that nobody waits any more
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        for line in child.stdout or ():
            try:
                said = dict(json.loads(line))
            except (ValueError, TypeError):
                continue
            yield said
    if "message" in said:
        why = f"{module} ended with status {child.returncode}"
        yield {"error": {"message": why, "hint": ""}}
