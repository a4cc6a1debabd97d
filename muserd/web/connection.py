"""Connections that cannot be held for nothing: a request's head is short and comes soon.

Uvicorn limits how long an idle connection stays open between requests, but not how slowly, nor
how long, a head may be. Without the token nobody gets further than a head, of which no more than
`MAX_HEAD_BYTES` ever reach the parser.
"""

import asyncio
from email.utils import formatdate

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_S = 15.0  # from the connection, or the end of the last answer, to the end of the head
MAX_HEAD_BYTES = 16_384
_PIECE_BYTES = 4_096  # of what is parsed at once: a further head may begin in it
_LINGER_S = 2.0  # a refusal is read only if what was sent is taken: closing at once resets
_TOO_LONG = (
    "The head of this request has more than 16 kB. If a browser sent it, it is full of cookies of "
    "other servers on this host name: clear the cookies of 127.0.0.1 and localhost, then open the "
    "page with: muserctl open\n"
)


class Connection(HttpToolsProtocol):
    """Uvicorn's protocol with a limit of time and of bytes for each head."""

    _reading_head = True
    _refused = False
    _head_bytes = 0
    _clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock."""
        super().connection_made(transport)
        self._clock = self.loop.call_later(HEAD_S, self._cut)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse on, piece by piece, as long as the head is short enough."""
        at = 0
        while at < len(data) and not self._refused and not self.transport.is_closing():
            room = MAX_HEAD_BYTES - self._head_bytes if self._reading_head else _PIECE_BYTES
            piece = data[at : at + min(room, _PIECE_BYTES)]
            at += len(piece)
            super().data_received(piece)
            if self._reading_head:
                self._head_bytes += len(piece)
                if self._head_bytes >= MAX_HEAD_BYTES:
                    self._refuse_long()

    def on_message_begin(self) -> None:
        """A further request on this connection: its head begins."""
        super().on_message_begin()
        if not self._reading_head:
            self._reading_head, self._head_bytes = True, 0
        if self._clock is None:
            self._clock = self.loop.call_later(HEAD_S, self._cut)

    def on_headers_complete(self) -> None:
        """The head is there: the rest is the app's."""
        self._reading_head = False
        self._stop_clock()
        self.server_state.default_headers = [(b"date", formatdate(usegmt=True).encode())]
        super().on_headers_complete()

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing: whoever has no token must not write lines into the log."""

    def _refuse_long(self) -> None:
        """431 with words. What still comes is taken and thrown away, for a moment."""
        self._refused = True
        if self.cycle is not None and not self.cycle.response_complete:
            self._cut()  # an earlier answer is on its way: words would end up within it
            return
        body = _TOO_LONG.encode()
        head = (
            "HTTP/1.1 431 Request Header Fields Too Large\r\n"
            "content-type: text/plain; charset=utf-8\r\n"
            f"content-length: {len(body)}\r\n"
            "x-content-type-options: nosniff\r\n"
            "connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.write_eof()
        self._stop_clock()
        self._clock = self.loop.call_later(_LINGER_S, self._cut)

    def _cut(self) -> None:
        self._clock = None
        if not self.transport.is_closing():
            self.transport.abort()

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
