"""`python -m muserd.bulk`: reads a `Request` from stdin, and says how it goes, a JSON line each.

Lines: `{"message"}` as it comes along; last `{"done"}` or `{"error"}`.
"""

import json
import logging
import signal
import sys
from pathlib import Path

import msgspec

from muserd.bulk.importer import run
from muserd.bulk.request import Request
from muserd.ground import config as configuration
from muserd.ground.errors import MuserError, UsageError
from muserd.ground.paths import places


def main() -> int:
    """Import what stdin asks for; the exit status is that of the error, if there is one."""
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(message)s")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    where = places()
    try:
        request = _request(sys.stdin.buffer.read())
        config = configuration.load(Path(where.config))
        imported = run(request, config, where, lambda line: _say({"message": line}))
    except MuserError as error:
        said = {"message": error.message, "hint": error.hint, "exit": error.exit_code}
        _say({"error": said})
        return error.exit_code
    _say({"done": msgspec.to_builtins(imported)})
    return 0


def _request(data: bytes) -> Request:
    try:
        return msgspec.json.decode(data, type=Request)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise UsageError(
            f"this cannot be imported: {error}", "see: muserctl import --help"
        ) from None


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
