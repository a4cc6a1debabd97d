"""Passes to the page: secrets that are good once and soon worthless.

A pass is `ID-SECRET`, both random. Only hashes are kept, in memory: passes end with the daemon,
and their time runs on the monotonic clock, which nobody sets.
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Literal

BROWSER_S = 60.0  # handed to a browser that was started a moment ago
PRINTED_S = 600.0  # shown to a person, who has to paste it somewhere
_MOST = 1_000
_REMEMBERED_S = 86_400.0  # a spent pass that is shown again is evidence for so long

State = Literal["waiting", "spent", "over"]


@dataclass(slots=True)
class _Pass:
    ends_s: float
    spent_s: float | None = None
    session: str = ""


@dataclass(frozen=True, slots=True)
class Redeemed:
    """What showing a pass led to.

    Attributes:
        good: it was shown for the first time, and in time.
        session: of a pass that was spent before: the id of the session that it made.
    """

    good: bool
    session: str = ""


class Passes:
    """All passes of one daemon. Not thread-safe. Times are the monotonic clock's seconds."""

    def __init__(self) -> None:
        self._known: dict[bytes, _Pass] = {}
        self._ids: dict[str, bytes] = {}

    def issue(self, now_s: float, valid_s: float) -> str:
        """A new pass, good once within `valid_s`."""
        self._forget(now_s)
        name = secrets.token_hex(6)
        given = f"{name}-{secrets.token_urlsafe(24)}"
        self._ids[name] = _hash(given)
        self._known[_hash(given)] = _Pass(now_s + valid_s)
        return given

    def redeem(self, given: str, now_s: float) -> Redeemed | None:
        """Spend a pass; None for what never was one."""
        known = self._known.get(_hash(given))
        if known is None:
            return None
        if known.spent_s is not None:
            return Redeemed(False, known.session)
        if now_s > known.ends_s:
            return Redeemed(False)
        known.spent_s = now_s
        return Redeemed(True)

    def made(self, given: str, session: str) -> None:
        """Remember which session a pass that was just spent has made."""
        known = self._known.get(_hash(given))
        if known is not None:
            known.session = session

    def state(self, name: str, now_s: float) -> State:
        """Whether the pass with this id was spent; unknown ones are over."""
        known = self._known.get(self._ids.get(name, b""))
        if known is None or (known.spent_s is None and now_s > known.ends_s):
            return "over"
        return "waiting" if known.spent_s is None else "spent"

    def _forget(self, now_s: float) -> None:
        kept = [
            (name, key)
            for name, key in self._ids.items()
            if now_s <= self._known[key].ends_s + _REMEMBERED_S
        ][-_MOST + 1 :]
        self._ids = dict(kept)
        self._known = {key: self._known[key] for key in self._ids.values()}


def id_of(given: str) -> str:
    """The public part of a pass, by which its state is asked for."""
    return given.partition("-")[0]


def _hash(given: str) -> bytes:
    return hashlib.sha256(given.encode("utf-8", "surrogatepass")).digest()
