"""The server's patience with a connection: uvicorn itself waits for headers for ever."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADERS_DEADLINE_S = 10.0  # from opening, or from a request's first byte, to its last header
MAX_HEADERS_BYTES = 64 * 1024


class ImpatientProtocol(HttpToolsProtocol):
    """Closes a connection whose headers come too slowly or are too many."""

    _timer: asyncio.TimerHandle | None = None
    _headers_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing to wait for any more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._headers_bytes = 0
        self._wait()

    def on_url(self, url: bytes) -> None:
        """Part of its address."""
        super().on_url(url)
        self._weigh(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        super().on_header(name, value)
        self._weigh(len(name) + len(value))

    def on_headers_complete(self) -> None:
        """The headers are whole; from here on the wall keeps the time."""
        self._wait_no_more()
        super().on_headers_complete()

    def _wait(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(HEADERS_DEADLINE_S, self.transport.close)

    def _wait_no_more(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _weigh(self, size: int) -> None:
        self._headers_bytes += size
        if self._headers_bytes > MAX_HEADERS_BYTES:
            self.transport.abort()
