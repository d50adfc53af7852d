"""Carries out erasures even while the store is away: a withdrawal never waits, and is never forgotten."""

import asyncio
from collections.abc import Callable

from edge.log import Log
from edge.stores.base import Store, StoreError

PATIENCE = 0.25
"""Seconds a response waits for the store to have erased; longer, and it goes on behind."""
_PAUSES = (0.2, 1.0, 5.0, 30.0)


class Erasures:
    """Erases visitors and tries again until the store has done it."""

    def __init__(self, store: Store, clock: Callable[[], int], log: Log) -> None:
        self._log = log
        self._store = store
        self._clock = clock
        self._running: set[asyncio.Task[None]] = set()

    async def erase(self, site: str, visitor: str) -> None:
        """Begin to erase; returns once it is done, or after ``PATIENCE`` while it goes on."""
        task = asyncio.create_task(self._until_done(site, visitor))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.wait({task}, timeout=PATIENCE)

    async def _until_done(self, site: str, visitor: str) -> None:
        attempt = 0
        while True:
            try:
                await self._store.erase(site, visitor, self._clock())
                return
            except StoreError as bad:
                self._log.error("erasure.waiting", bad, site=site)
            await asyncio.sleep(_PAUSES[min(attempt, len(_PAUSES) - 1)])
            attempt += 1

    async def drain(self, seconds: float) -> None:
        """Give unfinished erasures a last while; what is left then is said in the log."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        if self._running:
            self._log.error("erasure.unfinished_at_stop", count=len(self._running))
