"""Read millions of files once, before the daemon does, and write what it needs as shards.

The files of the folders are chosen as the daemon chooses them, and read, hashed, decoded and
encoded by its own workers: on the cores of this machine, or with --engine ray on those of a
cluster (the extra `muser[ray]`). Every shard is written in one piece. A command that was broken off
goes on when it is given again. `muserctl adopt` takes the shards onto the maps; see docs/import.md.
"""

import argparse
import json
import os
import subprocess
import tempfile
from typing import Any

from muserd.ctl.parsing import add_json, given_path, whole
from muserd.ctl.render.output import clean, count, duration, home, size
from muserd.ctl.session import Session
from muserd.ground import python
from muserd.ground.errors import BusyError, DaemonDownError, MuserError, UsageError
from muserd.ground.names import exact

_SPACES = ("image", "text")


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("folders", nargs="+", metavar="DIR", help="a folder to import")
    parser.add_argument("--to", required=True, metavar="SHARDS", help="the folder of the shards")
    parser.add_argument(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="processes of this machine, or a Ray cluster (local)",
    )
    parser.add_argument(
        "--address", default="", help="of the cluster, e.g. auto; else Ray is started here"
    )
    parser.add_argument("--space", choices=_SPACES, help="only pictures, or only notes")
    parser.add_argument(
        "--workers",
        type=whole(1),
        default=0,
        metavar="N",
        help="how many work at once (one a core, or one an accelerator)",
    )
    parser.add_argument(
        "--gpus", type=_share, default=0.0, metavar="N", help="accelerators of each worker (0)"
    )
    parser.add_argument(
        "--shard-files", type=whole(1), default=512, metavar="N", help="files in a shard (512)"
    )
    add_json(parser)


def _share(text: str) -> float:
    """For argparse: 0.25, 1, 2: what of the accelerators a worker has."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value <= 64:
        raise argparse.ArgumentTypeError(f"`{text}` is not a number above 0, such as 1 or 0.5")
    return value


def run(arguments: argparse.Namespace, session: Session) -> int:
    """Import, and say what was made."""
    if arguments.address and arguments.engine != "ray":
        raise UsageError("`--address` is of a Ray cluster", "add --engine ray")
    done = _import(_request(arguments, session), session)
    if session.out.json:
        session.out.object(done)
        return 0
    out = session.out
    out.text(
        f"{count(done['files'], 'file')} in {count(done['shards'], 'shard')} "
        f"({size(done['bytes'])}), {count(done['made'])} of them made now "
        f"in {duration(done['seconds'])}"
    )
    if done["failed"]:
        out.text(f"{count(done['failed'], 'file')} could not be read; the daemon will say why")
    if done["again"]:
        out.text(f"{count(done['again'], 'file')} could not be reached; the daemon reads them")
    out.note(f"to put them onto the maps: muserctl adopt {home(clean(done['to']))}")
    return 0


def _request(arguments: argparse.Namespace, session: Session) -> dict[str, Any]:
    return {
        "folders": [exact(os.fsencode(given_path(one))) for one in arguments.folders],
        "to": exact(os.fsencode(given_path(arguments.to))),
        "spaces": [arguments.space] if arguments.space else list(_SPACES),
        "engine": arguments.engine,
        "address": arguments.address,
        "workers": arguments.workers,
        "gpus": arguments.gpus,
        "shard_files": arguments.shard_files,
        "keep": _kept(session),
    }


def _kept(session: Session) -> dict[str, str]:
    """The encoders of the daemon's maps, if it runs: its shards must be theirs."""
    try:
        spaces = session.client.get("/status").get("spaces") or {}
    except DaemonDownError:
        return {}
    return {
        space: one["encoder"]["id"] for space, one in spaces.items() if (one or {}).get("encoder")
    }


def _import(request: dict[str, Any], session: Session) -> dict[str, Any]:
    last: dict[str, Any] = {}
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as stderr,
        subprocess.Popen(
            python.command("muserd.bulk"),
            env=python.environment({"HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}),
            cwd=python.FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        ) as child,
    ):
        try:
            if child.stdin is not None:
                child.stdin.write(json.dumps(request))
                child.stdin.close()
            for line in child.stdout or ():
                last = json.loads(line)
                session.out.advance(clean(last.get("message", "")))
            child.wait()
        finally:
            child.terminate()  # it is over, or this command was broken off
            session.out.progress("")
        stderr.seek(0)
        said = stderr.read().strip()
    if "done" in last:
        return dict(last["done"])
    raise _error(last.get("error") or _end(child.returncode, said))


def _end(status: int, said: str) -> dict[str, Any]:
    """Of an import that ended without a word: a signal, or the last line of what it wrote."""
    hint = "give the same command again: what is done stays"
    if status < 0:
        return {"message": f"the import was ended by signal {-status}", "hint": hint}
    return {"message": said.rpartition("\n")[2] or "the import ended early", "hint": hint}


def _error(said: dict[str, Any]) -> MuserError:
    kinds = {one.exit_code: one for one in (UsageError, BusyError)}
    kind = kinds.get(said.get("exit", 1), MuserError)
    return kind(said["message"], said.get("hint", ""))
