"""Hands a pass to a browser in a private file: what stands on a command line is read by everyone.

The browser is started with the address of the file, which leads it on. The folder is 0700, the
file 0600. A browser that is shut in (snap, flatpak) may not be able to read it: then the person is
shown an address.
"""

import contextlib
import html
import json
import os
import secrets
import time
from pathlib import Path

from muserd.ground.paths import make_private

_KEPT_S = 120.0  # twice as long as the pass in it is good
_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>Muser</title>
<script>location.replace({address})</script>
<p><a href="{shown}" rel="noreferrer">Open the maps</a></p>
</html>
"""


def write(folder: Path, address: str) -> Path:
    """A new file that leads a browser to `address`; older ones are taken away. Raises OSError."""
    make_private(folder)
    sweep(folder)
    path = folder / f"muser-{secrets.token_hex(8)}.html"
    # In a script, `</` would end it; JSON's other characters mean the same in JavaScript.
    quoted = json.dumps(address).replace("<", "\\u003c")
    text = _PAGE.format(address=quoted, shown=html.escape(address))
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def sweep(folder: Path, *, older_than_s: float = _KEPT_S) -> None:
    """Take away the files whose passes are over."""
    with contextlib.suppress(OSError):
        for path in folder.glob("muser-*.html"):
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > older_than_s:
                    path.unlink()
