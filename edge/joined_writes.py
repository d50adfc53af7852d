"""uvicorn's HTTP/1.1 with head and body of an answer in one packet: it writes one after the other."""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class JoinedWritesProtocol(HttpToolsProtocol):
    """Gives uvicorn a transport that joins what it writes."""

    def connection_made(self, transport: Any) -> None:
        """Take the connection."""
        super().connection_made(cast(asyncio.Transport, JoinedWrites(transport, self.loop)))


class JoinedWrites:
    """A transport that holds what is written until more is written, or until the loop's next turn."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._write = transport.write
        self._soon = loop.call_soon
        self._held = b""
        self.is_closing = transport.is_closing  # asked at every request

    def write(self, data: bytes) -> None:
        """Hold the first piece, and send it with the second."""
        if self._held:
            held, self._held = self._held, b""
            self._write(held + data)
        else:
            self._held = data
            self._soon(self._flush)

    def close(self) -> None:
        """Send what is held, then close."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._held:
            held, self._held = self._held, b""
            self._write(held)

    def __getattr__(self, name: str) -> Any:
        """Everything else is the transport's own."""
        return getattr(self._transport, name)
