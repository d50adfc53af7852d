"""Opening the SQLite file: connections, the integrity check, the driver's errors in our words."""

import sqlite3
import time
from pathlib import Path
from typing import Final

from edge.stores.base import StoreDamaged, StoreError, StoreUnavailable
from edge.stores.schema import migrate

OLDEST_SQLITE: Final = (3, 37, 0)
"""STRICT tables came with it."""

DAMAGE: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

READER_WAIT_MS: Final = 50
"""A reader of a WAL waits for a recovery after a crash only, and it waits in the event loop."""


def prepare(path: Path, wait_ms: int) -> None:
    """Create the file or check it, and bring it to the newest schema.

    Raises StoreDamaged if the integrity check finds anything, StoreUnavailable if the file cannot
    be opened, StoreError if it is not ours or too new.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreError(f"SQLite {sqlite3.sqlite_version} is too old; 3.37 or newer is needed")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Before SQLite creates it with a wider mode: personal data is its owner's alone to read.
        path.touch(mode=0o600)
    except OSError as error:
        raise StoreUnavailable(f"cannot write {path}: {error.strerror}") from error
    try:
        _check_and_migrate(path, wait_ms)
    except sqlite3.Error as error:
        raise translate(error, path) from error


def writer(path: Path, wait_ms: int) -> sqlite3.Connection:
    """A connection for the writer thread; every commit reaches the disk before it returns."""
    connection = _connect(path, wait_ms)
    for pragma in (
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        "temp_store = MEMORY",
        # SQLite's own checkpoints let another process commit meanwhile, which before 3.51.3 can
        # in rare cases damage the file (sqlite.org/wal.html#walresetbug). The writer's do not.
        "wal_autocheckpoint = 0",
        "journal_size_limit = 67108864",
        "cache_size = -16384",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write."""
    connection = _connect(path, READER_WAIT_MS)
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA cache_size = -16384")
    return connection


def translate(error: Exception, path: Path) -> StoreError:
    """The store error that says what a failure of the driver means."""
    if isinstance(error, StoreError):
        return error
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in DAMAGE:
        return _damaged(path, str(error))
    if isinstance(error, sqlite3.Error):
        return StoreUnavailable(f"{path}: {error}")
    return StoreError(f"a value cannot be stored: {error}")


def _connect(path: Path, wait_ms: int) -> sqlite3.Connection:
    # mode=rw: a file that someone moved away is an error, never silently an empty store.
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=wait_ms / 1000,
        isolation_level=None,
        check_same_thread=False,
    )


def _check_and_migrate(path: Path, wait_ms: int) -> None:
    connection = _connect(path, wait_ms)
    try:
        findings = [row[0] for row in connection.execute("PRAGMA quick_check(1)")]
        if findings != ["ok"]:
            raise _damaged(path, findings[0])
        migrate(connection, path)
        _use_wal(connection, wait_ms)
    finally:
        connection.close()


def _use_wal(connection: sqlite3.Connection, wait_ms: int) -> None:
    """Switch the file to WAL for good; a no-op from the second time on.

    SQLite does not wait for the lock that the switch needs, so of processes that make a new file
    together all but one would fail.
    """
    deadline = time.monotonic() + wait_ms / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.005)


def _damaged(path: Path, finding: str) -> StoreDamaged:
    return StoreDamaged(
        f"{path} is damaged: {' '.join(finding.split())}. Stop every process that uses it and "
        f"restore the last backup; `sqlite3 {path} .recover` may save what is left of this file. "
        f"To begin empty, move {path.name}, {path.name}-wal and {path.name}-shm away together"
    )
