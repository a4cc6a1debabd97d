"""Passes to the page: what a browser's command line may show, since it is worth nothing soon.

A pass is `TIME-NONCE-MAC`: Unix seconds, 64 random bits, and HMAC-SHA256 of both under the page's
token (RFC 2104). Whoever knows the token can make one; from a pass nobody learns the token.
"""

import hashlib
import hmac
import secrets

VALID_S = 60
_CLOCK_STEP_S = 5  # the maker's clock and the judge's are the same, but clocks are set


def issue(token: str, now_s: float) -> str:
    """A pass that is good once, within a minute."""
    words = f"{int(now_s)}-{secrets.token_hex(8)}"
    return f"{words}-{_mac(token, words)}"


class Judge:
    """Accepts each pass once. Not thread-safe."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._used: dict[str, float] = {}

    def accepts(self, given: str, now_s: float) -> bool:
        """Whether this is a pass of this token, still good, and not used before."""
        words, _, mac = given.rpartition("-")
        at, _, _nonce = words.partition("-")
        if not (given.isascii() and at.isdigit() and len(at) <= 12):
            return False
        if not hmac.compare_digest(mac, _mac(self._token, words)):
            return False
        fresh = -_CLOCK_STEP_S <= now_s - int(at) <= VALID_S
        self._used = {one: until for one, until in self._used.items() if until > now_s}
        if not fresh or words in self._used:
            return False
        self._used[words] = now_s + VALID_S + _CLOCK_STEP_S
        return True


def _mac(token: str, words: str) -> str:
    return hmac.new(token.encode(), words.encode(), hashlib.sha256).hexdigest()
