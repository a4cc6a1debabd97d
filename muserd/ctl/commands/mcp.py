"""Serve the maps, read-only, to programs that speak the Model Context Protocol.

Such a program starts this command itself and talks to it over standard input and output. It can
search, and read items, notes and regions; nothing can be changed. docs/find.md shows how to enter
it in two of them.
"""

import argparse

from muserd.ctl.session import Session
from muserd.ground.errors import MuserError


def configure(parser: argparse.ArgumentParser) -> None:
    """No options: everything comes over standard input."""


def run(_arguments: argparse.Namespace, session: Session) -> int:
    """Serve until standard input ends."""
    try:
        from muserd.ctl.mcp_server import server
    except ImportError as error:
        raise MuserError(
            f"the MCP server needs a package that is not installed: {error.name}",
            "pip install 'muser[mcp]'",
        ) from None
    server(session.client).run("stdio")
    return 0
