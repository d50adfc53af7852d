"""uvicorn's HTTP/1.1 with a deadline for the head of a request: nobody holds connections by saying little."""

import asyncio
from typing import Any

from edge.joined_writes import JoinedWritesProtocol

HEAD_SECONDS = 5.0


class HeadDeadlineProtocol(JoinedWritesProtocol):
    """Closes a connection that sends no whole head in time; between requests uvicorn's own time runs."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Wait for the rest of a head that came in part."""
        super().data_received(data)
        # A head that begins has a scope of its own, which learns the method once the head is whole.
        if self.scope is not None and "method" in self.scope:
            if self._deadline is not None:
                self._wait_no_more()
        elif self._deadline is None and not self.transport.is_closing():
            self._wait()

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _wait_no_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
