"""The user's default browser: how it is started, and whether it can read a private file."""

import os
import shutil
from pathlib import Path

_ASK_S = 2.0
# Where the desktop entries of sandboxed applications are: those see few of the user's files.
_SNAPS = (Path("/var/lib/snapd/desktop/applications"),)
_FLATPAKS = (
    Path("/var/lib/flatpak/exports/share/applications"),
    Path("~/.local/share/flatpak/exports/share/applications"),
)


def start(address: str) -> bool:
    """Start the default browser with an address. No secret may be in it: everybody can read it."""
    import webbrowser  # 10 ms that printing an address does not need

    return webbrowser.open(address)


def confined() -> str:
    """The name of the default browser, if it is a snap or a flatpak; else empty."""
    chosen = os.environ.get("BROWSER", "").split(os.pathsep)[0]
    if chosen:
        found = shutil.which(chosen.split()[0]) if chosen.split() else None
        real = os.path.realpath(found) if found else ""
        return chosen if real.startswith("/snap/") or real == "/usr/bin/snap" else ""
    entry = _default_entry()
    if not entry or "/" in entry:
        return ""
    for folders, what in ((_SNAPS, "snap"), (_FLATPAKS, "flatpak")):
        if any((folder.expanduser() / entry).exists() for folder in folders):
            return f"the {what} {entry.removesuffix('.desktop')}"
    return ""


def _default_entry() -> str:
    """The desktop entry of the default browser, as xdg-settings(1) says; empty if it does not."""
    import subprocess  # 10 ms that printing an address does not need

    asked = shutil.which("xdg-settings")
    if asked is None:
        return ""
    try:
        done = subprocess.run(
            [asked, "get", "default-web-browser"],
            capture_output=True,
            text=True,
            timeout=_ASK_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
