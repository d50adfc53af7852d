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


def new_file(url: str) -> Path | None:
    """The file that opening ``url`` would make; None if it is there, or the store is no file.

    Raises BadStoreUrl.
    """
    parts = urlsplit(url)
    if parts.scheme != "sqlite":
        return None
    file = _file(parts).absolute()
    return None if file.exists() else file


def _sqlite(parts: SplitResult) -> Store:
    return SqliteStore(_file(parts))


def _file(parts: SplitResult) -> Path:
    path = unquote(parts.path.removeprefix("/"))
    if parts.netloc or parts.query or parts.fragment or not path:
        raise BadStoreUrl(
            "a SQLite store URL is sqlite:/// and a file, nothing else: sqlite:///var/tagwerk.db "
            "for a path below the working directory, sqlite:////srv/tagwerk.db for an absolute one"
        )
    return Path(path)


OPENERS: Final[Mapping[str, Callable[[SplitResult], Store]]] = {"sqlite": _sqlite}
