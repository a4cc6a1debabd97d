"""Sessions of browsers: random secrets, of which only hashes are kept, in one private file.

A session ends 30 days after it was last seen. The file is JSON: see docs/formats.md.
"""

import hashlib
import json
import logging
import re
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from muserd.ground import atomic
from muserd.ground.logs import fields

log = logging.getLogger(__name__)

VALID_MS = 30 * 86_400_000
RENEWED_MS = 86_400_000  # the file is written at most once a day for a browser that looks in daily
_VERSION = 1
_MOST = 64  # browsers; the one that was seen longest ago goes first
_MAX_BYTES = 256 * 1024
_NAME = re.compile(r"muser-[0-9a-f]{8}")
_LONGEST_BROWSER = 120


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that may look at the page.

    Attributes:
        id: for people and for `revoke`; tells nothing of the secret.
        hash: SHA-256 of the secret, hexadecimal.
        made_ms, seen_ms, ends_ms: Unix milliseconds; `seen_ms` is exact to a day.
        browser: what the browser called itself when it came.
    """

    id: str
    hash: str
    made_ms: int
    seen_ms: int
    ends_ms: int
    browser: str


class Sessions:
    """The sessions of one state directory. Not thread-safe.

    Args:
        path: the file. One that cannot be understood counts as empty: browsers are opened anew.
        name: of this instance, if the file does not know one yet.

    Attributes:
        name: `muser-` and eight hexadecimal digits: the first label of the page's host name, and
            the name of its cookie. It stays when the token is replaced.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self.name = name
        self._known: dict[str, Session] = {}
        self._load()

    def all(self, now_ms: int) -> list[Session]:
        """Those that have not ended, the one seen last first."""
        living = [one for one in self._known.values() if now_ms <= one.ends_ms]
        return sorted(living, key=lambda one: -one.seen_ms)

    def make(self, browser: str, now_ms: int) -> tuple[str, Session]:
        """A new session and its secret, which is known to nobody afterwards. Raises OSError."""
        secret = secrets.token_urlsafe(32)
        session = Session(
            id=secrets.token_hex(4),
            hash=_hash(secret),
            made_ms=now_ms,
            seen_ms=now_ms,
            ends_ms=now_ms + VALID_MS,
            browser=" ".join(browser.split())[:_LONGEST_BROWSER],
        )
        # Ended ones are kept too: a clock that is set wrong for a day must not end the others.
        known = sorted(self._known.values(), key=lambda one: -one.seen_ms)
        self._known = {one.hash: one for one in (*known[: _MOST - 1], session)}
        self._save()
        return secret, session

    def find(self, secret: str, now_ms: int) -> Session | None:
        """The session of a secret, if it has not ended."""
        session = self._known.get(_hash(secret))
        return session if session is not None and now_ms <= session.ends_ms else None

    def renew(self, session: Session, now_ms: int) -> bool:
        """Let a session end later, once a day. True when its cookie should be set again."""
        if abs(now_ms - session.seen_ms) < RENEWED_MS:  # a clock that was set back counts as well
            return False
        ends_ms = max(session.ends_ms, now_ms + VALID_MS)  # a clock set back ends nothing sooner
        self._known[session.hash] = replace(session, seen_ms=now_ms, ends_ms=ends_ms)
        try:
            self._save()
        except OSError as error:  # a full disk must not shut the page
            log.warning("sessions cannot be kept", extra=fields(path=self._path, error=error))
        return True

    def revoke(self, name: str | None) -> int:
        """End one session, or all for None; how many ended. Raises OSError."""
        before = len(self._known)
        kept = [] if name is None else [one for one in self._known.values() if one.id != name]
        self._known = {one.hash: one for one in kept}
        if len(kept) != before:
            self._save()
        return before - len(kept)

    def _load(self) -> None:
        try:
            with self._path.open("rb") as file:
                found = json.loads(file.read(_MAX_BYTES))
            self.name, known = _records(found)
            self._known = {one.hash: one for one in known}
        except FileNotFoundError:
            pass
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            log.warning(
                "the sessions cannot be read: open the page anew with `muserctl open`",
                extra=fields(path=self._path, error=error),
            )

    def _save(self) -> None:
        body = {
            "version": _VERSION,
            "name": self.name,
            "sessions": [asdict(one) for one in self._known.values()],
        }
        atomic.write(self._path, json.dumps(body, indent=1).encode())


def _records(found: dict[str, Any]) -> tuple[str, list[Session]]:
    """Name and sessions of the file. Raises KeyError, TypeError or ValueError."""
    if found["version"] != _VERSION or not _NAME.fullmatch(found["name"]):
        raise ValueError("it has another version")
    return found["name"], [_session(one) for one in found["sessions"]]


def _session(found: dict[str, Any]) -> Session:
    """A record of the file. Raises TypeError or ValueError."""
    session = Session(**found)
    texts = (session.id, session.hash, session.browser)
    numbers = (session.made_ms, session.seen_ms, session.ends_ms)
    if not all(isinstance(one, str) for one in texts) or any(type(n) is not int for n in numbers):
        raise TypeError("a session with fields of other types")
    return session


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
