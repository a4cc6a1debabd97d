"""The parsers of commands: options in the same words everywhere, errors that help.

argparse reports errors by English sentences that differ between its versions. Here each error is
raised where argparse finds it, from the action and the value, and its sentences are not used.
"""

import argparse
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NoReturn

from muserd.ctl.render.output import write_out
from muserd.ground.errors import UsageError

_LONGEST_S = 10**7


class Parser(argparse.ArgumentParser):
    """A parser that raises UsageError, with the nearest right word as its hint."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{
                "allow_abbrev": False,
                "formatter_class": argparse.RawDescriptionHelpFormatter,
                **options,
            }
        )
        self._given: set[str] = set()

    def parse_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> argparse.Namespace:
        """The arguments of a command and of its action. Raises UsageError."""
        arguments, unknown = self.parse_known_args(args, namespace)
        if unknown:
            raise self._unknown(unknown[0])
        return arguments

    def error(self, message: str) -> NoReturn:
        """Raise UsageError. What argparse reports here is what an argument lacks."""
        missing = [one for one in self._actions if one.required and one.dest not in self._given]
        if missing:
            raise self._wrong(f"`{self.prog}` needs {_name(missing[0])}")
        raise self._wrong(message)

    def _print_message(self, message: str, file: Any = None) -> None:  # noqa: ARG002 - help only
        if message:
            write_out(message)

    # argparse calls these for each argument; they are named so since Python 2.7

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        self._given.add(action.dest)
        return super()._get_values(action, arg_strings)

    def _get_value(self, action: argparse.Action, arg_string: str) -> Any:
        try:
            return super()._get_value(action, arg_string)
        except argparse.ArgumentError as error:  # the words of `seconds` and `whole` below
            raise self._wrong(f"`{_name(action)}`: {error.message}") from None

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        known = list(map(str, action.choices))
        if action.option_strings:
            words = f"`{_name(action)}` cannot be `{value}`"
        else:
            words = f"`{self.prog}` has no {_name(action).lower()} `{value}`"
        raise UsageError(words, did_you_mean(str(value), known) or f"known: {', '.join(known)}")

    def _match_argument(self, action: argparse.Action, arg_strings_pattern: str) -> int:
        try:
            return int(super()._match_argument(action, arg_strings_pattern))
        except argparse.ArgumentError:
            raise self._wrong(f"`{_name(action)}` needs a value") from None

    def _parse_known_args(self, *args: Any, **options: Any) -> Any:
        self._given = set()
        try:
            return super()._parse_known_args(*args, **options)
        except argparse.ArgumentError as error:  # `--json=5`: all that is left to go wrong
            raise self._wrong(f"`{error.argument_name}` takes no value") from None

    def _unknown(self, word: str) -> UsageError:
        known = list(_options(self))
        words = f"`{self.prog}` has no option `{word}`"
        if word in known:
            return UsageError(words, f"it belongs after the action: {self.prog} ACTION … {word}")
        if not word.startswith("-"):
            return self._wrong(f"`{self.prog}` takes no argument `{word}`")
        return UsageError(words, did_you_mean(word, known) or f"see: {self.prog} --help")

    def _wrong(self, words: str) -> UsageError:
        return UsageError(words, f"see: {self.prog} --help")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question that names the nearest known word; empty when none is near."""
    import difflib  # only for what is wrong

    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else ""


def given_path(text: str, *, follow: bool = True) -> str:
    """A path as it was typed, made absolute; a `file:` URI, as `--json` has them, stays one.

    Args:
        text: the argument.
        follow: whether symbolic links are resolved, as roots are stored.
    """
    if text.startswith("file://"):
        return text
    whole = os.path.expanduser(text)
    return os.path.realpath(whole) if follow else os.path.abspath(whole)


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
        help=f"give up after this many seconds (default {default_s:g})",
    )


def add_space(parser: argparse.ArgumentParser, words: str) -> None:
    """The option `--space`."""
    parser.add_argument("--space", choices=("image", "text"), default=argparse.SUPPRESS, help=words)


def subcommands(parser: argparse.ArgumentParser, *, default: str) -> Any:
    """Add actions to a command; `arguments.action` names the chosen one.

    Args:
        parser: of the command. It must know the options of the default action too.
        default: the action when none is named.
    """
    actions = parser.add_subparsers(metavar="ACTION", dest="action", parser_class=Parser)
    parser.set_defaults(action=default)
    return actions


def seconds(text: str) -> float:
    """A positive number of seconds, for argparse."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= _LONGEST_S:
        raise argparse.ArgumentTypeError(f"`{text}` is not a number of seconds above 0")
    return value


def whole(least: int) -> Callable[[str], int]:
    """For argparse: an integer that is not less than `least`."""

    def convert(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text) < 2**31):
            raise argparse.ArgumentTypeError(f"`{text}` is not a whole number from {least} on")
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


def _name(action: argparse.Action) -> str:
    """How an argument is written: `--space`, `DIR`, or `ACTION`."""
    return "/".join(action.option_strings) or str(action.metavar or action.dest)


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Every option of a command and of its actions."""
    yield from parser._option_string_actions
    for inner, _ in actions_of(parser).values():
        yield from _options(inner)
