"""The command line of muserctl: global options, one command, one exit status."""

import os
import sys
from collections.abc import Sequence

from muserd.ctl import catalogue
from muserd.ctl.render.output import Output, StdoutError, write_out
from muserd.ctl.session import Session
from muserd.ground import streams
from muserd.ground.errors import MuserError, UsageError, remedy, why
from muserd.ground.paths import INSTANCE_NOTE

_INTERRUPTED = 130
_PIPE_CLOSED = 141
_INTERNAL = 70  # EX_SOFTWARE of sysexits.h


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Whatever happens ends in an exit status of docs/commands.md.

    An error is one message on stderr, or one JSON object on stdout with `--json`; a traceback is
    shown only when `MUSER_TRACEBACK` is set.
    """
    closed = streams.open_missing()
    words = list(sys.argv[1:] if argv is None else argv)
    out = Output(json="--json" in words)
    if "stdout" in closed:
        error = MuserError("standard output is closed", "redirect it, for example to /dev/null")
        out.problem(error)
        return error.exit_code
    return _flushed(_guarded(words, out), out)


def _guarded(words: list[str], out: Output) -> int:
    try:
        return _run(words, out)
    except SystemExit as end:  # --help
        return end.code if isinstance(end.code, int) else 0
    except MuserError as error:
        out.error(error)
        return error.exit_code
    except (KeyboardInterrupt, BrokenPipeError) as end:
        return _INTERRUPTED if isinstance(end, KeyboardInterrupt) else _PIPE_CLOSED
    except OSError as error:  # of a file that no command expected to be unusable
        name = f"{os.fsdecode(error.filename)}: " if error.filename else ""
        out.problem(MuserError(f"{name}{why(error)}", remedy(error)))
        return MuserError.exit_code
    except Exception as error:
        if os.environ.get("MUSER_TRACEBACK"):
            raise
        message = f"internal error: {type(error).__name__}: {error}"
        hint = "this is a bug in Muser; MUSER_TRACEBACK=1 shows where it happens"
        out.problem(MuserError(message, hint))
        return _INTERNAL


def _flushed(status: int, out: Output) -> int:
    """Write what stdout still holds; the exit status, which tells when that fails.

    The interpreter would flush again as it ends, fail again, and complain: there must be something
    that takes what is left.
    """
    try:
        write_out()
    except BrokenPipeError:
        status = status or _PIPE_CLOSED  # the reader has enough: `muserctl items | head`
    except StdoutError as error:
        if not status:
            out.problem(error)
        status = status or error.exit_code
    else:
        return status
    streams.discard(sys.stdout)
    return status


def _run(words: list[str], out: Output) -> int:
    words = _take_state(words)
    if not words or words[0] in {"-h", "--help", "help"}:
        if len(words) > 1 and words[0] == "help":
            return _run([*words[1:], "--help"], out)
        out.text(catalogue.overview())
        return 0
    if words[0] in {"-V", "--version"}:
        words = ["version", *words[1:]]
    command = catalogue.find(words[0])
    parser = catalogue.parser_of(command)
    arguments = parser.parse_args(words[1:])
    session = Session(out, timeout_s=getattr(arguments, "timeout", None))
    status: int = command.module().run(arguments, session)
    return status


def _take_state(words: list[str]) -> list[str]:
    """Take `--state DIR` off the words, wherever it stands, and choose that instance by it."""
    for at, word in enumerate(words):
        name, sign, value = word.partition("=")
        if word == "--":
            break
        if name != "--state":
            continue
        rest = words[at + 1 :]
        if not sign:
            value, rest = (rest[0] if rest else ""), rest[1:]
        if not value or value.startswith("-"):
            raise UsageError("`--state` needs a directory", "muserctl --state DIR status")
        folder = os.path.abspath(os.path.expanduser(value))
        if not os.path.isdir(folder):
            raise UsageError(f"--state {value}: there is no such directory", "check the spelling")
        os.environ.update(_noted(folder))
        return words[:at] + rest
    return words


def _noted(state: str) -> dict[str, str]:
    """The variables of an instance, as its daemon noted them; else where things are by default."""
    variables = {"MUSER_STATE_DIR": state, "MUSER_RUNTIME_DIR": os.path.join(state, "run")}
    try:
        with open(os.path.join(state, INSTANCE_NOTE), "rb") as note:
            paths = [os.fsdecode(one) for one in note.read().split(b"\0")]
    except OSError:
        return variables
    names = ("MUSER_RUNTIME_DIR", "MUSER_CONFIG", "MUSER_CACHE_DIR")
    return variables | {name: path for name, path in zip(names, paths, strict=False) if path}
