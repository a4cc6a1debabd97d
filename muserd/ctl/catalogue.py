"""Every command of muserctl, and the parsers made from them.

Only the module of the command that runs is imported. Help, completion and the man page are made
from the same parsers.
"""

import importlib
from dataclasses import dataclass
from typing import Any

from muserd.ctl.parsing import Parser, actions_of, did_you_mean
from muserd.ground.errors import UsageError


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its words, its module, one line on what it does.

    Attributes:
        file: of its module, where that is not its name.
    """

    name: str
    group: str
    summary: str
    file: str = ""

    def module(self) -> Any:
        """Its module, with `configure` and `run`."""
        return importlib.import_module(f"muserd.ctl.commands.{self.file or self.name}")


OVERVIEW_END = (
    "--state DIR chooses the instance with that state directory; MUSER_STATE_DIR does the same.",
    "`muserctl COMMAND --help` shows more. Most commands have --json.",
)

_LOOK, _GATHER, _MAP, _FILES, _CARE = (
    "Overview",
    "Collections and export",
    "Maps",
    "Folders and files",
    "Set-up and maintenance",
)

COMMANDS: tuple[Command, ...] = (
    Command("status", _LOOK, "what the daemon is doing, and what needs attention"),
    Command("open", _LOOK, "open the maps in the browser"),
    Command("sessions", _LOOK, "the browsers that may open the maps; revoke one"),
    Command("find", _LOOK, "find items by words, by meaning, by example"),
    Command("items", _LOOK, "every item with its coordinates"),
    Command("regions", _LOOK, "the regions of the maps; rename one"),
    Command("failed", _LOOK, "files that could not be read, and why; retry them"),
    Command("logs", _LOOK, "the daemon's log"),
    Command("collections", _GATHER, "collections of items, fixed or living; mirrors as folders"),
    Command("duplicates", _GATHER, "items that are nearly the same, the best of each first"),
    Command("export", _GATHER, "write a selection as a list, a table, files, or for a program"),
    Command("trash", _GATHER, "move listed files to the system's trash, after confirmation"),
    Command("refit", _MAP, "compute a map again, or accept a held result"),
    Command("fits", _MAP, "earlier fits of the maps; roll back to one"),
    Command("encoder", _MAP, "the encoders: which are in use, which can be chosen"),
    Command("roots", _FILES, "the watched folders: list, add, remove, confirm"),
    Command("sync", _FILES, "scan, and wait until everything is on the map"),
    Command("forget", _FILES, "delete what is stored about files that are gone"),
    Command("rescan", _FILES, "scan all files, or read and encode all of them again"),
    Command("import", _FILES, "read millions of files once, into shards", "bulk_import"),
    Command("adopt", _FILES, "put the shards of an import onto the maps"),
    Command("pause", _FILES, "stop reading new files"),
    Command("resume", _FILES, "read new files again"),
    Command("init", _CARE, "first-time set-up: choose folders, write the configuration"),
    Command("service", _CARE, "install, remove, start and stop the service"),
    Command("config", _CARE, "show, check, edit or locate the configuration"),
    Command("doctor", _CARE, "check everything that Muser needs"),
    Command("mcp", _CARE, "serve the maps, read-only, to programs that speak MCP"),
    Command("health", _CARE, "whether everything works, for monitoring"),
    Command("verify", _CARE, "check that store, vectors, places and site agree"),
    Command("backup", _CARE, "write a consistent copy of the store"),
    Command("completion", _CARE, "the completion script of bash, zsh or fish"),
    Command("man", _CARE, "the man page"),
    Command("version", _CARE, "the versions of muserctl and of the running daemon"),
)


def find(name: str) -> Command:
    """A command by name.

    Raises:
        UsageError: there is none; the hint names what may be meant.
    """
    for command in COMMANDS:
        if command.name == name:
            return command
    if name.startswith("-"):
        raise UsageError(
            f"`{name}` must come after the command", "for example: muserctl status --json"
        )
    hint = _meant(name) or "see: muserctl --help"
    raise UsageError(f"there is no command `{name}`", hint)


def _meant(name: str) -> str:
    """`start` is an action of `service`; `statsu` is a slip. Imports every command: it is late."""
    actions = {c.name: actions_of(parser_of(c)) for c in COMMANDS}
    owners = [command for command, known in actions.items() if name in known]
    if owners:
        return f"did you mean {', '.join(f'`muserctl {one} {name}`' for one in owners)}?"
    return did_you_mean(name, actions)


def parser_of(command: Command) -> Parser:
    """The parser of one command."""
    module = command.module()
    parser = Parser(prog=f"muserctl {command.name}", description=module.__doc__)
    module.configure(parser)
    return parser


def whole_parser() -> Parser:
    """The parser of everything, for completion and the man page: imports every command."""
    parser = Parser(prog="muserctl", description="Controls muserd.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
    for command in COMMANDS:
        module = command.module()
        one = commands.add_parser(command.name, help=command.summary, description=module.__doc__)
        module.configure(one)
    return parser


def overview() -> str:
    """What `muserctl` alone prints."""
    width = max(len(command.name) for command in COMMANDS)
    lines = ["usage: muserctl [--state DIR] COMMAND [OPTIONS]"]
    for group in dict.fromkeys(command.group for command in COMMANDS):
        lines += ["", group]
        lines += [f"  {c.name:<{width}}  {c.summary}" for c in COMMANDS if c.group == group]
    lines += ["", *OVERVIEW_END]
    return "\n".join(lines)
