"""Recorded requests in the SQLite store, as SQL."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from edge.stores.base import Recording
from edge.stores.sqlite_work import tombstone

INSERT: Final = """
    INSERT INTO recordings (site, request, visitor, time, body)
    SELECT ?1, ?2, key, ?4, ?5 FROM visitors WHERE site = ?1 AND visitor = ?3"""

INSERT_VISITOR: Final = """
    INSERT INTO visitors (site, visitor, counts)
    SELECT ?1, ?2, CAST('{}' AS BLOB) WHERE NOT EXISTS (SELECT 1 FROM tombstones WHERE hash = ?3)"""

PAGE: Final = """
    SELECT time, key, body FROM recordings INDEXED BY recordings_by_time
    WHERE site = ?1 AND (time, key) > (?2, ?3) ORDER BY time, key LIMIT ?4"""

FIND: Final = "SELECT body FROM recordings WHERE site = ? AND request = ? ORDER BY key"

FORGET: Final = """
    DELETE FROM recordings WHERE key IN
        (SELECT key FROM recordings WHERE time < ? ORDER BY time LIMIT ?)"""


def add(connection: sqlite3.Connection, recordings: Sequence[Recording]) -> int:
    """Store recordings; whoever was erased has no row to hang one on, and gets none."""
    return sum(_add(connection, recording) for recording in recordings)


def _add(connection: sqlite3.Connection, recording: Recording) -> int:
    site, visitor = recording.site, recording.visitor
    row = (site, recording.request, visitor, recording.time, recording.body)
    if connection.execute(INSERT, row).rowcount == 1:
        return 1
    stone = tombstone(site, visitor)
    if connection.execute(INSERT_VISITOR, (site, visitor, stone)).rowcount == 0:
        return 0
    return connection.execute(INSERT, row).rowcount


def forget(connection: sqlite3.Connection, before: int, most: int) -> int:
    """Delete the oldest recordings from before a time, in milliseconds."""
    return connection.execute(FORGET, (before, most)).rowcount
