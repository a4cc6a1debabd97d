"""Named points at which a test can kill the process, to prove that a crash there loses nothing.

`MUSER_FAILPOINT=name` kills at the first pass of that point, `name:3` at the third. Without the
variable a failpoint costs one comparison.
"""

import os
import signal
from collections import Counter

_VARIABLE = "MUSER_FAILPOINT"
_name, _, _pass = os.environ.get(_VARIABLE, "").partition(":")
_wanted_pass = int(_pass or 1)
_passes: Counter[str] = Counter()


def failpoint(name: str) -> None:
    """Die here, as by `kill -9`, when a test asked for it."""
    if name != _name:
        return
    _passes[name] += 1
    if _passes[name] == _wanted_pass:
        os.kill(os.getpid(), signal.SIGKILL)
