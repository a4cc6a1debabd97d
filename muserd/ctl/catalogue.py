"""Every command of muserctl, and the parsers made from them.

Only the module of the command that runs is imported. Help, completion and the man page are made
from the same parsers.
"""

import argparse
import difflib
import importlib
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from muserd.ground.errors import UsageError


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its words, its module, one line on what it does."""

    name: str
    group: str
    summary: str

    def module(self) -> Any:
        """Its module, with `configure` and `run`."""
        return importlib.import_module(f"muserd.ctl.commands.{self.name}")


_LOOK, _MAP, _FILES, _CARE = "Look", "Maps", "Folders and files", "Set-up and care"

COMMANDS: tuple[Command, ...] = (
    Command("status", _LOOK, "what the daemon does, what it holds, what it waits for"),
    Command("open", _LOOK, "open the maps in the browser"),
    Command("items", _LOOK, "every item with its place"),
    Command("regions", _LOOK, "the regions of the maps; give one a name of your own"),
    Command("failed", _LOOK, "files that could not be read, and why; try them again"),
    Command("logs", _LOOK, "the daemon's log"),
    Command("refit", _MAP, "make a new fit of a map, or accept one that is held"),
    Command("fits", _MAP, "the fits of the maps, and the way back to an earlier one"),
    Command("encoder", _MAP, "which encoders make the vectors, and what can be chosen"),
    Command("roots", _FILES, "the watched folders: list, add, remove, confirm"),
    Command("sync", _FILES, "scan, and wait until everything on the disk is on the map"),
    Command("rescan", _FILES, "look at every file again, or encode every file again"),
    Command("pause", _FILES, "stop taking in files"),
    Command("resume", _FILES, "go on"),
    Command("init", _CARE, "the first run: folders, configuration, what to expect"),
    Command("service", _CARE, "install, remove, start and stop the service"),
    Command("config", _CARE, "show, check, edit or locate the configuration"),
    Command("doctor", _CARE, "look at everything that Muser needs"),
    Command("health", _CARE, "whether everything works, for monitors"),
    Command("verify", _CARE, "check that store, vectors, places and site agree"),
    Command("backup", _CARE, "write a consistent copy of the store"),
    Command("completion", _CARE, "the completion script of bash, zsh or fish"),
    Command("man", _CARE, "the man page"),
    Command("version", _CARE, "the version of muserctl, and of the daemon if it runs"),
)


class Parser(argparse.ArgumentParser):
    """A parser whose errors are UsageErrors and name the nearest right word."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError."""
        raise UsageError(message, self._hint(message) or f"see: {self.prog} --help")

    def _hint(self, message: str) -> str:
        wrong = re.search(r"invalid choice: '?([^' ]+)'?", message)
        if wrong:
            choices = [str(c) for action in self._actions for c in action.choices or ()]
            return _did_you_mean(wrong[1], choices)
        wrong = re.search(r"unrecognized arguments: (-\S+)", message)
        return _did_you_mean(wrong[1], list(self._option_string_actions)) if wrong else ""


def find(name: str) -> Command:
    """A command by name.

    Raises:
        UsageError: there is none; the hint names the nearest one.
    """
    for command in COMMANDS:
        if command.name == name:
            return command
    hint = _did_you_mean(name, [command.name for command in COMMANDS])
    raise UsageError(f"no such command: {name}", hint or "see: muserctl --help")


def parser_of(command: Command) -> Parser:
    """The parser of one command."""
    parser = Parser(prog=f"muserctl {command.name}", allow_abbrev=False)
    module = command.module()
    parser.description = module.__doc__
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    module.configure(parser)
    return parser


def whole_parser() -> Parser:
    """The parser of everything, for completion and the man page: imports every command."""
    parser = Parser(prog="muserctl", description="Steers muserd.", allow_abbrev=False)
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
    for command in COMMANDS:
        module = command.module()
        one = commands.add_parser(
            command.name,
            help=command.summary,
            description=module.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        module.configure(one)
    return parser


def overview() -> str:
    """What `muserctl` alone prints."""
    width = max(len(command.name) for command in COMMANDS)
    lines = ["usage: muserctl COMMAND [OPTIONS]"]
    for group in dict.fromkeys(command.group for command in COMMANDS):
        lines += ["", group]
        lines += [f"  {c.name:<{width}}  {c.summary}" for c in COMMANDS if c.group == group]
    lines += ["", "muserctl COMMAND --help tells more. Most commands know --json."]
    return "\n".join(lines)


def add_json(parser: argparse.ArgumentParser, words: str = "print JSON, and nothing else") -> None:
    """The option `--json`, in the same words everywhere."""
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=words)


def add_timeout(parser: argparse.ArgumentParser, default_s: float) -> None:
    """The option `--timeout S`. What is not done in that time is a failure."""
    parser.add_argument(
        "--timeout",
        type=seconds,
        default=default_s,
        metavar="S",
        help=f"give up after so many seconds (default {default_s:g})",
    )


def add_space(parser: argparse.ArgumentParser, words: str) -> None:
    """The option `--space`."""
    parser.add_argument("--space", choices=("image", "text"), default=argparse.SUPPRESS, help=words)


def subcommands(parser: argparse.ArgumentParser, *, required: bool) -> Any:
    """The place for subcommands of a command; `arguments.action` names the one that is meant."""
    return parser.add_subparsers(
        metavar="ACTION", dest="action", required=required, parser_class=Parser
    )


def seconds(text: str) -> float:
    """A positive number of seconds, for argparse."""
    value = float(text)
    if not 0 < value <= 10**7:
        raise ValueError(text)
    return value


def _did_you_mean(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"did you mean `{close[0]}`?" if close else ""
