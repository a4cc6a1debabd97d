"""What `encoder` asks of a process of its own, since torch takes seconds: weights, a list."""

import json
import os
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any

from muserd.ctl.render.output import Output
from muserd.ground import python
from muserd.ground.errors import MuserError

LIST_S = 30.0  # a busy machine; usually a fifth of a second


def fetch(space: str, spec: str, cache: Path, out: Output, limit_s: float) -> Path:
    """Where the weights of an encoder lie; fetched first, if they are not there.

    Raises:
        MuserError: they cannot be had, or not within `limit_s`.
    """
    command = python.command("muserd.encode.fetch", space, spec, os.fspath(cache))
    last: dict[str, Any] = {}
    quiet = {"HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as stderr,
        subprocess.Popen(
            command,
            env=python.environment(quiet),
            cwd=python.FOLDER,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        ) as child,
    ):
        late = threading.Timer(limit_s, child.kill)
        late.start()
        try:
            for line in child.stdout or ():
                last = json.loads(line)
                out.progress(str(last.get("message", "")))
        finally:
            over = not late.is_alive()
            late.cancel()
            out.progress("")
            child.wait()
        stderr.seek(0)
        said = stderr.read().strip()
    if "path" in last:
        return Path(last["path"])
    if over:
        raise MuserError(
            f"not fetched within {limit_s:g} s", "what was fetched is kept: call it again"
        )
    error = last.get("error") or {"message": said.rpartition("\n")[2] or "it ended early"}
    raise MuserError(f"encoder {spec}: {error['message']}", error.get("hint", ""))


def known_encoders(cache: Path) -> list[dict[str, Any]]:
    """What is known of encoders, and what this machine has and does; empty if that fails."""
    done = subprocess.run(
        python.command("muserd.encode.known", os.fspath(cache)),
        env=python.environment(),
        cwd=python.FOLDER,
        capture_output=True,
        check=False,
        timeout=LIST_S,
    )
    try:
        known: list[dict[str, Any]] = json.loads(done.stdout)
    except ValueError:
        return []
    return known
