"""Logging: one line an event, `key=value` or JSON, to stderr or to a rotated file."""

import json
import logging
import logging.handlers
import sys
from pathlib import Path
from typing import Any, Literal

from muserd.ground.names import harmless

Format = Literal["kv", "json"]

_MAX_FILE_BYTES = 5_000_000  # five of these are kept: 25 MB is a year of a quiet daemon
_KEPT_FILES = 5


def fields(**values: object) -> dict[str, dict[str, object]]:
    """The `extra` of a log call: `log.info("batch", extra=fields(files=3, ms=12))`."""
    return {"fields": values}


class KeyValueFormatter(logging.Formatter):
    """`2026-01-31T12:00:00.123 INFO muserd.engine batch files=3 ms=12`."""

    default_msec_format = "%s.%03d"

    def format(self, record: logging.LogRecord) -> str:
        """One line; line breaks in values are escaped, a traceback follows on its own lines."""
        time = self.formatTime(record, "%Y-%m-%dT%H:%M:%S")
        values: dict[str, object] = getattr(record, "fields", {})
        pairs = "".join(f" {key}={_quoted(value)}" for key, value in values.items())
        message = harmless(record.getMessage())
        line = f"{time} {record.levelname} {record.name} {message}{pairs}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message and the fields."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        entry: dict[str, Any] = {
            "time": record.created,
            "level": record.levelname,
            "logger": record.name,
            "message": harmless(record.getMessage()),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)  # in ASCII: what steers a terminal is escaped


def configure(level: str, style: Format, file: Path | None = None) -> None:
    """Send all logging to stderr, or to `file` with rotation. Called once, by an entry point."""
    handler: logging.Handler
    if file is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        handler = logging.handlers.RotatingFileHandler(
            file, maxBytes=_MAX_FILE_BYTES, backupCount=_KEPT_FILES, encoding="utf-8", delay=True
        )
    handler.setFormatter(JsonFormatter() if style == "json" else KeyValueFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in ("uvicorn.error", "uvicorn.access", "httpx", "PIL", "numba", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _quoted(value: object) -> str:
    text = f"{value:.3f}" if isinstance(value, float) else str(value)
    if text and all(c.isprintable() and c not in ' "=' for c in text):
        return text
    return json.dumps(text, ensure_ascii=False)
