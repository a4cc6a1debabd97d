"""muserctl in a terminal of its own."""

import contextlib
import os
import pty
import subprocess
import sys


def in_terminal(*words, typed=b"", environment=None):
    """A terminal with muserctl in it of its own: exit status and what the terminal showed."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "muserd.ctl", *words]
    ends = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    with subprocess.Popen(command, env=environment, **ends) as process:
        os.close(theirs)
        os.write(ours, typed)
        text = b""
        with contextlib.suppress(OSError):  # Linux: the other side is closed
            while piece := os.read(ours, 65_536):
                text += piece
    os.close(ours)
    return process.returncode, text.decode()
