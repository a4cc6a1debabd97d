"""The parsers of commands: options in the same words everywhere, errors that help."""

import argparse
import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn

from muserd.ground.errors import UsageError

_LONGEST_S = 10**7


class Parser(argparse.ArgumentParser):
    """A parser whose errors are UsageErrors, in plain words, with the nearest right word."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{
                "allow_abbrev": False,
                "formatter_class": argparse.RawDescriptionHelpFormatter,
                **options,
            }
        )

    def error(self, message: str) -> NoReturn:
        """Raise UsageError."""
        words, hint = self._explain(message)
        raise UsageError(words, hint or f"see: {self.prog} --help")

    def _explain(self, message: str) -> tuple[str, str]:
        """Say argparse's message in plain words; and a hint, where there is one."""
        if found := re.match(r"argument (\S+): invalid choice: '?(.*?)'? \(choose from", message):
            name, wrong = found.groups()
            action = next(a for a in self._actions if a.choices and name in _names(a))
            known = list(map(str, action.choices or ()))
            said = f"`{name}` cannot be" if action.option_strings else f"`{self.prog}` knows no"
            hint = did_you_mean(wrong, known) or f"there is {', '.join(known)}"
            return f"{said} `{wrong}`", hint
        if found := re.match(r"unrecognized arguments: (\S+)", message):
            known = list(_options(self))
            where = f"it belongs behind the action: {self.prog} ACTION … {found[1]}"
            near = did_you_mean(found[1], known if found[1].startswith("-") else ())
            hint = where if found[1] in known else near
            return f"`{self.prog}` knows no `{found[1]}`", hint
        if found := re.match(r"the following arguments are required: (.*)", message):
            return f"`{self.prog}` needs {found[1]}", ""
        if found := re.match(r"argument (\S+): expected one argument", message):
            return f"`{found[1]}` needs a value", ""
        if found := re.match(r"argument (\S+): (.*)", message):
            return f"`{found[1]}`: {found[2]}", ""
        return message, ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question that names the nearest known word; empty when none is near."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else ""


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


def subcommands(parser: argparse.ArgumentParser, *, default: str) -> Any:
    """The place for the actions of a command; `arguments.action` names the one that is meant.

    Args:
        parser: of the command. It must know the options of the default action too.
        default: the action that is meant when none is named.
    """
    places = parser.add_subparsers(metavar="ACTION", dest="action", parser_class=Parser)
    parser.set_defaults(action=default)
    return places


def seconds(text: str) -> float:
    """A positive number of seconds, for argparse."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= _LONGEST_S:
        raise argparse.ArgumentTypeError(f"`{text}` is no number of seconds above 0")
    return value


def whole(least: int) -> Callable[[str], int]:
    """For argparse: a whole number that is not less than `least`."""

    def convert(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text) < 2**31):
            raise argparse.ArgumentTypeError(f"`{text}` is no whole number from {least} on")
        return int(text)

    return convert


def actions_of(parser: argparse.ArgumentParser) -> dict[str, tuple[argparse.ArgumentParser, str]]:
    """The parser of each action of a command, and what it does in a few words."""
    # argparse shows its actions through private names only.
    return {
        name: (inner, next((c.help or "" for c in one._choices_actions if c.dest == name), ""))
        for one in parser._actions
        if isinstance(one, argparse._SubParsersAction)
        for name, inner in one.choices.items()
    }


def _names(action: argparse.Action) -> set[str]:
    return {"/".join(action.option_strings), str(action.metavar), action.dest}


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Every option of a command and of its actions."""
    yield from parser._option_string_actions
    for inner, _ in actions_of(parser).values():
        yield from _options(inner)
