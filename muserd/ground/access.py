"""Who may look at the page: the token, passes and sessions, for both doors of the daemon.

- The *token* is the owner's own secret (the file `token`): for scripts, as a bearer.
- A *pass* is good once and for a minute or ten: `muserctl open` hands it to a browser.
- A *session* is what a browser gets for a pass: a cookie of its own, listed and revoked by
  `muserctl sessions`. The cookie is never the token.
"""

import hashlib
import hmac
import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from muserd.ground import atomic
from muserd.ground.clock import Clock
from muserd.ground.passes import Passes, State
from muserd.ground.sessions import Session, Sessions

log = logging.getLogger(__name__)

_TOKEN_BYTES = 32
_TOLD_S = 86_400.0  # how long `health` speaks of a pass that was shown twice


@dataclass(frozen=True, slots=True)
class Entered:
    """A browser that was let in: the secret of its session, for its cookie."""

    secret: str


class Access:
    """Thread-safe. Times by the clock: the wall for sessions, the monotonic one for passes.

    Args:
        token_path: the file of the token; made on first use (0600), replaced if it is damaged.
        sessions_path: the file of the sessions.
        clock: the present time.

    Attributes:
        on_ended: called when sessions ended before their time, from any thread; must not block.
    """

    def __init__(self, token_path: Path, sessions_path: Path, clock: Clock) -> None:
        self._token_path = token_path
        self._clock = clock
        self._lock = threading.Lock()
        self._token = page_token(token_path)
        digest = hashlib.sha256(self._token.encode()).hexdigest()
        self._sessions = Sessions(sessions_path, f"muser-{digest[:8]}")
        self._passes = Passes()
        self._reused: deque[tuple[float, str]] = deque(maxlen=8)
        self.on_ended: Callable[[], None] = lambda: None  # from any thread: sessions have ended

    @property
    def name(self) -> str:
        """Of this instance: the first label of its host name, and its cookie."""
        return self._sessions.name

    @property
    def token(self) -> str:
        """The owner's secret. For `muserctl open --permanent` only."""
        return self._token

    def is_token(self, given: str) -> bool:
        """Whether this is the token. In constant time."""
        return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), self._token.encode())

    def issue(self, valid_s: float) -> str:
        """A pass that is good once, within `valid_s`."""
        with self._lock:
            return self._passes.issue(self._clock.monotonic_s(), valid_s)

    def pass_state(self, name: str) -> State:
        """Whether the pass with this id was spent."""
        with self._lock:
            return self._passes.state(name, self._clock.monotonic_s())

    def enter(self, given: str, browser: str, cookie: str) -> Entered | None:
        """Let a browser in by a pass or the token; None when it is neither.

        A pass that was spent before ends the session that it made, unless it is that session's
        own browser that asks again. Raises OSError when the session cannot be kept.
        """
        with self._lock:
            now_ms = self._clock.now_ms()
            if self.is_token(given):
                return Entered(self._sessions.make(browser, now_ms)[0])
            shown = self._passes.redeem(given, self._clock.monotonic_s())
            if shown is None:
                return None
            if shown.good:
                secret, session = self._sessions.make(browser, now_ms)
                self._passes.made(given, session.id)
                return Entered(secret)
            mine = self._sessions.find(cookie, now_ms)
            if shown.session and mine is not None and mine.id == shown.session:
                return Entered(cookie)
            if shown.session:
                self._shown_twice(shown.session)
                self.on_ended()
            return None

    def find(self, cookie: str) -> tuple[Session | None, bool]:
        """The session of a cookie, if it is one, and whether its cookie should be set again."""
        with self._lock:
            now_ms = self._clock.now_ms()
            session = self._sessions.find(cookie, now_ms)
            return session, session is not None and self._sessions.renew(session, now_ms)

    def sessions(self) -> list[Session]:
        """Every living session, the one seen last first."""
        with self._lock:
            return self._sessions.all(self._clock.now_ms())

    def revoke(self, name: str | None) -> int:
        """End one session, or all for None: then the token is replaced too. Raises OSError."""
        with self._lock:
            self._reused.clear()
            if name is None:
                self._token = _new_token(self._token_path)
                self._passes = Passes()
            ended = self._sessions.revoke(name)
            self.on_ended()
            return ended

    def problems(self) -> list[str]:
        """What `health` should say."""
        with self._lock:
            now_s = self._clock.monotonic_s()
            return [words for at_s, words in self._reused if now_s - at_s < _TOLD_S]

    def _shown_twice(self, session: str) -> None:
        ended = self._sessions.revoke(session)
        at = time.strftime("%H:%M", time.localtime(self._clock.now_ms() / 1000))
        what = "the session that it had made was ended" if ended else "its session had ended"
        words = (
            f"a pass to the page was shown twice, at {at}: {what}; "
            "if it was not you, somebody else had it: see `muserctl sessions list`"
        )
        log.warning(words)
        self._reused.append((self._clock.monotonic_s(), words))


def page_key(cookie: str) -> str:
    """What a page of this session sends along with a POST, in `X-Muser-Page`.

    Made from the session's secret, so that nothing more is kept; a page reads it at `/api/session`,
    which no other origin can.
    """
    return hmac.new(cookie.encode("utf-8", "surrogatepass"), b"page", hashlib.sha256).hexdigest()


def page_token(path: Path) -> str:
    """The token of this state directory, made on first use (0600)."""
    try:
        token = path.read_text("ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        token = ""
    return token if len(token) >= _TOKEN_BYTES else _new_token(path)


def _new_token(path: Path) -> str:
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    atomic.write(path, token.encode(), mode=0o600)
    return token
