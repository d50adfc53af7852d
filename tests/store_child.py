"""A process of its own that writes to a store until it is killed; told what to do by its arguments.

Before each write it prints what it will send, after it what was acknowledged: one line each.
"""

import asyncio
import os
import sys
from pathlib import Path

from edge.stores.base import Event, Mark, Recorded
from edge.stores.sqlite import SqliteStore
from store_stories import COUNTERS, SITE

KEEP = 1_000_000
WRITERS = 8


def recorded(number: int) -> Recorded:
    """Event ``number`` of a visitor; the same each time, as a retry is."""
    event = Event(f"e{number}", "view", number, "web", {"path": "/damen/schuhe"})
    return Recorded(event, (Mark("views", KEEP),))


def tell(word: str, *values: object) -> None:
    """One line in one system call, so that a kill never leaves half of it."""
    os.write(1, (" ".join([word, *map(str, values)]) + "\n").encode())


async def write_forever(store: SqliteStore, visitor: str, first: int, last: int | None) -> None:
    """Append events two by two, and a consent entry with each fourth pair."""
    number = first
    while last is None or number < last:
        tell("sent", visitor, number, number + 1)
        pair = [recorded(number), recorded(number + 1)]
        await store.append(SITE, visitor, COUNTERS, pair)
        tell("stored", visitor, number, number + 1)
        if number % 8 == 0:
            tell("chained", await store.record_consent(SITE, {"time": number}))
        number += 2


async def main(path: str, base: int, count: int | None) -> None:
    """``base`` is the first event number; with ``count`` each writer stops after so many."""
    store = SqliteStore(Path(path))
    starts = [base + 100_000 * n for n in range(WRITERS)]
    await asyncio.gather(
        *(
            write_forever(store, f"v{n}", start, None if count is None else start + count)
            for n, start in enumerate(starts)
        )
    )
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if sys.argv[3:] else None))
