"""The token that opens the page: made once, readable by its owner only."""

import secrets
from pathlib import Path

from muserd.ground import atomic

_BYTES = 32


def page_token(path: Path) -> str:
    """The token of this state directory, made on first use (0600)."""
    try:
        token = path.read_text("ascii").strip()
    except FileNotFoundError:
        token = ""
    if len(token) < _BYTES:
        token = secrets.token_urlsafe(_BYTES)
        atomic.write(path, token.encode(), mode=0o600)
    return token
