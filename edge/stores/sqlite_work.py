"""What each write of the SQLite store does inside its transaction."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec

from consent import ledger
from edge.stores.base import (
    Counts,
    Event,
    Evidence,
    LinkedElsewhere,
    Recorded,
    Scalar,
    TokenUsed,
    VisitorErased,
)
from edge.stores.held import advance

TOKEN_SLACK_MS: Final = 3_600_000
"""Used tokens are forgotten this late: a node whose clock is ahead forgets none too early."""

counts_from: Final = msgspec.json.Decoder(dict[str, list[Any]]).decode
properties_from: Final = msgspec.json.Decoder(dict[str, Scalar]).decode
to_json: Final = msgspec.json.encode

FIND: Final = """
    SELECT EXISTS (SELECT 1 FROM tombstones WHERE hash = ?3), v.key, v.counters, v.counts
    FROM (SELECT 1) LEFT JOIN visitors v ON v.site = ?1 AND v.visitor = ?2"""

INSERT_EVENT: Final = """
    INSERT INTO events (site, id, visitor, name, time, channel, properties, decision)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (site, id) DO NOTHING"""

EVENTS: Final = """
    SELECT id, name, time, channel, properties, decision FROM events
    WHERE visitor = ? ORDER BY time, key"""

PUT_CUSTOMER: Final = """
    INSERT INTO customers (site, id, attributes, imported) VALUES (?, ?, ?, ?)
    ON CONFLICT (site, id) DO UPDATE
    SET attributes = excluded.attributes, imported = excluded.imported"""


class Found(msgspec.Struct, frozen=True):
    """A visitor's row; ``counters`` is None as long as nothing was counted."""

    key: int
    counters: str | None
    counts: bytes


def tombstone(site: str, visitor: str) -> bytes:
    """What is left of an erased visitor: enough to refuse its ID, not enough to know it."""
    return hashlib.sha256(f"{site}\0{visitor}".encode()).digest()


def append(
    connection: sqlite3.Connection,
    site: str,
    visitor: str,
    counters: str,
    events: Sequence[Recorded],
) -> int:
    """Store the events that are new and advance their counters."""
    found = _find(connection, site, visitor)
    if not events:
        return 0
    found = found or _create(connection, site, visitor)
    new = [item for item in events if _insert(connection, site, found.key, item.event)]
    if new and found.counters in (None, counters):
        counts = counts_from(found.counts)
        for item in new:
            _advance(counts, item)
        _keep(connection, found.key, counters, counts)
    return len(new)


def recount(
    connection: sqlite3.Connection,
    site: str,
    visitor: str,
    counters: str,
    count: Callable[[Iterable[Event]], Counts],
) -> Counts:
    """Replace the visitor's counts by what ``count`` makes of all its events."""
    found = _find(connection, site, visitor) or _create(connection, site, visitor)
    counts = count(_events(connection, found.key))
    _keep(connection, found.key, counters, counts)
    return counts


def link(
    connection: sqlite3.Connection, site: str, visitor: str, customer: str, evidence: Evidence
) -> None:
    """Use the token and link, unless the visitor ever belonged to somebody else."""
    found = _find(connection, site, visitor) or _create(connection, site, visitor)
    _use(connection, site, evidence)
    history = connection.execute(
        "SELECT customer, cut IS NULL FROM links WHERE visitor = ?", (found.key,)
    ).fetchall()
    if any(name != customer for name, _ in history):
        raise LinkedElsewhere("this visitor is or was linked to another customer")
    if not any(in_force for _, in_force in history):
        connection.execute(
            "INSERT INTO links (visitor, customer, token, time) VALUES (?, ?, ?, ?)",
            (found.key, customer, evidence.token, evidence.time),
        )


def unlink(connection: sqlite3.Connection, site: str, visitor: str, time: int) -> None:
    """Cut the link in force, if there is one."""
    connection.execute(
        """UPDATE links SET cut = ?3 WHERE cut IS NULL AND visitor =
            (SELECT key FROM visitors WHERE site = ?1 AND visitor = ?2)""",
        (site, visitor, time),
    )


def erase(connection: sqlite3.Connection, site: str, visitor: str, time: int) -> None:
    """Delete the visitor; events and links go with it by their foreign keys."""
    connection.execute("DELETE FROM visitors WHERE site = ? AND visitor = ?", (site, visitor))
    connection.execute(
        "INSERT INTO tombstones (hash, time) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING",
        (tombstone(site, visitor), time),
    )


def record_consent(connection: sqlite3.Connection, site: str, entry: bytes) -> str:
    """Chain an entry, already JSON, to the newest one of its site."""
    newest = connection.execute(
        "SELECT seq, hash FROM ledger WHERE site = ? ORDER BY seq DESC LIMIT 1", (site,)
    ).fetchone()
    seq, previous = newest or (0, ledger.GENESIS)
    # Hashed as it will be read again, not as it was given: JSON has no tuples.
    hashed = ledger.chain(previous, msgspec.json.decode(entry, type=dict[str, object]))
    connection.execute("INSERT INTO ledger VALUES (?, ?, ?, ?)", (site, seq + 1, entry, hashed))
    return hashed


def put_customers(
    connection: sqlite3.Connection, rows: Sequence[tuple[str, str, bytes, int]]
) -> int:
    """Insert or replace rows of site, CRM ID, attributes as JSON and time of the import."""
    connection.executemany(PUT_CUSTOMER, rows)
    return len(rows)


def check(connection: sqlite3.Connection) -> None:
    """Change a row: only a real write shows that the disk takes one."""
    connection.execute("UPDATE health SET checks = checks + 1")


def _find(connection: sqlite3.Connection, site: str, visitor: str) -> Found | None:
    row = connection.execute(FIND, (site, visitor, tombstone(site, visitor))).fetchone()
    erased, key, counters, counts = row
    if erased:
        raise VisitorErased("this visitor was erased")
    return None if key is None else Found(key, counters, counts)


def _create(connection: sqlite3.Connection, site: str, visitor: str) -> Found:
    created = connection.execute(
        "INSERT INTO visitors (site, visitor, counts) VALUES (?, ?, ?)", (site, visitor, b"{}")
    )
    return Found(created.lastrowid or 0, None, b"{}")


def _insert(connection: sqlite3.Connection, site: str, key: int, event: Event) -> bool:
    """Whether the event was new to the site."""
    row = (
        site,
        event.id,
        key,
        event.name,
        event.time,
        event.channel,
        to_json(event.properties),
        event.decision,
    )
    return connection.execute(INSERT_EVENT, row).rowcount == 1


def _advance(counts: dict[str, list[Any]], recorded: Recorded) -> None:
    for mark in recorded.marks:
        advance(counts.setdefault(mark.counter, []), mark, recorded.event.time)


def _keep(connection: sqlite3.Connection, key: int, counters: str, counts: Counts) -> None:
    connection.execute(
        "UPDATE visitors SET counters = ?, counts = ? WHERE key = ?",
        (counters, to_json(counts), key),
    )


def _events(connection: sqlite3.Connection, key: int) -> Iterator[Event]:
    for id, name, time, channel, properties, decision in connection.execute(EVENTS, (key,)):
        yield Event(id, name, time, channel, properties_from(properties), decision)


def _use(connection: sqlite3.Connection, site: str, evidence: Evidence) -> None:
    forgotten = evidence.time - TOKEN_SLACK_MS
    connection.execute("DELETE FROM tokens WHERE expires < ?", (forgotten,))
    used = connection.execute(
        "INSERT INTO tokens (site, id, expires) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (site, evidence.token, evidence.token_expires),
    )
    if used.rowcount != 1:
        raise TokenUsed("this token was used before")
