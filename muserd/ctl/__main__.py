"""The entry point of muserctl."""

import os
import sys

from muserd.ctl import catalogue
from muserd.ctl.render.output import Output
from muserd.ctl.session import Session
from muserd.ground.errors import MuserError, remedy

_INTERRUPTED = 130
_PIPE_CLOSED = 141


def main(argv: list[str] | None = None) -> int:
    """Run one command; the exit status is that of docs/commands.md."""
    words = sys.argv[1:] if argv is None else argv
    out = Output(json="--json" in words)
    try:
        return _run(words, out)
    except MuserError as error:
        out.error(error)
        return error.exit_code
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # The reader of a pipe has enough (`muserctl items --json | head`). The interpreter flushes
        # stdout once more when it ends: there must be something that takes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE_CLOSED
    except OSError as error:  # of a file that no command expected to be out of reach
        out.error(MuserError(str(error), remedy(error)))
        return MuserError.exit_code


def _run(words: list[str], out: Output) -> int:
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
    sys.stdout.flush()
    return status


if __name__ == "__main__":
    sys.exit(main())
