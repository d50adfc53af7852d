"""Looking into a store's SQLite file."""

import sqlite3
from pathlib import Path


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    """Read the file as somebody else would."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()
