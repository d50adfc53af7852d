"""The embedded store: one SQLite file, read in the event loop and written by one thread.

Several processes may share the file. Reads never wait for writes (WAL), so they need no thread.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from edge.stores import sqlite_file, sqlite_recordings, sqlite_work
from edge.stores.base import (
    Counts,
    Customer,
    Event,
    Evidence,
    Page,
    Person,
    Place,
    Recorded,
    Recording,
    StoreError,
)
from edge.stores.sqlite_reader import Reader
from edge.stores.sqlite_writer import Writer

PERSON: Final = """
    SELECT v.counters, v.counts, l.customer, c.attributes, c.imported
    FROM visitors v
    LEFT JOIN links l ON l.visitor = v.key AND l.cut IS NULL
    LEFT JOIN customers c ON c.site = ?1 AND c.id = l.customer
    WHERE v.site = ?1 AND v.visitor = ?2"""

ERASED_ONCE: Final = "SELECT 1 FROM tombstones WHERE hash = ?"
"""Asked of nobody who is there: whoever is erased leaves the table of visitors in the same commit."""

NOBODY: Final = Person()
ERASED: Final = Person(erased=True)


class SqliteStore:
    """The store contract on a file; see ``edge.stores.base.Store`` for what each call promises."""

    def __init__(self, path: Path, *, queue: int = 10_000, wait_ms: int = 5_000) -> None:
        """Check the file, create or upgrade it, and open it.

        ``queue``: writes that may wait before further ones are refused; ``wait_ms``: how long a
        write waits for another process's. Raises StoreDamaged, StoreUnavailable, StoreError.
        """
        sqlite_file.prepare(path, wait_ms)
        self._reader = Reader(path)
        self._writer = Writer(path, queue, wait_ms)

    async def person(self, site: str, visitor: str) -> Person:
        """One SQL statement, two for a stranger, run in the calling thread: it takes microseconds."""
        row = self._reader.first(PERSON, (site, visitor))
        if row is not None:
            return _person(*row)
        stone = (sqlite_work.tombstone(site, visitor),)
        return NOBODY if self._reader.first(ERASED_ONCE, stone) is None else ERASED

    async def append(
        self, site: str, visitor: str, counters: str, events: Sequence[Recorded]
    ) -> int:
        """Store events and advance their counters."""
        return await self._writer.run(
            partial(
                sqlite_work.append,
                site=site,
                visitor=visitor,
                counters=counters,
                events=tuple(events),
            )
        )

    async def recount(
        self,
        site: str,
        visitor: str,
        counters: str,
        count: Callable[[Iterable[Event]], Counts],
    ) -> Counts:
        """Rebuild a visitor's counts from its events."""
        return await self._writer.run(
            lambda connection: sqlite_work.recount(connection, site, visitor, counters, count)
        )

    async def link(self, site: str, visitor: str, customer: str, evidence: Evidence) -> None:
        """Use the token once and link the visitor."""
        await self._writer.run(
            lambda connection: sqlite_work.link(connection, site, visitor, customer, evidence)
        )

    async def unlink(self, site: str, visitor: str, time: int) -> None:
        """Cut the visitor's link, keeping it as history."""
        await self._writer.run(
            lambda connection: sqlite_work.unlink(connection, site, visitor, time)
        )

    async def erase(self, site: str, visitor: str, time: int) -> None:
        """Remove all of the visitor but a tombstone; its bytes leave the files within a second."""
        await self._writer.run(
            lambda connection: sqlite_work.erase(connection, site, visitor, time), scrub=True
        )

    async def record_consent(self, site: str, entry: Mapping[str, object]) -> str:
        """Append an entry to the site's consent ledger."""
        text = _json(entry)
        return await self._writer.run(
            lambda connection: sqlite_work.record_consent(connection, site, text)
        )

    async def put_customers(self, site: str, customers: Iterable[Customer], time: int) -> int:
        """Insert or replace customers, all or none."""
        rows = [(site, customer.id, _json(customer.attributes), time) for customer in customers]
        return await self._writer.run(
            lambda connection: sqlite_work.put_customers(connection, rows)
        )

    async def record(self, recordings: Sequence[Recording]) -> int:
        """Store recorded requests, without those of erased visitors."""
        rows = tuple(recordings)
        return await self._writer.run(lambda connection: sqlite_recordings.add(connection, rows))

    async def recordings(self, site: str, after: Place, most: int) -> Page:
        """One SQL statement, done when it returns: a long one would keep erased bytes in the WAL."""
        rows = self._reader.all(sqlite_recordings.PAGE, (site, *after, most))
        end = Place(rows[-1][0], rows[-1][1]) if rows else after
        return Page([body for _, _, body in rows], end)

    async def find_recordings(self, site: str, request: str) -> Sequence[bytes]:
        """One SQL statement, in the calling thread."""
        return [body for (body,) in self._reader.all(sqlite_recordings.FIND, (site, request))]

    async def forget_recordings(self, before: int, most: int) -> int:
        """Delete the oldest recordings; their bytes leave the files within a second."""
        return await self._writer.run(
            lambda connection: sqlite_recordings.forget(connection, before, most), scrub=True
        )

    async def check(self) -> None:
        """Write and read now."""
        await self._writer.run(sqlite_work.check)
        await self.person("", "")

    async def close(self) -> None:
        """Finish pending writes and let go of the file."""
        # Before the writer: the last connection to go empties the WAL, and a reader cannot.
        self._reader.close()
        await self._writer.close()


def _person(
    counters: str | None,
    counts: bytes,
    customer: str | None,
    attributes: bytes | None,
    imported: int | None,
) -> Person:
    return Person(
        customer=customer,
        attributes={} if attributes is None else sqlite_work.properties_from(attributes),
        counts=sqlite_work.counts_from(counts),
        counters=counters or "",
        imported=imported,
    )


def _json(value: object) -> bytes:
    try:
        return sqlite_work.to_json(value)
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError) as error:
        raise StoreError(f"a value cannot be stored: {error}") from error
