"""Recorded requests where they lie: in a log, one a line, or in the store."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from edge.stores.base import Place, Store, StoreUnavailable
from edge.stores.open import new_file, open_store
from rules.recording import BadLine, Recorded, from_line, request_of

STDIN: Final = Path("-")
LONGEST: Final = 4 * 1024 * 1024
"""Bytes of a line; a recorded request is a few thousand."""
DEMO: Final = "sqlite:///var/demo/tagwerk.db"
"""The store of ``tagwerk demo`` unless it is told otherwise, for whoever stands in the same folder."""
_PAGE: Final = 500


class Line(NamedTuple):
    """One line of a log: a request, or why it is none; ``read`` is how far in the log it ends."""

    number: int
    read: int
    request: Recorded | BadLine


def size(log: Path) -> int | None:
    """Return the bytes of a log; None where nobody knows yet."""
    return log.stat().st_size if log != STDIN and log.is_file() else None


def in_log(log: Path) -> Iterator[Line]:
    """Read a log line by line; ``-`` is standard input. Empty lines are none. Raises OSError."""
    if log == STDIN:
        yield from _lines(sys.stdin.buffer)
        return
    with log.open("rb") as file:
        yield from _lines(file)


def _lines(file: BinaryIO) -> Iterator[Line]:
    number = read = 0
    while text := file.readline(LONGEST):
        number += 1
        read += len(text)
        if len(text) == LONGEST and not text.endswith(b"\n"):
            read += _skip_rest(file)
            yield Line(number, read, BadLine(f"it is longer than {LONGEST // 1024**2} MiB"))
        elif text.strip():
            yield Line(number, read, _request(text))


def _skip_rest(file: BinaryIO) -> int:
    skipped = 0
    while text := file.readline(LONGEST):
        skipped += len(text)
        if text.endswith(b"\n"):
            break
    return skipped


def _request(text: bytes) -> Recorded | BadLine:
    try:
        return from_line(text)
    except BadLine as bad:
        return bad


def find_in_log(log: Path, decision: str) -> Recorded | None:
    """Return the request that one of whose decisions has an id. Raises OSError."""
    for _, _, request in in_log(log):
        if isinstance(request, Recorded) and request.made(decision):
            return request
    return None


def find_in_store(url: str, site: str, decision: str) -> Recorded | None:
    """Return the recorded request of a site that made a decision. Raises StoreError, BadLine."""

    async def bodies() -> list[bytes]:
        async with _opened(url) as store:
            return list(await store.find_recordings(site, request_of(decision)))

    found = (from_line(body) for body in asyncio.run(bodies()))
    return next((request for request in found if request.made(decision)), None)


async def stored(url: str, site: str, since: int) -> AsyncIterator[bytes]:
    """Yield the lines of a site's recordings, the oldest first, from ``since`` (ms) on."""
    async with _opened(url) as store:
        page = await store.recordings(site, Place(since, 0), _PAGE)
        while page.bodies:
            for body in page.bodies:
                yield body
            page = await store.recordings(site, page.end, _PAGE)


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Store]:
    """Open a store to read it; one that is not there is not made."""
    missing = new_file(url)
    if missing is not None:
        hint = "name the server's with --store, as its TAGWERK_STORE has it"
        raise StoreUnavailable(
            f"{missing}: there is no store; {hint} (that of 'make demo': {DEMO})"
        )
    store = open_store(url)
    try:
        yield store
    finally:
        await store.close()
