"""Connections that cannot be held for nothing: a request's head is short and comes soon.

Uvicorn limits how long an idle connection stays open between requests, but not how slowly, nor
how long, a head may be. Without the token nobody gets further than a head.
"""

import asyncio
from email.utils import formatdate

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_S = 15.0  # from the connection, or the end of the last answer, to the end of the head
MAX_HEAD_BYTES = 16_384


class Connection(HttpToolsProtocol):
    """Uvicorn's protocol with a limit of time and of bytes for each head."""

    _reading_head = True
    _head_bytes = 0
    _clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock."""
        super().connection_made(transport)
        self._clock = self.loop.call_later(HEAD_S, self._refuse)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless the head has grown too long."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self._reading_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse()

    def on_message_begin(self) -> None:
        """A further request on this connection: its head begins."""
        super().on_message_begin()
        self._reading_head, self._head_bytes = True, 0
        if self._clock is None:
            self._clock = self.loop.call_later(HEAD_S, self._refuse)

    def on_headers_complete(self) -> None:
        """The head is there: the rest is the app's."""
        self._reading_head = False
        self._stop_clock()
        self.server_state.default_headers = [(b"date", formatdate(usegmt=True).encode())]
        super().on_headers_complete()

    def _refuse(self) -> None:
        self._clock = None
        if not self.transport.is_closing():
            self.transport.abort()

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
