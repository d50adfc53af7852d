"""Carries out erasures even while the store is away: a withdrawal never waits, and is never forgotten."""

import asyncio
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import msgspec

from edge.log import Log
from edge.stores.base import Store, StoreError

PATIENCE = 0.25
"""Seconds a response waits for the store to have erased; longer, and it goes on behind."""
_PAUSES = (0.2, 1.0, 5.0, 30.0)


class _Order(msgspec.Struct, frozen=True):
    site: str
    visitor: str


class Erasures:
    """Erases visitors and tries again until the store has done it.

    What the store could not do at once is written to a folder first, so that it outlives the process;
    and until it is done, ``awaits`` says so, so that the visitor is nobody from now on.
    """

    def __init__(self, store: Store, clock: Callable[[], int], log: Log, folder: Path) -> None:
        self._store = store
        self._clock = clock
        self._log = log
        self._folder = folder
        self._running: dict[_Order, asyncio.Task[None]] = {}

    def awaits(self, site: str, visitor: str) -> bool:
        """Say whether a visitor is still to be erased."""
        return bool(self._running) and _Order(site, visitor) in self._running

    async def erase(self, site: str, visitor: str) -> None:
        """Begin to erase; returns once it is done, or is sure to be done whatever happens."""
        order = _Order(site, visitor)
        task = self._begin(order)
        done, _ = await asyncio.wait({task}, timeout=PATIENCE)
        if not done:
            await asyncio.to_thread(self._write, order)
            if task.done():
                self._forget(order)

    def resume(self) -> None:
        """Go on with what an earlier process left."""
        for path in self._folder.glob("*.json"):
            try:
                self._begin(msgspec.json.decode(path.read_bytes(), type=_Order))
            except (OSError, msgspec.DecodeError) as bad:
                self._log.error("erasure.unreadable", bad, file=path.name)

    async def drain(self, seconds: float) -> None:
        """Give unfinished erasures a last while; the next process goes on with the rest."""
        if self._running:
            await asyncio.wait(set(self._running.values()), timeout=seconds)
        if self._running:
            self._log.error("erasure.unfinished_at_stop", count=len(self._running))

    def _begin(self, order: _Order) -> asyncio.Task[None]:
        task = self._running.get(order)
        if task is None:
            task = self._running[order] = asyncio.create_task(self._until_done(order))
        return task

    async def _until_done(self, order: _Order) -> None:
        attempt = 0
        while True:
            try:
                await self._store.erase(order.site, order.visitor, self._clock())
                break
            except StoreError as bad:
                self._log.error("erasure.waiting", bad, site=order.site)
            await asyncio.sleep(_PAUSES[min(attempt, len(_PAUSES) - 1)])
            attempt += 1
        del self._running[order]
        self._forget(order)

    def _path(self, order: _Order) -> Path:
        name = sha256(f"{order.site}\0{order.visitor}".encode()).hexdigest()
        return self._folder / f"{name}.json"

    def _write(self, order: _Order) -> None:
        path = self._path(order)
        draft = path.with_suffix(".new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with draft.open("wb") as file:
                file.write(msgspec.json.encode(order))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as bad:
            self._log.error("erasure.not_written_down", bad, site=order.site)

    def _forget(self, order: _Order) -> None:
        try:
            self._path(order).unlink(missing_ok=True)
        except OSError as bad:
            self._log.error("erasure.note_left", bad, site=order.site)
