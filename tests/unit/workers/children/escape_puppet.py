"""An encode worker's child whose decoder is in the hands of whoever made the file."""

import json
import os
import socket
import subprocess

from muserd.extract import note, opening
from muserd.ground.errors import FileError
from muserd.workers.encode.child import main as encode_child
from muserd.workers.process import confined
from muserd.workers.process.link import run
from tests.unit.workers.children.encode_puppet import Toy


def tried(what):
    try:
        what()
    except OSError as error:
        return type(error).__name__
    return "done"


def escapes(secret):
    """What an exploit would try, whatever it got into, and how each went."""
    return {
        "secret": tried(lambda: open(secret, "rb").close()),
        "home": tried(lambda: os.listdir(os.path.dirname(secret))),
        "beside": tried(lambda: open(secret + ".new", "wb").close()),
        "parent": tried(lambda: open(f"/proc/{os.getppid()}/environ", "rb").close()),
        "network": tried(lambda: socket.create_connection(("127.0.0.1", 9), 1)),
        "program": tried(lambda: subprocess.run(["/bin/true"], check=True)),
        "signal": tried(lambda: os.kill(os.getppid(), 0)),
    }


def _cache():
    return os.path.dirname(json.loads(os.environ[confined.WRITABLE])[0])


def hostile(content, limits, **_):
    """Try all of it, and tell in the record how it went."""
    secret = content.data.decode().strip()
    said = {
        **escapes(secret),
        "own": tried(lambda: open(content.path, "rb").close()),
        "asked": tried(lambda: os.close(opening.open_path(os.fsencode(secret)))),
        "pin": tried(lambda: open(os.path.join(_cache(), "pins", "a.json"), "wb").close()),
        "weights": tried(lambda: open(os.path.join(_cache(), "weights", "a"), "wb").close()),
        "write": tried(lambda: open(content.path + b".new", "wb").close()),
    }
    raise FileError("corrupt", " ".join(f"{key}={value}" for key, value in said.items()))


if __name__ == "__main__":
    note.read_note = hostile
    encode_child.NoteModel = Toy  # type: ignore[misc,assignment]
    run(encode_child.main)
