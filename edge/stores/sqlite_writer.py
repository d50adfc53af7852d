"""One thread that writes, and commits everything that waits in one transaction.

A durable commit costs one wait for the disk, however much is in it: what arrives during that wait
goes into the next commit together.
"""

import asyncio
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final, Generic, TypeVar

from edge.stores import sqlite_file
from edge.stores.base import StoreUnavailable

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

BATCH: Final = 1024
"""Jobs in one commit at most, so that the first of a long queue does not wait for the last."""

WAL_LIMIT: Final = 16 * 1024 * 1024
"""Bytes from which on the WAL is emptied into the file."""

SCRUB_EVERY: Final = 0.25
"""Seconds at least between two times that the WAL is emptied of erased bytes."""

SCRUB_WAIT_MS: Final = 250
SCRUB_AGAIN: Final = 2.0
"""Seconds until the next attempt if a long reader of another process is in the way."""


class Job(Generic[T]):
    """A piece of work, and the caller that waits for it."""

    __slots__ = ("error", "future", "loop", "result", "scrub", "work")

    def __init__(self, work: Work[T], scrub: bool) -> None:
        self.work = work
        self.scrub = scrub
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[T] = self.loop.create_future()
        self.result: T | None = None
        self.error: Exception | None = None


class Writer:
    """The writer thread of one file, its bounded queue and its connection."""

    def __init__(self, path: Path, queue: int, wait_ms: int) -> None:
        """Start the thread. ``queue``: jobs that may wait; ``wait_ms``: for another's lock."""
        self._path = path
        self._wal = path.with_name(f"{path.name}-wal")
        self._limit = queue
        self._wait_ms = wait_ms
        self._inode = path.stat().st_ino
        self._jobs: SimpleQueue[Job[Any] | None] = SimpleQueue()
        self._closed = False
        self._connection: sqlite3.Connection | None = None
        # A process killed between an erasure and its scrub left the bytes to its successor.
        self._scrub = True
        self._scrub_at = 0.0
        self._thread = threading.Thread(target=self._main, name="tagwerk-writer", daemon=True)
        self._thread.start()

    async def run(self, work: Work[T], *, scrub: bool = False) -> T:
        """Do ``work`` in a transaction of its own; returns once it is durable.

        ``scrub``: deleted bytes must soon leave the WAL too. Raises what ``work`` raises, and
        StoreUnavailable if the queue is full or the commit failed; then nothing took effect.
        """
        if self._closed:
            raise StoreUnavailable(f"{self._path}: the store is closed")
        if self._jobs.qsize() >= self._limit:
            raise StoreUnavailable(f"{self._path}: {self._limit} writes are waiting already")
        job = Job(work, scrub)
        self._jobs.put(job)
        return await job.future

    async def close(self) -> None:
        """Finish what waits, empty the WAL and let go of the file."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)

    def _main(self) -> None:
        going = True
        while going:
            batch, going = self._take()
            if batch:
                self._commit(batch)
                _deliver(batch)
            self._scrub = self._scrub or self._wal_is_large()
            if self._scrub and (not going or time.monotonic() >= self._scrub_at):
                self._empty_wal()
        self._drop_connection()

    def _take(self) -> tuple[list[Job[Any]], bool]:
        """What waits now, or the next that comes; and whether the thread goes on afterwards."""
        batch: list[Job[Any]] = []
        with suppress(Empty):
            job = self._jobs.get(timeout=SCRUB_EVERY if self._scrub else None)
            while job is not None:
                batch.append(job)
                if len(batch) == BATCH:
                    return batch, True
                job = self._jobs.get_nowait()
            return batch, False
        return batch, True

    def _commit(self, batch: Sequence[Job[Any]]) -> None:
        try:
            self._must_be_the_same_file()
            connection = self._connected()
            connection.execute("BEGIN IMMEDIATE")
            for job in batch:
                _attempt(connection, job, self._path)
            connection.execute("COMMIT")
            self._scrub = self._scrub or any(job.scrub for job in batch)
        except Exception as error:
            self._drop_connection()
            for job in batch:
                job.error = sqlite_file.translate(error, self._path)

    def _must_be_the_same_file(self) -> None:
        """What is written to a file that has no name any more is gone with the process."""
        try:
            same = self._path.stat().st_ino == self._inode
        except OSError:
            same = False
        if not same:
            reason = "the file was removed or replaced while it was in use; restart the edge"
            raise StoreUnavailable(f"{self._path}: {reason}")

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite_file.writer(self._path, self._wait_ms)
        return self._connection

    def _drop_connection(self) -> None:
        """Roll back and let go: after a failed write a new connection has no doubtful state."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        with suppress(sqlite3.Error):
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        with suppress(sqlite3.Error):
            connection.close()

    def _wal_is_large(self) -> bool:
        try:
            return self._wal.stat().st_size > WAL_LIMIT
        except OSError:
            return False

    def _empty_wal(self) -> None:
        """Bring the WAL's pages into the file and cut it to nothing: it may hold erased bytes.

        TRUNCATE holds the lock for writing, so no other process commits during the checkpoint.
        """
        busy = 1
        try:
            connection = self._connected()
            connection.execute(f"PRAGMA busy_timeout = {SCRUB_WAIT_MS}")
            (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            connection.execute(f"PRAGMA busy_timeout = {self._wait_ms}")
        except sqlite3.Error:
            self._drop_connection()  # What was committed is safe in the WAL until next time.
        self._scrub = bool(busy)
        self._scrub_at = time.monotonic() + (SCRUB_AGAIN if busy else SCRUB_EVERY)


def _attempt(connection: sqlite3.Connection, job: Job[Any], path: Path) -> None:
    """One job in its own savepoint, so that it fails alone."""
    connection.execute("SAVEPOINT job")
    try:
        job.result = job.work(connection)
    except Exception as error:
        if not connection.in_transaction:
            raise  # SQLite rolled back all of it: nothing of the batch is left to commit.
        connection.execute("ROLLBACK TO job")
        job.error = _as_raised(error, path)
    connection.execute("RELEASE job")


def _as_raised(error: Exception, path: Path) -> Exception:
    """What the driver raised in our words; what a job raised by itself as it is."""
    driver = isinstance(error, sqlite3.Error | OverflowError | UnicodeEncodeError)
    return sqlite_file.translate(error, path) if driver else error


def _deliver(batch: Sequence[Job[Any]]) -> None:
    """Hand the outcomes over with one wake-up of each event loop."""
    waiting: defaultdict[asyncio.AbstractEventLoop, list[Job[Any]]] = defaultdict(list)
    for job in batch:
        waiting[job.loop].append(job)
    for loop, jobs in waiting.items():
        # A closed loop raises: nobody is left who could be told.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, jobs)


def _settle(jobs: Sequence[Job[Any]]) -> None:
    for job in jobs:
        if job.future.cancelled():
            continue
        if job.error is None:
            job.future.set_result(job.result)
        else:
            job.future.set_exception(job.error)
