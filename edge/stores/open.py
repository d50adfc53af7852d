"""Which store a URL names."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from edge.stores.base import Store, StoreError
from edge.stores.sqlite import SqliteStore


class BadStoreUrl(StoreError):
    """The URL names no store that this release has. No password of the URL is in the message."""


def open_store(url: str) -> Store:
    """Open the store that ``url`` names, ready for use.

    ``sqlite:///var/tagwerk.db`` is a file relative to the working directory, ``sqlite:////srv/t.db``
    (four slashes) an absolute path. Raises BadStoreUrl, StoreDamaged, StoreUnavailable, StoreError.
    """
    parts = urlsplit(url)
    opener = OPENERS.get(parts.scheme)
    if opener is None:
        known = ", ".join(f"{scheme}:" for scheme in OPENERS)
        raise BadStoreUrl(
            f"no store of the kind {parts.scheme or '(none)'!r}: a store URL begins with {known} "
            "for example sqlite:///var/tagwerk.db"
        )
    return opener(parts)


def _sqlite(parts: SplitResult) -> Store:
    path = unquote(parts.path.removeprefix("/"))
    if parts.netloc or parts.query or parts.fragment or not path:
        raise BadStoreUrl(
            "a SQLite store URL is sqlite:/// and a file, nothing else: sqlite:///var/tagwerk.db "
            "for a path below the working directory, sqlite:////srv/tagwerk.db for an absolute one"
        )
    return SqliteStore(Path(path))


OPENERS: Final[Mapping[str, Callable[[SplitResult], Store]]] = {"sqlite": _sqlite}
