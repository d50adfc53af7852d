"""Reads the file in the event loop's thread: the profiles asked for in one turn of the loop, from one snapshot.

For every snapshot SQLite takes a lock and lets go of it, which costs as much as to read a profile. A shared one
shows nothing old: a request or the end of a write of which the loop learns after a snapshot was taken has its
turn after that was let go, because the loop works off in order what it learns.
"""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any, TypeAlias

from edge.stores import sqlite_file
from edge.stores.base import StoreUnavailable

Values: TypeAlias = tuple[str | int | bytes, ...]
Row: TypeAlias = tuple[Any, ...]


class Reader:
    """The connection of one file that reads. All its reads raise StoreUnavailable once it is closed."""

    def __init__(self, path: Path) -> None:
        """Open the file."""
        self._path = path
        self._connection = sqlite_file.reader(path)
        # One cursor for good: making one costs as much as the read.
        self._cursor: sqlite3.Cursor | None = self._connection.cursor()

    def first(self, sql: str, values: Values) -> Row | None:
        """Return the first row, None without one, as it was when this turn of the loop first read."""
        try:
            cursor = self._open()
            if not self._connection.in_transaction:
                asyncio.get_running_loop().call_soon(self._let_go)
                cursor.execute("BEGIN")
            row: Row | None = cursor.execute(sql, values).fetchone()
            return row
        except (sqlite3.Error, UnicodeEncodeError) as error:
            raise sqlite_file.translate(error, self._path) from error

    def all(self, sql: str, values: Values) -> list[Row]:
        """Return all rows. It leaves no snapshot behind: many pages may be read in one turn."""
        try:
            return self._open().execute(sql, values).fetchall()
        except (sqlite3.Error, UnicodeEncodeError) as error:
            raise sqlite_file.translate(error, self._path) from error

    def _open(self) -> sqlite3.Cursor:
        if self._cursor is None:
            raise StoreUnavailable(f"{self._path}: the store is closed")
        return self._cursor

    def _let_go(self) -> None:
        if self._cursor is not None:
            self._connection.rollback()  # unlike a commit, it cannot fail

    def close(self) -> None:
        """Let go of the file."""
        self._cursor = None
        self._connection.close()
