"""The tables of the SQLite store, and how a file of an older release is brought up to them."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from edge.stores.base import StoreError

APPLICATION_ID: Final = 0x5477726B
"""Marks a file as ours ("Twrk"), so that another program's database is never written to."""

FIRST: Final = (
    """CREATE TABLE visitors (
        key INTEGER PRIMARY KEY,
        site TEXT NOT NULL,
        visitor TEXT NOT NULL,
        counters TEXT,
        counts BLOB NOT NULL,
        UNIQUE (site, visitor)
    ) STRICT""",
    """CREATE TABLE events (
        key INTEGER PRIMARY KEY,
        site TEXT NOT NULL,
        id TEXT NOT NULL,
        visitor INTEGER NOT NULL REFERENCES visitors (key) ON DELETE CASCADE,
        name TEXT NOT NULL,
        time INTEGER NOT NULL,
        channel TEXT NOT NULL,
        properties BLOB NOT NULL,
        decision TEXT,
        UNIQUE (site, id)
    ) STRICT""",
    "CREATE INDEX events_of_visitor ON events (visitor, time)",
    """CREATE TABLE links (
        key INTEGER PRIMARY KEY,
        visitor INTEGER NOT NULL REFERENCES visitors (key) ON DELETE CASCADE,
        customer TEXT NOT NULL,
        token TEXT NOT NULL,
        time INTEGER NOT NULL,
        cut INTEGER
    ) STRICT""",
    "CREATE INDEX links_of_visitor ON links (visitor)",
    "CREATE UNIQUE INDEX link_in_force ON links (visitor) WHERE cut IS NULL",
    """CREATE TRIGGER links_are_history BEFORE UPDATE ON links
        WHEN OLD.cut IS NOT NULL OR NEW.visitor <> OLD.visitor OR NEW.customer <> OLD.customer
            OR NEW.token <> OLD.token OR NEW.time <> OLD.time
        BEGIN SELECT RAISE(ABORT, 'a link is only ever cut'); END""",
    """CREATE TABLE customers (
        key INTEGER PRIMARY KEY,
        site TEXT NOT NULL,
        id TEXT NOT NULL,
        attributes BLOB NOT NULL,
        UNIQUE (site, id)
    ) STRICT""",
    """CREATE TABLE tokens (
        site TEXT NOT NULL,
        id TEXT NOT NULL,
        expires INTEGER NOT NULL,
        PRIMARY KEY (site, id)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX tokens_by_expiry ON tokens (expires)",
    """CREATE TABLE tombstones (
        hash BLOB PRIMARY KEY,
        time INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE ledger (
        site TEXT NOT NULL,
        seq INTEGER NOT NULL,
        entry BLOB NOT NULL,
        hash TEXT NOT NULL,
        PRIMARY KEY (site, seq)
    ) STRICT""",
    """CREATE TRIGGER ledger_keeps_entries BEFORE UPDATE ON ledger
        BEGIN SELECT RAISE(ABORT, 'the consent ledger is only ever appended to'); END""",
    """CREATE TRIGGER ledger_keeps_all BEFORE DELETE ON ledger
        BEGIN SELECT RAISE(ABORT, 'the consent ledger is only ever appended to'); END""",
    "CREATE TABLE health (one INTEGER PRIMARY KEY CHECK (one = 1), checks INTEGER NOT NULL) STRICT",
    "INSERT INTO health VALUES (1, 0)",
)

IMPORT_TIMES: Final = ("ALTER TABLE customers ADD COLUMN imported INTEGER",)
"""Nobody knows when the customers of an older file were imported."""

RECORDINGS: Final = (
    """CREATE TABLE recordings (
        key INTEGER PRIMARY KEY,
        site TEXT NOT NULL,
        request TEXT NOT NULL,
        visitor INTEGER NOT NULL REFERENCES visitors (key) ON DELETE CASCADE,
        time INTEGER NOT NULL,
        body BLOB NOT NULL
    ) STRICT""",
    "CREATE INDEX recordings_of_visitor ON recordings (visitor)",
    "CREATE INDEX recordings_by_request ON recordings (site, request)",
    "CREATE INDEX recordings_by_time ON recordings (time)",
)

MIGRATIONS: Final[Sequence[Sequence[str]]] = (FIRST, IMPORT_TIMES, RECORDINGS)
"""Each brings a file from the version that is its index to the next; released ones stay."""


def migrate(
    connection: sqlite3.Connection,
    path: Path,
    migrations: Sequence[Sequence[str]] = MIGRATIONS,
) -> None:
    """Bring the file to the newest schema, in one transaction: a kill midway changes nothing.

    Raises StoreError for a file of a newer release or of another program, and leaves it untouched.
    """
    if _marks(connection) == (len(migrations), APPLICATION_ID):
        return  # Without the lock: a start must not wait for a busy or a hung process.
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Under the lock: of two processes that start together only one migrates.
        version = _version(connection, path, len(migrations))
        for statements in migrations[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _marks(connection: sqlite3.Connection) -> tuple[int, int]:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (owner,) = connection.execute("PRAGMA application_id").fetchone()
    return version, owner


def _version(connection: sqlite3.Connection, path: Path, newest: int) -> int:
    version, owner = _marks(connection)
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if tables and owner != APPLICATION_ID:
        raise StoreError(
            f"{path} is the database of another program; give the store a file of its own"
        )
    if version > newest:
        raise StoreError(
            f"{path} was written by a newer release: its schema is {version}, this one knows up to "
            f"{newest}. Start that release, or restore a backup made before the upgrade"
        )
    return version
