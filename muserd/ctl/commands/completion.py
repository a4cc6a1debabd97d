"""Print the completion script of a shell.

Put it where the shell looks for it:

    bash:  muserctl completion bash > ~/.local/share/bash-completion/completions/muserctl
    zsh:   muserctl completion zsh > "${fpath[1]}/_muserctl"
    fish:  muserctl completion fish > ~/.config/fish/completions/muserctl.fish
"""

import argparse

from muserd.ctl import catalogue
from muserd.ctl.session import Session
from muserd.ground.errors import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    shells = ("bash", "zsh", "fish")
    parser.add_argument("shell", metavar="SHELL", choices=shells, help="bash, zsh or fish")


def run(arguments: argparse.Namespace, session: Session) -> int:
    """Print."""
    import shtab  # only here

    if arguments.shell not in shtab.SUPPORTED_SHELLS:
        raise UsageError(f"this shtab knows no {arguments.shell}", "pip install --upgrade shtab")
    session.out.text(shtab.complete(catalogue.whole_parser(), shell=arguments.shell))
    return 0
