"""Conversions of models, run by muserd for a child that is shut in and can start no program.

The child only says that it would like one. What is run is fixed: `muserd.encode.convert` with the
encoder of the child's own settings, or a built-in one.
"""

import json
import logging
import re
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from muserd.encode.catalogue import AUTO_CLIP, MULTILINGUAL
from muserd.ground import python
from muserd.ground.records import SPACES

log = logging.getLogger(__name__)

QUIET = {"HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}

# what `auto` may have led to
OF_AUTO = ("builtin", MULTILINGUAL, f"clip:{AUTO_CLIP.model}/{AUTO_CLIP.pretrained}")

_ENCODER = re.compile(r"[\w./@+:-]{1,300}")


def convert(space: str, spec: str, keep: str, cache: Path) -> dict[str, Any]:
    """Convert a model in a process of its own, and return what that said. Takes minutes.

    Returns:
        The object that `muserd.encode.convert` prints; `error` tells why there is no model.
    """
    with subprocess.Popen(
        python.command("muserd.encode.convert", space, spec, keep, str(cache)),
        cwd=python.FOLDER,
        env=python.environment(QUIET),
        stdin=subprocess.PIPE,  # its end tells the process that nobody waits any more
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        lines = child.stdout.read().splitlines() if child.stdout else []
    try:
        return dict(json.loads(lines[-1]))
    except (IndexError, ValueError, TypeError):
        return {"error": f"its conversion ended with status {child.returncode}"}


def begin(
    asked: dict[str, Any], own_spec: str, cache: Path, tell: Callable[[dict[str, Any]], None]
) -> None:
    """Convert what a child asks for, if it may, in a thread; `tell` gets what was said."""
    space, spec, keep = (str(asked.get(key, "")) for key in ("space", "spec", "keep"))
    if space not in SPACES or spec not in {own_spec, *OF_AUTO}:
        tell({"error": "it is not an encoder of this worker"})
        return
    if not _ENCODER.fullmatch(keep):
        tell({"error": "it has an odd name"})
        return

    def work() -> None:
        try:
            tell(convert(space, spec, keep, cache))
        except OSError as error:
            tell({"error": f"it cannot be converted: {error.strerror}"})

    threading.Thread(target=work, name=f"muserd-convert-{space}", daemon=True).start()
