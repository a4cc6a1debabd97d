"""The manual, made from the parsers: a man page, and docs/commands.md."""

import argparse
from collections.abc import Iterator

from muserd import __version__
from muserd.ctl import catalogue
from muserd.ctl.parsing import actions_of

EXIT_CODES = (
    ("0", "success; `status`: running; `health`: everything works"),
    ("1", "failure; `health`: degraded; `doctor`, `verify`: a check failed"),
    ("2", "wrong arguments"),
    ("3", "`status`, `health`: not running"),
    ("4", "`status`, `health`: starting, or not responding"),
    ("7", "the daemon does not run or does not respond"),
    ("11", "busy: another daemon or another job holds what is needed"),
    ("70", "internal error: a bug in Muser"),
    ("78", "a value in the configuration is wrong"),
    ("130", "ended by Ctrl-C"),
    ("141", "the reader of the pipe has closed it"),
)
ENVIRONMENT = (
    ("MUSER_CONFIG", "the configuration file"),
    ("MUSER_STATE_DIR", "the state directory: store, site, token, log"),
    ("MUSER_CACHE_DIR", "caches, which can be deleted"),
    ("MUSER_RUNTIME_DIR", "the control socket"),
    ("NO_COLOR", "no colours, whatever the terminal"),
    ("VISUAL, EDITOR", "the editor of `config edit`"),
    ("MUSER_TRACEBACK", "show where an internal error happens"),
)
_INTRODUCTION = (
    "muserctl controls muserd, the daemon that turns folders of pictures and notes into two maps. "
    "It talks to the daemon through a Unix socket that only its owner can open. Colours are "
    "used on terminals only. With `--json` it prints only JSON, with a `schema` number, one object "
    "per line where there may be many. Every call has a time limit. `muserctl --state DIR COMMAND` "
    "talks to the instance with that state directory; `muserd run` prints it when it starts."
)

Section = tuple[str, argparse.ArgumentParser, str]


def sections() -> Iterator[Section]:
    """Each command and subcommand: its words, its parser, what it does."""
    for command in catalogue.COMMANDS:
        parser = catalogue.parser_of(command)
        yield command.name, parser, (parser.description or "").strip()
        for name, (inner, words) in actions_of(parser).items():
            yield f"{command.name} {name}", inner, words


def markdown() -> str:
    """docs/commands.md."""
    lines = [
        "# Commands",
        "",
        "Made by `muserctl man --markdown`; a test compares it with the program.",
        "",
        _INTRODUCTION,
        "",
        "## Exit status",
        "| status | meaning |",
        "|---|---|",
        *(f"| {code} | {words} |" for code, words in EXIT_CODES),
        "",
        "## Environment",
        "| variable | meaning |",
        "|---|---|",
        *(
            f"| {' '.join(f'`{v}`' for v in name.split(', '))} | {words} |"
            for name, words in ENVIRONMENT
        ),
    ]
    for name, parser, words in sections():
        lines += ["", f"{'###' if ' ' in name else '##'} muserctl {name}", "", _sentence(words)]
        rows = list(_options(parser))
        if rows:
            lines += ["", "| argument | meaning |", "|---|---|"]
            lines += [f"| `{option}` | {words} |" for option, words in rows]
    return "\n".join(lines)


def roff() -> str:
    """muserctl(1)."""
    lines = [
        f'.TH MUSERCTL 1 "" "Muser {__version__}" "Muser"',
        ".SH NAME",
        r"muserctl \- control the daemon of Muser",
        ".SH SYNOPSIS",
        ".B muserctl",
        ".I COMMAND",
        "[OPTIONS]",
        ".SH DESCRIPTION",
        _escaped(_INTRODUCTION),
        ".SH COMMANDS",
    ]
    for name, parser, words in sections():
        lines += [".SS " + _escaped(f"muserctl {name}"), _escaped(_sentence(words))]
        for option, meaning in _options(parser):
            lines += [".TP", rf"\fB{_escaped(option)}\fR", _escaped(meaning or " ")]
    for title, rows in (("EXIT STATUS", EXIT_CODES), ("ENVIRONMENT", ENVIRONMENT)):
        lines.append(f".SH {title}")
        for name, meaning in rows:
            lines += [".TP", rf"\fB{_escaped(name)}\fR", _escaped(meaning)]
    lines += [".SH SEE ALSO", r"\fBmuserd run \-\-help\fR, \fBsystemctl\fR(1), \fBjournalctl\fR(1)"]
    return "\n".join(lines)


def _options(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    for action in parser._actions:
        if isinstance(action, argparse._HelpAction | argparse._SubParsersAction):
            continue
        value = str(action.metavar or "")
        if not value and action.choices:
            value = "|".join(map(str, action.choices))
        if not value and action.nargs != 0:
            value = action.dest.upper()
        if action.option_strings:
            name = " ".join(filter(None, (", ".join(action.option_strings), value)))
        else:
            name = f"[{value}]" if action.nargs == "?" else value
        yield name.replace("|", "/"), action.help or ""


def _sentence(words: str) -> str:
    return (
        words
        if words.endswith((".", "\n")) or "\n" in words
        else words[:1].upper() + words[1:] + "."
    )


def _escaped(text: str) -> str:
    lines = text.replace("\\", r"\e").replace("-", r"\-").splitlines()
    return "\n".join(
        rf"\&{line}" if line.startswith((".", "'")) else line for line in lines if line
    )
