"""Logging: one line an event, whatever is in it; files that are rotated and private."""

import json
import logging
import os
from collections.abc import Iterator

import pytest

from muserd.ground import logs
from muserd.ground.logs import fields


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, which is put back."""
    one = logging.getLogger()
    handlers, level = one.handlers[:], one.level
    yield one
    for handler in one.handlers:
        handler.close()
    one.handlers[:] = handlers
    one.setLevel(level)


def written(root: logging.Logger, path) -> str:
    for handler in root.handlers:
        handler.flush()
    return path.read_text("utf-8")


def test_key_and_value(root, tmp_path):
    """Quoted where a reader would stumble; never more than one line an event."""
    logs.configure("info", "kv", tmp_path / "log")
    log = logging.getLogger("muserd.test")
    log.info("batch\ndone", extra=fields(files=3, ms=1.5, path='/a b/"c"\nd', empty="", ok=True))
    log.debug("not shown")
    (line,) = written(root, tmp_path / "log").splitlines()
    assert line.split(" ", 1)[1] == (
        r'INFO muserd.test batch\ndone files=3 ms=1.500 path="/a b/\"c\"\nd" empty="" ok=True'
    )


def test_json(root, tmp_path):
    """One object a line, with the fields as they are, and the traceback in it."""
    logs.configure("debug", "json", tmp_path / "log")
    log = logging.getLogger("muserd.test")
    try:
        int("x")
    except ValueError:
        log.exception("failed", extra=fields(files=3, path=os.fsencode("/a\nb")))
    (line,) = written(root, tmp_path / "log").splitlines()
    entry = json.loads(line)
    assert (entry["level"], entry["logger"], entry["message"]) == ("ERROR", "muserd.test", "failed")
    assert (entry["files"], "ValueError: invalid" in entry["exception"]) == (3, True)


def test_files_are_rotated(root, tmp_path, monkeypatch):
    """Six files at most, each within its size, the newest line in the newest."""
    monkeypatch.setattr(logs, "_MAX_FILE_BYTES", 2_000)
    logs.configure("info", "kv", tmp_path / "muserd.log")
    log = logging.getLogger("muserd.test")
    for number in range(500):
        log.info("event", extra=fields(number=number))
    assert "number=499" in written(root, tmp_path / "muserd.log")
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["muserd.log", *(f"muserd.log.{n}" for n in range(1, 6))]
    assert all(path.stat().st_size <= 2_000 for path in tmp_path.iterdir())


def test_libraries_do_not_chatter(root, tmp_path):
    """Their warnings are kept, the rest is not."""
    logs.configure("debug", "kv", tmp_path / "log")
    logging.getLogger("uvicorn.access").info("GET /")
    logging.getLogger("PIL.PngImagePlugin").debug("chunk")
    logging.getLogger("PIL").warning("odd")
    assert written(root, tmp_path / "log").count("\n") == 1
