"""`muserd run`: the daemon in the foreground, which is how service managers want it."""

import argparse
import os
import sys
from pathlib import Path

from muserd import __version__
from muserd.ground import streams
from muserd.ground.errors import MuserError, UsageError


def main(argv: list[str] | None = None) -> int:
    """Run the command line; the exit status is that of the error, if any."""
    streams.open_missing()
    parser = _parser()
    arguments = parser.parse_args(argv)
    if arguments.command is None:
        parser.print_help()
        return UsageError.exit_code
    # Before NumPy is loaded. One product per arrival needs no second core, and OpenBLAS's threads
    # spin for a while after each: on busy cores that was two thirds of what muserd used.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from muserd.daemon import foreground  # --help needs none of this

    try:
        return foreground.run(
            config_path=arguments.config,
            folders=tuple(arguments.folder),
            open_page=arguments.open,
        )
    except MuserError as error:
        sys.stderr.write(f"muserd: {error}\n")
        return error.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="muserd", description="Turns folders of pictures and notes into two living maps."
    )
    parser.add_argument("--version", action="version", version=f"muserd {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    run = commands.add_parser("run", help="run in the foreground until SIGTERM or Ctrl-C")
    run.add_argument("--config", type=Path, metavar="FILE", help="a configuration file")
    run.add_argument(
        "--folder",
        action="append",
        default=[],
        metavar="DIR",
        help="watch this folder too; may be given several times",
    )
    run.add_argument("--open", action="store_true", help="open the page in the browser")
    return parser


if __name__ == "__main__":
    sys.exit(main())
