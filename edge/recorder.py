"""Records a share of the requests, so that other rules can be tried on them: off unless it is set.

No grant, no trace: only who chose statistics, and is a visitor by that, is ever recorded, in rows that go with
the visitor. A decision neither waits for its recording nor fails by it.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from edge.log import Log
from edge.stores.base import Recording as Row
from edge.stores.base import Store, StoreError
from rules.conditions import Context
from rules.decide import Decision
from rules.model import Site
from rules.recording import Recording, request_of, to_line

if TYPE_CHECKING:  # it is given to what a visit is read with
    from edge.visit import Visit

PURPOSE: Final = "statistics"
WAITING: Final = 2_000
"""Recordings that may wait to be stored; further ones are dropped, and counted."""
BATCH: Final = 200
FORGET_EVERY: Final = 3_600.0
"""Seconds between two looks for what is too old."""
FORGET_AT_ONCE: Final = 500
"""Recordings deleted in one write, so that no other write waits for long."""
DAY: Final = 86_400_000
_RANGE: Final = 2.0**64


class Recorder:
    """Hands recordings to the store, and has it forget those that are too old.

    ``share``: of the requests, 0 to 1; ``days``: how long they are kept.
    """

    def __init__(
        self, store: Store, clock: Callable[[], int], log: Log, share: float, days: int
    ) -> None:
        self.share = share
        self._store = store
        self._clock = clock
        self._log = log
        self._keep = days * DAY
        self._sites: dict[str, Recording] = {}
        self._waiting: deque[Row] = deque()
        self._storing: asyncio.Task[None] | None = None
        self.dropped = 0
        """Recordings that were lost since the last one that was stored."""

    def take(
        self,
        site: Site,
        visit: "Visit",
        context: Context,
        slots: Collection[str] | None,
        decisions: tuple[Decision, ...],
    ) -> None:
        """Record a request if its visitor allows it and it is of the share. Never raises."""
        try:
            if may_record(visit) and decisions and self._is_dealt(decisions[0].id):
                self._keep_row(site, visit.visitor or "", context, slots, decisions)
        except Exception as bad:  # whatever a request holds, its answer goes out
            self._drop(1, bad)

    def _is_dealt(self, decision: str) -> bool:
        """Say whether a request is of the share; its decisions' ids are hashes, and evenly spread."""
        return int(request_of(decision), 16) < self.share * _RANGE

    def _keep_row(
        self,
        site: Site,
        visitor: str,
        context: Context,
        slots: Collection[str] | None,
        decisions: tuple[Decision, ...],
    ) -> None:
        if len(self._waiting) >= WAITING:
            self._drop(1)
            return
        recorded = self._recording(site).of(context, slots, decisions)
        row = Row(site.name, recorded.request, visitor, context.now, to_line(recorded))
        self._waiting.append(row)
        if self._storing is None:
            self._storing = asyncio.create_task(self._store_waiting())

    def _recording(self, site: Site) -> Recording:
        found = self._sites.get(site.name)
        if found is None or found.site is not site:
            found = self._sites[site.name] = Recording(site)
        return found

    async def _store_waiting(self) -> None:
        """Store what waits, and what comes meanwhile, many in one write."""
        try:
            while self._waiting:
                rows = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
                await self._store_rows(rows)
        finally:
            self._storing = None

    async def _store_rows(self, rows: list[Row]) -> None:
        try:
            await self._store.record(rows)
        except StoreError as bad:
            self._drop(len(rows), bad)
            return
        if self.dropped:
            self._log.warning(
                "recording.resumed", count=self.dropped, message="requests not recorded"
            )
            self.dropped = 0

    def _drop(self, count: int, bad: Exception | None = None) -> None:
        """Count what is lost; it is said when it begins and when it is over."""
        if not self.dropped:
            message = "requests are not recorded for now; decisions go on"
            self._log.error("recording.dropped", bad, message=message)
        self.dropped += count

    async def drain(self, seconds: float) -> None:
        """Give what waits a last while."""
        if self._storing is not None:
            await asyncio.wait({self._storing}, timeout=seconds)

    async def forget_until(self, stop: asyncio.Event) -> None:
        """Forget what is too old, now and every hour, also while nothing is recorded any more."""
        while not stop.is_set():
            await self.forget()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), FORGET_EVERY)

    async def forget(self) -> None:
        """Delete recordings that are older than they may be."""
        before = self._clock() - self._keep
        try:
            while await self._store.forget_recordings(before, FORGET_AT_ONCE) == FORGET_AT_ONCE:
                pass
        except StoreError as bad:
            self._log.error("recording.not_forgotten", bad)


def may_record(visit: "Visit") -> bool:
    """Say whether a visitor chose to be in statistics; a grant that nobody was asked for is no choice."""
    grants = visit.grants
    return visit.visitor is not None and grants.state == "granted" and PURPOSE in grants.purposes
